// SPDX-License-Identifier: Apache-2.0
// wording/command.h – what the sendmail/exim command line answers on stderr and stdout (observed on exim4 4.96),
// without a final newline.
#pragma once

#include <string>
#include <string_view>

namespace postern::wording {

inline constexpr std::string_view kVersion = "0.1.0";

[[nodiscard]] std::string usage();  // no recipients, no mode
[[nodiscard]] std::string bad_option(std::string_view option);
[[nodiscard]] std::string mode_not_available(std::string_view option);
[[nodiscard]] std::string bad_sender(std::string_view address, std::string_view why);
[[nodiscard]] std::string_view no_domain_literals();  // why
[[nodiscard]] std::string_view no_trailing_dot();
[[nodiscard]] std::string macro_needs_upper_case();
[[nodiscard]] std::string macro_twice();
[[nodiscard]] std::string too_many_macros();
[[nodiscard]] std::string no_message_ids(std::string_view option);
[[nodiscard]] std::string bad_message_id(std::string_view id, std::string_view option);
[[nodiscard]] std::string permission_denied();

// Queue commands: "Message <id> " + result.
[[nodiscard]] std::string message_result(std::string_view id, std::string_view result);
[[nodiscard]] std::string cannot_open_for_viewing(std::string_view kind, std::string_view name, int code);

}  // namespace postern::wording
