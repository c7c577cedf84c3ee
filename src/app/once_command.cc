// SPDX-License-Identifier: Apache-2.0
#include "app/once_command.h"

#include "hints/once_transfer.h"

namespace postern {
namespace {

constexpr std::size_t kLongestInput = 1U << 30;

int say(Os& os, const Error& error) {
    const std::string text = error.text.empty() ? error.to_string() : error.object + ": " + error.text;
    (void)write_all(os, 2, "postern once: " + text + "\n").has_value();
    return 1;
}

}  // namespace

int import_once_database(Os& os, const std::string& path) {
    const Result<std::string> text = read_all(os, 0, kLongestInput);
    if (!text) return say(os, text.error());
    const auto records = parse_once_text(*text);
    if (!records) return say(os, Error{0, {}, "standard input", records.error().text});
    const Status done = import_once(os, path, *records);
    return done ? 0 : say(os, done.error());
}

int dump_once_database(Os& os, const std::string& path) {
    const auto records = read_once(os, path);
    if (!records) return say(os, records.error());
    return write_all(os, 1, format_once_text(*records)) ? 0 : 1;
}

}  // namespace postern
