// SPDX-License-Identifier: Apache-2.0
#include "wording/rewrite.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace postern::wording {

std::string rewritten(std::string_view from, std::string_view where, std::string_view to, std::size_t rule) {
    return fmt::format("\"{}\" from {} rewritten as \"{}\" by rule {}", from, where, to, rule);
}
std::string rewrite_not_expanded(std::string_view replacement, std::string_view why) {
    return fmt::format("Expansion of {} failed while rewriting: {}", replacement, why);
}
std::string rewrite_unparseable(std::string_view address, std::string_view why, std::string_view result) {
    return fmt::format("Rewrite of {} yielded unparseable address: {} in address {}", address, why, result);
}
std::string rewrite_unqualified(std::string_view address, std::string_view result) {
    return fmt::format("Rewrite of {} yielded unqualified address \"{}\"", address, result);
}
std::string rewrite_repeat_ignored() { return "rewrite rule repeat ignored after 10 times"; }
std::string header_address_bad(std::string_view why) { return fmt::format("rewrite: {}", why); }

std::string rewrite_test_without_rules() { return "No rewrite rules are defined\n"; }
std::string rewrite_test_without_address() { return "-brw needs an address argument\n"; }
std::string rewrite_test_bad_address(std::string_view address, std::string_view why) {
    std::string capitalised(why);
    if (!capitalised.empty()) capitalised.front() = to_upper(capitalised.front());
    return fmt::format("Syntax error in {}\n{}\n", address, capitalised);
}

}  // namespace postern::wording
