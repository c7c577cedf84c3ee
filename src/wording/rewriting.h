// SPDX-License-Identifier: Apache-2.0
// wording/rewriting.h – what rewriting says in the logs (spec routing.md §9, message-writer.md §11).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wording {

[[nodiscard]] std::string rewritten(std::string_view old_address, std::string_view where, std::string_view new_address, std::size_t rule);
[[nodiscard]] std::string rewrite_expansion_failed(std::string_view replacement, std::string_view why);
[[nodiscard]] std::string rewrite_unparseable(std::string_view address, std::string_view why, std::string_view result);
[[nodiscard]] std::string rewrite_unqualified(std::string_view address, std::string_view result);
[[nodiscard]] std::string rewrite_repeat_ignored(int times);
[[nodiscard]] std::string rewrite_bad_header(std::string_view why);

}  // namespace postern::wording
