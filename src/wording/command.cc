// SPDX-License-Identifier: Apache-2.0
#include "wording/command.h"

#include <fmt/format.h>

#include "base/result.h"

namespace postern::wording {

std::string usage() {
    return "Postern delivers mail in the manner of Exim. It is normally called by a mail transfer agent or a mail "
           "user\n"
           "agent; options and arguments control what it does. Try: postern --help, postern -bV, postern check FILE";
}
std::string bad_option(std::string_view option) {
    return fmt::format("exim abandoned: unknown, malformed, or incomplete option {}", option);
}
std::string mode_not_available(std::string_view option) {
    return fmt::format("postern: option {} is not available in this version of Postern", option);
}
std::string bad_sender(std::string_view address, std::string_view why) {
    return fmt::format("exim: bad -f address \"{}\": {}", address, why);
}
std::string_view no_domain_literals() { return "domain literals not allowed"; }
std::string_view no_trailing_dot() { return "domain is malformed (trailing dot not allowed)"; }
std::string macro_needs_upper_case() { return "exim: macro name set by -D must start with an upper case letter"; }
std::string macro_twice() { return "exim: duplicated -D in command line"; }
std::string too_many_macros() { return "exim: too many -D options on command line"; }
std::string no_message_ids(std::string_view option) {
    return fmt::format("exim: no message ids given after {} option", option);
}
std::string bad_message_id(std::string_view id, std::string_view option) {
    return fmt::format("exim: malformed message id {} after {} option", id, option);
}
std::string permission_denied() { return "exim: permission denied"; }

std::string message_result(std::string_view id, std::string_view result) {
    return fmt::format("Message {} {}", id, result);
}
std::string cannot_open_for_viewing(std::string_view kind, std::string_view name, int code) {
    return fmt::format("Failed to open {} file for {}: {}", kind, name, errno_text(code));
}

}  // namespace postern::wording
