// SPDX-License-Identifier: Apache-2.0
// rewrite/rewrite.h – address rewriting rules: envelope, headers at reception, headers at transport time (spec
// routing.md §9, message-writer.md §11). Flag letters are checked when the configuration is read (parse_flags).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"
#include "expand/expander.h"
#include "mail/header_list.h"

namespace postern {

class Rewriter {
public:
    struct Hooks {
        std::function<void(const std::string&)> main_log;        // "rewrite: …", address_rewrite selector lines
        std::function<void(const std::string&)> main_and_panic;  // "Rewrite of A yielded …"
        bool log_rewrites = false;                               // log selector address_rewrite
    };
    Rewriter(Expander& expander, const MainOptions& main, Hooks hooks);

    enum class Where : std::uint8_t { env_from, env_to, sender, from, to, cc, bcc, reply_to };
    // The address after all matching rules; equal to `address` if none applied.
    [[nodiscard]] std::string rewrite_address(const std::string& address, Where where, std::span<const RewriteRule> rules, const Scope& scope);

    // One header line (type S F T C B R; others are returned as nullopt). nullopt: unchanged. `qualify`: unqualified
    // addresses get qualify_domain / qualify_recipient where the flags of the message permit.
    struct Qualify {
        bool senders = false, recipients = false;
    };
    [[nodiscard]] std::optional<std::string> rewrite_header(const HeaderLine& line, std::span<const RewriteRule> rules, Qualify qualify, const Scope& scope);

private:
    struct Outcome {
        std::string address;  // the bare address, for further rules
        std::string text;     // what replaces the old one: the address, or with flag w the whole header item
        bool whole = false;
    };
    class Pass;
    static void break_line(std::string_view text, std::size_t& copied, std::string& out, std::size_t& since_newline);

    Expander& expander_;
    const MainOptions& main_;
    Hooks hooks_;
};

}  // namespace postern
