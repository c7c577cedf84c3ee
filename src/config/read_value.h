// SPDX-License-Identifier: Apache-2.0
// config/read_value.h – what the parser of one option value sees: the text after "=", the option's name for messages,
// where it stands, and the accounts of the machine. A parser consumes the text and either stores a value or leaves an
// error; it never looks at other options.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/values.h"
#include "sys/os.h"

namespace postern {

// A plain record: the option line fills in the first half, the parser the second.
class ValueReader {
public:
    // Expands a few options while reading; empty: text with $ or \ in it is an error.
    using Expand = std::function<Result<std::string>(const std::string& source)>;

    Os& os;
    std::string name;       // as typed, with its no_
    std::string_view text;  // what is left to read; no leading white space
    SourcePlace where;
    const Expand* expand = nullptr;
    bool again = false;     // a repeatable option is set once more: add to the value
    bool name_ids = false;  // -bP: look numeric ids up, to print them as names

    std::string error, hint;           // error: not empty exactly when the parser returned false
    bool config_class = true;          // false: the error is not of Exim's class CONFIG (no frame around it)
    std::optional<gid_t> login_group;  // a user was given by name: its group
    std::string login_group_name;      // and that group's name, with name_ids

    bool fail(std::string message, std::string advice = {}) {
        error = std::move(message);
        hint = std::move(advice);
        return false;
    }
};

// A string value (spec §8.5): the rest of the line, or a quoted string with escapes. False: reader.error is set.
[[nodiscard]] bool read_string(ValueReader& reader, std::string& into);

// One word or one quoted string off the front of `text`, with the escapes of §8.5 (retry and rewrite rules).
[[nodiscard]] std::string take_word(std::string_view& text);

// The escape after a backslash in a quoted string: `at` stands behind the backslash and is moved past the escape.
[[nodiscard]] char read_escape(std::string_view text, std::size_t& at);

// One rewriting rule, "key replacement [flags]". Returns Exim's error text, "" if the rule is good.
[[nodiscard]] std::string parse_rewrite_rule(std::string_view text, bool at_transport_time, RewriteRule& rule);

}  // namespace postern
