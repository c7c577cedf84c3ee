// SPDX-License-Identifier: Apache-2.0
// wording/rewrite.h – log lines of address rewriting (spec routing.md §9, message-writer.md §11).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wording {

// `where` is "env-from", "env-to", "from:", "reply-to:" …; rules count from 1.
[[nodiscard]] std::string rewritten(std::string_view from, std::string_view where, std::string_view to,
                                    std::size_t rule);
[[nodiscard]] std::string rewrite_not_expanded(std::string_view replacement, std::string_view why);
[[nodiscard]] std::string rewrite_unparseable(std::string_view address, std::string_view why, std::string_view result);
[[nodiscard]] std::string rewrite_unqualified(std::string_view address, std::string_view result);
[[nodiscard]] std::string rewrite_repeat_ignored();
[[nodiscard]] std::string header_address_bad(std::string_view why);

// -brw; whole lines.
[[nodiscard]] std::string rewrite_test_without_rules();
[[nodiscard]] std::string rewrite_test_without_address();
[[nodiscard]] std::string rewrite_test_bad_address(std::string_view address, std::string_view why);

}  // namespace postern::wording
