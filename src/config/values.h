// SPDX-License-Identifier: Apache-2.0
// config/values.h – the types that option values have once read (spec configuration.md §8). The type of a member
// decides how its option is parsed and printed (overloads parse_into / print_value in options.h): that is the whole
// coupling between an option table and the code that uses the option.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace postern {

// Where something stands in the configuration, for messages.
struct SourcePlace {
    std::string file;
    int line = 0;
};

// Text of an option that is expanded when it is used. No conversion to std::string: only expand/ turns it into a value.
// `set` distinguishes "absent" from "set to nothing".
struct Expandable {
    std::string source;
    bool set = false;
    SourcePlace where;
    [[nodiscard]] explicit operator bool() const { return set; }
};

// A string that is used as it is, or matched as a list later (list options say so in their table row's help).
struct PlainString {
    std::string value;
    bool set = false;
    [[nodiscard]] explicit operator bool() const { return set; }
};

struct Interval {
    std::int64_t seconds = 0;
};
struct IntervalList {
    std::vector<std::int64_t> seconds;
};
struct Octal {
    unsigned value = 0;
};
struct Integer {
    std::int64_t value = 0;
};  // K M G T suffixes; 32-bit range
struct SizeInteger {
    std::int64_t value = 0;
};  // the same, printed with K/M where exact ("M" in the spec's tables)
struct Kilobytes {
    std::int64_t value = 0;
};  // number without suffix means kilobytes
struct FixedPoint {
    std::int64_t thousandths = -1;
};  // -1: unset

// smtp_receive_timeout: a time, or text with $ that must yield one when it is used.
struct ExpandableInterval {
    std::int64_t seconds = 0;
    std::string source;  // non-empty: expand this instead
};

// "more", "unseen", maildir_use_size_file: a boolean, or text with $ that must yield one when it is used.
struct ExpandableBool {
    bool value = false;
    std::string source;  // non-empty: expand this instead
    SourcePlace where;
};

// A boolean that remembers whether the configuration set it (use_lockfile, retry_use_local_part …).
struct OptionalBool {
    bool value = false;
    bool set = false;
};

// user / group options: fixed at read time, or text with $ for later.
struct UserOption {
    std::optional<uid_t> uid;
    std::string source;       // what was written (a name, a number, or text to expand)
    bool expandable = false;  // contains $
    bool by_name = false;     // fixed and given as a name (then it also supplied a group, if none was set)
    [[nodiscard]] bool set() const { return uid.has_value() || expandable; }
};
struct GroupOption {
    std::optional<gid_t> gid;
    std::string source;
    bool expandable = false;
    bool from_user = false;  // taken over from a fixed, named user
    [[nodiscard]] bool set() const { return gid.has_value() || expandable; }
};
// Expanded and resolved at read time. `names`: one an id, as written (numbers as names with ValueReader::name_ids).
struct UidList {
    std::vector<uid_t> uids;
    std::vector<std::string> names;
    bool set = false;
};
struct GidList {
    std::vector<gid_t> gids;
    std::vector<std::string> names;
    bool set = false;
};

// headers_add-like: repeated settings accumulate with `separator` (spec message-writer.md §3, last paragraphs).
struct HeaderAdditions {
    std::string source;
    bool set = false;
};  // joined by newline
struct HeaderRemovals {
    std::string source;
    bool set = false;
};  // joined by ':'
struct RouterVariables {
    std::string source;
    bool set = false;
};  // joined by ';'
struct Conditions {
    std::string source;
    bool set = false;
};  // repeated: ${if and{{bool_lax{…}}{bool_lax{…}}}}

// Flag letters of a rewriting rule (spec routing.md §9).
enum RewriteFlag : unsigned {
    kRewriteSender = 1,
    kRewriteFrom = 2,
    kRewriteTo = 4,
    kRewriteCc = 8,
    kRewriteBcc = 16,
    kRewriteReplyTo = 32,
    kRewriteHeaders = 63,
    kRewriteEnvFrom = 64,
    kRewriteEnvTo = 128,
    kRewriteSmtp = 256,  // S
    kRewriteQualify = 512,
    kRewriteQuit = 1024,
    kRewriteRepeat = 2048,
    kRewriteWhole = 4096,  // Q q R w
};
struct RewriteRule {
    std::string key, replacement;
    unsigned flags = 0;
    SourcePlace where;
};
struct RewriteRules {
    std::vector<RewriteRule> rules;
    std::string source;
    bool set = false;
};

}  // namespace postern
