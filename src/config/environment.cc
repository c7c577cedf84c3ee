// SPDX-License-Identifier: Apache-2.0
#include "config/environment.h"

#include <algorithm>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/strings.h"

namespace postern {

namespace {

std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

bool matches_regex(const std::string& pattern, std::string_view name) {
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* compiled =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), 0, &code, &offset, nullptr);
    if (compiled == nullptr) return false;  // a pattern that matches nothing keeps nothing: the safe side
    pcre2_match_data* data = pcre2_match_data_create_from_pattern(compiled, nullptr);
    const int found =
        pcre2_match(compiled, reinterpret_cast<PCRE2_SPTR>(name.data()), name.size(), 0, 0, data, nullptr);
    pcre2_match_data_free(data);
    pcre2_code_free(compiled);
    return found >= 0;
}

// One item of keep_environment: a name, "*suffix" or "^regex"; names are compared without case, as in all string lists.
bool item_matches(const std::string& item, std::string_view name) {
    if (item.starts_with('^')) return matches_regex(item, name);
    if (item.starts_with('*')) {
        const std::string_view suffix = std::string_view(item).substr(1);
        return name.size() >= suffix.size() && iequals(name.substr(name.size() - suffix.size()), suffix);
    }
    return iequals(item, name);
}

bool kept(const std::vector<std::string>& items, std::string_view name) {
    bool last_negated = false;
    for (const auto& item : items) {
        last_negated = item.starts_with('!');
        const std::string bare(trim_left(std::string_view(item).substr(last_negated ? 1 : 0)));
        if (item_matches(bare, name)) return !last_negated;
    }
    return last_negated;  // a list that ends with a negated item matches everything else
}

}  // namespace

EnvironmentPlan plan_environment(const MainOptions& options, const std::vector<std::string>& before,
                                 const std::function<Result<std::string>(const Expandable&)>& expand) {
    EnvironmentPlan plan;
    const auto items = split_list(options.keep_environment.value);
    for (const auto& entry : before)
        if (kept(items, name_of(entry))) plan.environment.push_back(entry);
    plan.warn = !options.keep_environment.set && !before.empty();

    if (!options.add_environment.set) return plan;
    std::string additions = options.add_environment.source;
    if (expand) {
        auto expanded = expand(options.add_environment);
        if (!expanded) {
            plan.error = expanded.error().text;
            return plan;
        }
        additions = *std::move(expanded);
    }
    for (auto& addition : split_list(additions)) {
        if (!contains(addition, "=")) continue;
        const auto same_name = [&](const std::string& entry) { return name_of(entry) == name_of(addition); };
        std::erase_if(plan.environment, same_name);
        plan.environment.push_back(std::move(addition));
    }
    return plan;
}

}  // namespace postern
