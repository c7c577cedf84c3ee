// SPDX-License-Identifier: Apache-2.0
// config/configuration.h – a whole configuration as read: what every other folder gets to see of the file.
//
// load() reads and checks everything (spec configuration.md). It never guesses: any error is a ConfigError with Exim's
// text, file and line. After success the Configuration is immutable and outlives the run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/driver_options.h"
#include "config/main_options.h"
#include "config/values.h"
#include "sys/os.h"

namespace postern {

enum class ListKind : std::uint8_t { domain, host, address, local_part };

struct NamedList {
    std::string name;
    std::string source;  // unexpanded
    bool hidden = false;
    bool cacheable = true;  // no $ in it, or _cache was given
    SourcePlace where;
};

struct Macro {
    std::string name, value;
    bool from_command_line = false;
};

// One router or transport instance: generic options read into G, private ones into the block that its driver made.
template <class Generic>
struct DriverInstance {
    std::string name;
    const DriverDescription* driver = nullptr;
    Generic options;
    std::shared_ptr<void> private_options;  // of the type that driver->options describes
    std::vector<std::string> hidden;        // options set with "hide": -bP shows their values to administrators only
    SourcePlace where;
};
using TransportInstance = DriverInstance<TransportOptions>;
using RouterInstance = DriverInstance<RouterOptions>;

struct RetryRuleText {                           // read and checked; interpreted by the retry engine (its own issue)
    std::string pattern, error, senders, rules;  // rules: "F,1h,1m; G,2d,15m,1.5" as written
    SourcePlace where;
};

struct Configuration {
    std::string file, directory;
    MainOptions main;
    std::vector<NamedList> lists[4];  // by ListKind
    std::vector<RouterInstance> routers;
    std::vector<TransportInstance> transports;
    std::vector<RetryRuleText> retry;
    std::vector<RewriteRule> rewrite;
    std::vector<Macro> macros;
    std::vector<std::string> flattened;                      // -bP config (LoadRequest::for_printing)
    std::vector<std::pair<std::string, std::string>> inert;  // options without a member that were set: name, -bP line
    std::vector<std::string> hidden;                         // main options set with "hide"
    std::vector<std::string> acls;                           // names only; ACLs are not run
    const DriverCatalogue* drivers = nullptr;                // as given to load_configuration()
    std::vector<std::string> warnings;                       // "recognised but has no effect yet", for `postern check`

    [[nodiscard]] const NamedList* list(ListKind kind, std::string_view name) const;
    [[nodiscard]] const TransportInstance* transport(std::string_view name) const;
    [[nodiscard]] const RouterInstance* router(std::string_view name) const;
};

// A failed reading in Exim's words.
struct ConfigError {
    std::string text;          // the whole record: "Exim configuration error in line 6 of F:\n  main option …"
    std::string message;       // only the last part: "main option … unknown"
    SourcePlace where;         // line 0: no position
    std::string option;        // name, where there is one
    std::string hint;          // for `postern check`: nearest names, allowed values
    bool config_class = true;  // false: goes to mainlog too ("MAIN PANIC DIE"), no "Exim configuration error" prefix
    bool macro = false;        // about a macro definition: Exim logs those as "PANIC", and dies all the same
};

struct LoadRequest {
    std::vector<std::string> files;                           // candidates in order (-C list)
    std::vector<std::pair<std::string, std::string>> macros;  // -D, in order
    bool for_printing = false;                                // -bP: keep the text, look up names of numeric ids
    // Refuse a file that others than root could have changed. Unset: when running as root.
    std::optional<bool> check_owner;
    bool keep_going = false;  // `check`: collect every error, not only the first
    // Some options are expanded while reading (never_users, log_file_path …): the language lives above config/.
    std::function<Result<std::string>(const std::string& source, const Configuration& so_far)> expand;
    const DriverCatalogue* drivers = nullptr;
    // Where included files come from, instead of the Os. ENOENT: there is no such file.
    std::function<Result<std::string>(const std::string& path)> read_included;
};

struct LoadResult {
    std::unique_ptr<Configuration> configuration;  // null if there were errors
    std::vector<ConfigError> errors;               // one, unless keep_going
    // As far as they were read: where errors are logged, and whose file that is.
    std::string log_file_path;  // may be empty
    std::optional<uid_t> exim_user;
    std::optional<gid_t> exim_group;
};
[[nodiscard]] LoadResult load_configuration(Os& os, const LoadRequest& request);
// The same from a text in memory that stands for the file `name`; request.files is not looked at.
[[nodiscard]] LoadResult load_configuration_text(Os& os, const LoadRequest& request, std::string name,
                                                 std::string text);

}  // namespace postern
