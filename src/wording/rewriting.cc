// SPDX-License-Identifier: Apache-2.0
#include "wording/rewriting.h"

#include <fmt/format.h>

namespace postern::wording {

std::string rewritten(std::string_view old_address, std::string_view where, std::string_view new_address, std::size_t rule) {
    return fmt::format("\"{}\" from {} rewritten as \"{}\" by rule {}", old_address, where, new_address, rule);
}
std::string rewrite_expansion_failed(std::string_view replacement, std::string_view why) {
    return fmt::format("Expansion of {} failed while rewriting: {}", replacement, why);
}
std::string rewrite_unparseable(std::string_view address, std::string_view why, std::string_view result) {
    return fmt::format("Rewrite of {} yielded unparseable address: {} in address {}", address, why, result);
}
std::string rewrite_unqualified(std::string_view address, std::string_view result) {
    return fmt::format("Rewrite of {} yielded unqualified address \"{}\"", address, result);
}
std::string rewrite_repeat_ignored(int times) { return fmt::format("rewrite rule repeat ignored after {} times", times); }
std::string rewrite_bad_header(std::string_view why) { return fmt::format("rewrite: {}", why); }

}  // namespace postern::wording
