// SPDX-License-Identifier: Apache-2.0
// rewrite/rewrite.h – address rewriting rules: envelope, headers at reception, headers at transport time (spec
// routing.md §9, message-writer.md §11). Flag letters are checked when the configuration is read. Never fails: a rule
// that can't be applied is logged and leaves the address alone.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"
#include "expand/expander.h"
#include "mail/address.h"
#include "mail/header_list.h"

namespace postern {

class Rewriter {
public:
    struct Hooks {
        using Say = std::function<void(const std::string&)>;
        Say main_log = [](const std::string&) {};        // "rewrite: …", address_rewrite selector lines
        Say main_and_panic = [](const std::string&) {};  // "Rewrite of A yielded …"
        bool log_rewrites = false;                       // log selector address_rewrite
    };
    Rewriter(Expander& expander, const MainOptions& main, Hooks hooks)
        : expander_(expander), main_(main), hooks_(std::move(hooks)) {}

    enum class Where : std::uint8_t { env_from, env_to, sender, from, to, cc, bcc, reply_to };
    // The address after all matching rules; equal to `address` if none applied. Clean if it was, and if only clean text
    // went into what took its place.
    [[nodiscard]] Text rewrite_address(const Text& address, Where where, std::span<const RewriteRule> rules,
                                       const Scope& scope);

    // The same for -brw: as it would stand in a header, if it is for one. `found` is what `text` was parsed into.
    [[nodiscard]] std::string rewrite_item(const std::string& text, const ParsedAddress& found, Where where,
                                           std::span<const RewriteRule> rules, const Scope& scope);

    // One header line (type S F T C B R; others are returned as nullopt). nullopt: unchanged. `qualify`: unqualified
    // addresses get qualify_domain / qualify_recipient where the flags of the message permit.
    struct Qualify {
        bool senders = false, recipients = false;
    };
    [[nodiscard]] std::optional<std::string> rewrite_header(const HeaderLine& line, std::span<const RewriteRule> rules,
                                                            Qualify qualify, const Scope& scope);

    [[nodiscard]] AddressRules address_rules() const;  // as the main options say

private:
    struct Result {
        Text address;
        std::string whole;  // flag w: what takes the place of the whole item, phrase included; else empty
    };
    enum class Next : std::uint8_t { rule, stop };
    [[nodiscard]] Result apply(const Text& address, Where where, std::span<const RewriteRule> rules,
                               const Scope& scope);
    // One rule once. `changed` tells whether it matched and was applied.
    Next apply_rule(const RewriteRule& rule, std::size_t number, Where where, const Scope& scope, Result& current,
                    bool& changed);
    [[nodiscard]] std::optional<Text> replacement(const RewriteRule& rule, const MatchResult& match,
                                                  const Text& address, const Scope& scope, Next& next);
    [[nodiscard]] std::string new_item(const HeaderAddress& item, HeaderType type, Where where,
                                       std::span<const RewriteRule> rules, Qualify qualify, const Scope& scope);

    Expander& expander_;
    const MainOptions& main_;
    Hooks hooks_;
};

// Which header a type letter stands for; nullopt: not one with addresses.
[[nodiscard]] std::optional<Rewriter::Where> rewrite_place(HeaderType type);

}  // namespace postern
