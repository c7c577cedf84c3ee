// SPDX-License-Identifier: Apache-2.0
// expand/expander.h – Exim's expansion language: parse once, evaluate many times (spec expansion.md).
//
// A template never fails to parse: a syntax error becomes a node that fails with Exim's words when evaluation reaches
// it – or skips over it, since syntax errors count in branches not taken – so that the order of errors and side effects
// is Exim's. `postern check` asks syntax_error() instead and can name the line before anything runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "config/configuration.h"
#include "expand/scope.h"
#include "sys/clock.h"
#include "sys/os.h"
#include "sys/process.h"

namespace postern {

struct ExpansionFailure {
    std::string message;  // Exim's expand_string_message
    bool forced = false;  // the word `fail`
    bool lookup_deferred = false;
};
using Expansion = tl::expected<Text, ExpansionFailure>;

enum class MatchVerdict : std::uint8_t { no, yes, defer };
struct MatchResult {
    MatchVerdict verdict = MatchVerdict::no;
    Text value;                  // $domain_data, $local_part_data, $value (spec routing.md §1.4)
    std::vector<Text> captures;  // $0 …, set by domain and local part lists
    std::string message;         // why it deferred (search error), may be empty
};

class Expander {
public:
    // Messages that Exim writes to main+panic log while expanding (taint refusals, list failures) go to `panic_log`.
    struct Environment {
        const Configuration* configuration = nullptr;
        Os* os = nullptr;
        Clock* clock = nullptr;
        ProcessRunner* processes = nullptr;
        std::function<void(const std::string&)> panic_log;
        std::function<void(const std::string&)> debug;  // may be empty
        std::string initial_cwd;
        std::int64_t caller_uid = 0, caller_gid = 0;
        std::string version = "4.96";  // $version_number, $exim_version: what configurations compare with
        std::string compile_date;
        // One expansion ends with an error when it has made this many bytes or steps.
        std::size_t most_bytes = 64U << 20, most_steps = 10'000'000;
    };
    explicit Expander(Environment environment);
    ~Expander();
    Expander(const Expander&) = delete;
    Expander& operator=(const Expander&) = delete;

    // The whole language. `source` text is the configuration's own (untainted).
    [[nodiscard]] Expansion expand(std::string_view source, const Scope& scope);
    [[nodiscard]] Expansion expand(const Expandable& option, const Scope& scope) {
        return expand(option.source, scope);
    }
    // For text that may be tainted: fails as Exim does if it is and contains $ or backslash (§1).
    [[nodiscard]] Expansion expand_text(const Text& source, const Scope& scope);

    // `condition`-like options: false iff empty, 0, no, false. A failure is false; unless forced or a lookup deferred
    // it is panic-logged as: failed to expand condition "…" for <instance> <kind>: why   (§1). deferred tells the
    // caller.
    struct ConditionResult {
        bool value = false;
        bool deferred = false;
    };
    [[nodiscard]] ConditionResult condition(std::string_view source, std::string_view instance, std::string_view kind,
                                            const Scope& scope);

    // `more`-like options (§1). Error text: failed to expand "more" in r1 router: …  /  "x" is not a valid value for …
    [[nodiscard]] tl::expected<bool, std::string> boolean(const ExpandableBool& option, std::string_view name,
                                                          std::string_view instance, std::string_view kind,
                                                          const Scope& scope);

    // --- list matching (spec routing.md §1). `list` is option text and is expanded first, except for the second
    // argument of match_* conditions (expand_first = false). Defers are explained in the result; panic texts are
    // logged.
    struct MatchOptions {
        bool expand_first = true;
        bool caseful = false;  // local part lists of caseful routers
        bool rewrite_pattern =
            false;  // match_address: the text is one item, local parts keep their case, captures are set
        bool subject_tainted = true;  // so are the captures
        std::string option_name;      // "domains", for file errors; empty: the list text in quotes
        std::string host_name{};      // match_ip: the host's name, which items may be about, too
    };
    [[nodiscard]] MatchResult match_domain(std::string_view domain, std::string_view list, const Scope&,
                                           const MatchOptions&);
    [[nodiscard]] MatchResult match_local_part(std::string_view local_part, std::string_view list, const Scope&,
                                               const MatchOptions&);
    [[nodiscard]] MatchResult match_address(std::string_view address, std::string_view list, const Scope&,
                                            const MatchOptions&);
    [[nodiscard]] MatchResult match_ip(std::string_view ip, std::string_view list, const Scope&, const MatchOptions&);

    // Captures that a router's preconditions left ($0, $1 …); visible to later expansions until cleared.
    void set_captures(std::vector<Text> captures);
    // What expansions leave behind for later ones: $1, $value, $runrc. One message's must not meet another's.
    void forget();
    struct Memory {
        std::vector<Text> captures;
        Text value, item;
        int run_status = 0;
    };
    [[nodiscard]] Memory memory() const;
    void remember(const Memory& memory);
    void close_lookups();  // drops cached handles (before fork, at the end of a phase)

    struct State;  // expand/state.h; nobody else's

private:
    std::unique_ptr<State> state_;
};

// First syntax error of a template text, in Exim's words, without evaluating anything; nullopt if there is none.
[[nodiscard]] std::optional<std::string> syntax_error(std::string_view source);

}  // namespace postern
