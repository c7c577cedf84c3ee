// SPDX-License-Identifier: Apache-2.0
// spool/variable_lines.h – the "-name value" lines of a -H file (spec queue-retry-bounce.md §4, point 5): one table for
// both directions. "--name" marks a tainted value, "--(lookup)name" one that is quoted for that lookup type.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mail/message.h"

namespace postern {

// All lines that the message needs, in Exim's order; unknown lines go where Exim writes lines of that name.
void append_variable_lines(std::string& out, const Message& message);

// One line as read, without its newline; it starts with '-'.
class VariableLine {
public:
    explicit VariableLine(std::string_view line);

    // ACL variables are followed by data_size() bytes and a newline.
    [[nodiscard]] bool has_data() const { return has_data_; }
    [[nodiscard]] std::size_t data_size() const { return data_size_; }

    [[nodiscard]] std::string_view line() const { return line_; }
    [[nodiscard]] std::string_view name() const { return name_; }

    void store_into(Message& message) const;  // lines that do not make sense are kept as unknown ones
    void store_data_into(Message& message, std::string_view data) const;

private:
    std::string_view line_, prefix_, name_, value_;  // prefix: "-", "--" or "--(lookup)"
    bool has_data_ = false;
    std::string variable_;  // of an ACL variable, with its letter
    std::size_t data_size_ = 0;
};

}  // namespace postern
