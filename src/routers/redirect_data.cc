// SPDX-License-Identifier: Apache-2.0
#include "routers/redirect_data.h"

#include "base/strings.h"
#include "wording/routing.h"

namespace postern {
namespace {

// Exim follows a file that includes itself until it crashes.
constexpr int kDeepestInclude = 20;
constexpr int kMostIncludes = 200;
constexpr std::size_t kLongestIncludeName = 255;

class Parser {
public:
    Parser(const RedirectRules& rules, const IncludeReader& include) : rules_(rules), include_(include) {}

    // False: something ended the whole list (result().kind says what).
    bool parse(std::string_view data, bool tainted, int depth);
    RedirectList take() { return std::move(list_); }

private:
    struct Item {
        std::string_view text;
        std::string_view to_end;  // the same place, to the end of the data: :fail: takes all of it
        bool quoted = false;
        bool tainted = false;
        int depth = 0;
    };
    bool take_item(const Item& item);
    bool special_text(const Item& item, std::string_view word, bool allowed, RedirectList::Kind kind);
    bool blackhole(const Item& item);
    bool include(const Item& item);
    bool pipe_or_file(const Item& item);
    bool address(const Item& item);
    bool add_address(const Item& item, std::string start, const Text& domain);
    bool bad(std::string text);
    bool bad_item(std::string_view why, std::string_view item);

    const RedirectRules& rules_;
    const IncludeReader& include_;
    RedirectList list_;
    int includes_ = 0;
};

bool Parser::bad(std::string text) {
    list_.kind = RedirectList::Kind::error;
    list_.items.clear();
    list_.text = std::move(text);
    return false;
}

bool Parser::bad_item(std::string_view why, std::string_view item) {
    std::string text = wording::item_error(why, item);
    if (!rules_.skip_errors) return bad(std::move(text));
    list_.skipped.push_back(std::move(text));
    return true;
}

bool Parser::parse(std::string_view data, bool tainted, int depth) {
    data = data.substr(0, data.find('\0'));
    while (true) {
        while (!data.empty() && (is_space(data[0]) || data[0] == ',')) data.remove_prefix(1);
        if (data.empty()) return true;
        if (data[0] == '#') {
            data.remove_prefix(std::min(data.find('\n'), data.size()));
            continue;
        }
        const std::size_t end = address_item_end(data, true);
        Item item{trim(data.substr(0, end)), data, false, tainted, depth};
        if (item.text.size() >= 2 && item.text.front() == '"' && item.text.back() == '"') {
            item.quoted = true;
            item.text = trim(item.text.substr(1, item.text.size() - 2));
            item.to_end = trim_left(data.substr(1));
        }
        if (!item.text.empty() && !take_item(item)) return false;
        data.remove_prefix(std::max<std::size_t>(end, 1));
    }
}

bool Parser::take_item(const Item& item) {
    const std::string_view text = item.text;
    if (text.starts_with(":fail:")) return special_text(item, ":fail:", rules_.allow_fail, RedirectList::Kind::fail);
    if (text.starts_with(":defer:"))
        return special_text(item, ":defer:", rules_.allow_defer, RedirectList::Kind::defer);
    if (text.starts_with(":blackhole:")) return blackhole(item);
    if (text.starts_with(":include:")) return include(item);
    if (std::string_view(":unknown:").starts_with(text)) return true;
    if (text[0] == '|' || text[0] == '/') return pipe_or_file(item);
    return address(item);
}

bool Parser::special_text(const Item& item, std::string_view word, bool allowed, RedirectList::Kind kind) {
    if (!allowed) return bad(wording::special_not_permitted(item.text));
    std::string_view text = trim_left(item.to_end.substr(word.size()));
    while (text.ends_with('\n')) text.remove_suffix(1);
    list_.kind = kind;
    list_.text = text;
    if (kind != RedirectList::Kind::fail) list_.items.clear();
    return false;
}

bool Parser::blackhole(const Item& item) {
    if (rules_.forbid_blackhole) return bad(wording::special_not_permitted(item.text));
    list_.kind = RedirectList::Kind::blackhole;
    list_.items.clear();
    return false;
}

bool Parser::include(const Item& item) {
    const std::string name(trim(item.text.substr(std::string_view(":include:").size())));
    if (rules_.forbid_include) return bad(wording::include_not_permitted());
    if (name.empty()) return bad(wording::include_name_missing());
    if (name.size() > kLongestIncludeName) return bad(wording::include_name_too_long(name));
    if (!name.starts_with('/')) return bad(wording::included_list_not_absolute(name));
    if (item.tainted) return bad(wording::include_tainted(name));
    if (item.depth >= kDeepestInclude || ++includes_ > kMostIncludes) return bad(wording::include_too_deep(name));
    const Included contents = include_(name);
    if (!contents) return bad(contents.error());
    return parse(*contents, false, item.depth + 1);
}

bool Parser::pipe_or_file(const Item& item) {
    // "/X=1/@gate.example" is an address.
    if (const AddressParse parsed = parse_address(item.text, rules_.addresses); parsed.value && parsed.value->at) {
        return address(item);
    }
    RedirectItem made;
    made.kind = item.text[0] == '|' ? RedirectItemKind::pipe : RedirectItemKind::file;
    made.tainted = item.tainted;
    for (std::size_t i = 0; i < item.text.size(); ++i) {
        if (item.quoted && item.text[i] == '\\' && i + 1 < item.text.size()) ++i;
        made.text += item.text[i];
    }
    list_.items.push_back(std::move(made));
    return true;
}

bool Parser::address(const Item& item) {
    if (item.text[0] == '\\') {
        const AddressParse rest = parse_address(item.text.substr(1), rules_.addresses);
        if (rest.value && !rest.value->at) {
            return add_address(item, rest.value->address + '@', rules_.incoming_domain);
        }
    }
    AddressParse parsed = parse_address(item.text, rules_.addresses);
    if (!parsed.value) {
        if (parsed.error.text == "empty address") return true;  // only a comment
        return bad_item(parsed.error.text, item.text);
    }
    if (parsed.value->at) return add_address(item, std::move(parsed.value->address), {});
    return add_address(item, parsed.value->address + '@', rules_.qualify_domain);
}

bool Parser::add_address(const Item& item, std::string start, const Text& domain) {
    list_.items.push_back({RedirectItemKind::address, std::move(start) + domain.bytes, item.tainted || domain.tainted});
    return true;
}

bool starts_with_words(std::string_view text, std::string_view first, std::string_view second) {
    const auto skip_blanks = [&text] {
        const std::size_t before = text.size();
        while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
        return before != text.size();
    };
    skip_blanks();
    if (!istarts_with(text, first)) return false;
    text.remove_prefix(first.size());
    return skip_blanks() && istarts_with(text, second);
}

}  // namespace

bool looks_like_filter(std::string_view data) {
    data = trim_left(data);
    if (!data.starts_with('#')) return false;
    data.remove_prefix(1);
    return starts_with_words(data, "exim", "filter") || starts_with_words(data, "sieve", "filter");
}

RedirectList parse_redirect_data(const Text& data, const RedirectRules& rules, const IncludeReader& include) {
    if (looks_like_filter(data.bytes)) {
        RedirectList list;
        list.kind = RedirectList::Kind::filter;
        list.text = wording::filtering_not_enabled();
        return list;
    }
    Parser parser(rules, include);
    (void)parser.parse(data.bytes, data.tainted, 0);
    return parser.take();
}

}  // namespace postern
