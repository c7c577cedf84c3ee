// SPDX-License-Identifier: Apache-2.0
#include "route/affix.h"

#include "base/strings.h"

namespace postern {
namespace {

std::optional<Affix> prefix_by_item(std::string_view local_part, std::string_view item) {
    if (!item.starts_with('*')) {
        if (!istarts_with(local_part, item)) return std::nullopt;
        return Affix{local_part.substr(0, item.size()), {}, false};
    }
    item.remove_prefix(1);
    if (item.size() > local_part.size()) return std::nullopt;
    for (std::size_t at = local_part.size() - item.size() + 1; at-- > 0;) {
        if (istarts_with(local_part.substr(at), item))
            return Affix{local_part.substr(0, at + item.size()), local_part.substr(0, at), true};
    }
    return std::nullopt;
}

std::optional<Affix> suffix_by_item(std::string_view local_part, std::string_view item) {
    if (!item.ends_with('*')) {
        if (local_part.size() <= item.size()) return std::nullopt;
        const std::string_view tail = local_part.substr(local_part.size() - item.size());
        if (!iequals(tail, item)) return std::nullopt;
        return Affix{tail, {}, false};
    }
    item.remove_suffix(1);
    for (std::size_t at = 0; at + item.size() <= local_part.size(); ++at) {
        if (istarts_with(local_part.substr(at), item))
            return Affix{local_part.substr(at), local_part.substr(at + item.size()), true};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Affix> find_prefix(std::string_view local_part, std::string_view list) {
    for (const std::string& item : split_list(list))
        if (auto affix = prefix_by_item(local_part, item)) return affix;
    return std::nullopt;
}

std::optional<Affix> find_suffix(std::string_view local_part, std::string_view list) {
    for (const std::string& item : split_list(list))
        if (auto affix = suffix_by_item(local_part, item)) return affix;
    return std::nullopt;
}

}  // namespace postern
