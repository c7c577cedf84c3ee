// SPDX-License-Identifier: Apache-2.0
// Parsers of option values that name users and groups.
#include "base/strings.h"
#include "config/options.h"
#include "config/read_value.h"
#include "wording/config.h"

namespace postern {

namespace {

// "0", "1234", "-2": an id. "0x10" or "007a" is looked up as a name.
std::optional<std::uint32_t> as_id(std::string_view text) {
    const auto number = parse_int(text);
    const bool digits_only = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    const bool negative =
        text.size() > 1 && text[0] == '-' && text.substr(1).find_first_not_of("0123456789") == std::string_view::npos;
    if (!number || !(digits_only || negative)) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

struct FoundUser {
    uid_t uid = 0;
    std::string name;            // as written, or looked up
    std::optional<gid_t> group;  // when given by name
};

bool find_user(ValueReader& reader, const std::string& text, FoundUser& found) {
    found = {0, text, {}};
    if (const auto id = as_id(text)) {
        found.uid = *id;
        if (!reader.name_ids) return true;
        if (const auto user = reader.os.user(found.uid); user && *user) found.name = (*user)->name;
        return true;
    }
    const auto user = reader.os.user(text);
    if (!user || !*user) return reader.fail(wording::account_not_found("user", text));
    found.uid = (*user)->uid;
    found.group = (*user)->gid;
    return true;
}

bool find_group(ValueReader& reader, const std::string& text, gid_t& gid, std::string& name) {
    name = text;
    if (const auto id = as_id(text)) {
        gid = *id;
        if (!reader.name_ids) return true;
        if (const auto group = reader.os.group(gid); group && *group) name = (*group)->name;
        return true;
    }
    const auto group = reader.os.group(text);
    if (!group || !*group) return reader.fail(wording::account_not_found("group", text));
    gid = (*group)->gid;
    return true;
}

// The items of a uid or gid list: expanded now, because it is needed before anything could be expanded for a message.
bool read_account_list(ValueReader& reader, std::vector<std::string>& items) {
    std::string source;
    if (!read_string(reader, source)) return false;
    if (source.find_first_of("$\\") != std::string::npos) {
        if (reader.expand == nullptr || !*reader.expand)
            return reader.fail(wording::failed_to_expand(reader.name, "expansion is not available here"));
        auto expanded = (*reader.expand)(source);
        if (!expanded) return reader.fail(wording::failed_to_expand(reader.name, expanded.error().text));
        source = *std::move(expanded);
    }
    items = split_list(source);
    return true;
}

}  // namespace

bool parse_into(ValueReader& reader, UserOption& value) {
    value = {};
    if (!read_string(reader, value.source)) return false;
    if (contains(value.source, "$")) {
        value.expandable = true;
        return true;
    }
    FoundUser found;
    if (!find_user(reader, value.source, found)) return false;
    value.uid = found.uid;
    value.source = std::move(found.name);
    value.by_name = found.group.has_value();
    reader.login_group = found.group;
    if (found.group && reader.name_ids)
        if (const auto group = reader.os.group(*found.group); group && *group) reader.login_group_name = (*group)->name;
    return true;
}

bool parse_into(ValueReader& reader, GroupOption& value) {
    value = {};
    if (!read_string(reader, value.source)) return false;
    if (contains(value.source, "$")) {
        value.expandable = true;
        return true;
    }
    const std::string text = value.source;
    gid_t gid = 0;
    if (!find_group(reader, text, gid, value.source)) return false;
    value.gid = gid;
    return true;
}

bool parse_into(ValueReader& reader, UidList& value) {
    value = {};
    std::vector<std::string> items;
    if (!read_account_list(reader, items)) return false;
    for (const auto& item : items) {
        FoundUser found;
        if (!find_user(reader, item, found)) return false;
        value.uids.push_back(found.uid);
        value.names.push_back(std::move(found.name));
    }
    value.set = true;
    return true;
}

bool parse_into(ValueReader& reader, GidList& value) {
    value = {};
    std::vector<std::string> items;
    if (!read_account_list(reader, items)) return false;
    for (const auto& item : items) {
        gid_t gid = 0;
        std::string name;
        if (!find_group(reader, item, gid, name)) return false;
        value.gids.push_back(gid);
        value.names.push_back(std::move(name));
    }
    value.set = true;
    return true;
}

}  // namespace postern
