// SPDX-License-Identifier: Apache-2.0
// map, filter, reduce, sort: what is done for each item of a list.
#include <algorithm>

#include "base/strings.h"
#include "expand/compare.h"
#include "expand/evaluator.h"
#include "expand/fields.h"
#include "wording/expansion.h"

namespace postern {
namespace {

// A list under construction; the separator is the input's.
class ListBuilder {
public:
    explicit ListBuilder(char separator) : separator_(separator) {}

    void add(const Text& item) {
        if (!first_) {
            out_.bytes += separator_;
            // An empty item, or one that begins with the separator, would be read together with the separator before
            // it.
            if (item.empty() || item.bytes.front() == separator_) out_.bytes += ' ';
        }
        first_ = false;
        for (const char c : item.bytes) {
            out_.bytes += c;
            if (c == separator_) out_.bytes += c;
        }
        if (!item.empty() && item.tainted) out_.tainted = true;
    }
    [[nodiscard]] std::size_t size() const { return out_.bytes.size(); }
    [[nodiscard]] Text take() { return std::move(out_); }

private:
    char separator_;
    bool first_ = true;
    Text out_;
};

class SavedItem {
public:
    explicit SavedItem(Registers& registers) : registers_(registers), item_(registers.item) {}
    ~SavedItem() { registers_.item = std::move(item_); }
    SavedItem(const SavedItem&) = delete;
    SavedItem& operator=(const SavedItem&) = delete;

private:
    Registers& registers_;
    Text item_;
};

}  // namespace

// Exim reads what is to be done for each item once for nothing, to find its end. Then it checks the braces behind it.
Expansion Evaluator::before_items(const Node& node) {
    const std::string_view name = node.item == ItemName::map      ? "map"
                                  : node.item == ItemName::filter ? "filter"
                                                                  : "reduce";
    const std::size_t last = node.item == ItemName::reduce ? 2 : 1;
    Expansion dry = Text();
    if (node.condition) {
        if (const Truth condition = skipped(*node.condition); !condition) dry = tl::unexpected(condition.error());
    } else if (node.args.size() > last) {
        dry = skipped(node.args[last]);
    }
    if (!dry) return inside(std::move(dry.error()), wording::inside_item(name));
    if (node.broken) return syntax();
    return dry;
}

Expansion Evaluator::map(const Node& node) {
    if (node.args.empty()) return syntax();
    Expansion source = text(node.args[0]);
    if (!source) return source;
    if (const Expansion end = before_items(node); !end) return end;
    const ItemList list = items_of(*source);
    const SavedItem saved(state_.registers);
    ListBuilder out(list.separator);
    for (const std::string& item : list.items) {
        state_.registers.item = Text(item, list.tainted);
        Expansion value = text(node.args[1]);
        if (!value) return inside(std::move(value.error()), wording::inside_item("map"));
        out.add(*value);
        if (out.size() > state_.environment.most_bytes) return failed(wording::too_long());
    }
    return out.take();
}

Expansion Evaluator::filter(const Node& node) {
    if (node.args.empty()) return syntax();
    Expansion source = text(node.args[0]);
    if (!source) return source;
    if (const Expansion end = before_items(node); !end) return end;
    const ItemList list = items_of(*source);
    const SavedItem saved(state_.registers);
    ListBuilder out(list.separator);
    for (const std::string& item : list.items) {
        const Text current(item, list.tainted);
        state_.registers.item = current;
        const Truth keep = condition(*node.condition);
        if (!keep) return inside(keep.error(), wording::inside_condition("filter"));
        if (*keep) out.add(current);
    }
    return out.take();
}

Expansion Evaluator::reduce(const Node& node) {
    if (node.args.empty()) return syntax();
    Expansion source = text(node.args[0]);
    if (!source) return source;
    if (node.args.size() < 2) return syntax();
    Expansion start = text(node.args[1]);
    if (!start) return start;
    if (const Expansion end = before_items(node); !end) return end;
    const ItemList list = items_of(*source);
    const SavedItem saved_item(state_.registers);
    const Saved saved(state_.registers, Saved::What::value);
    state_.registers.value = *std::move(start);
    for (const std::string& item : list.items) {
        state_.registers.item = Text(item, list.tainted);
        Expansion value = text(node.args[2]);
        if (!value) return inside(std::move(value.error()), wording::inside_item("reduce"));
        state_.registers.value = *std::move(value);
    }
    return state_.registers.value;
}

// Insertion in order: a new item goes before the first one that it precedes.
Expansion Evaluator::sort(const Node& node) {
    struct Keyed {
        Text item, key;
    };
    const SavedItem saved(state_.registers);
    if (node.args.empty()) return syntax();
    Expansion source = text(node.args[0]);
    if (!source) return source;
    if (node.args.size() > 1) {
        if (Expansion dry = skipped(node.args[1]); !dry) return dry;
    }
    if (node.broken) return syntax();
    const Sequence& extractor = node.args[1];
    const ItemList list = items_of(*source);
    std::vector<Keyed> sorted;
    for (const std::string& item : list.items) {
        const Text current(item, list.tainted);
        state_.registers.item = current;
        Expansion key = text(extractor);
        if (!key || key->empty()) {
            ExpansionFailure failure = key ? ExpansionFailure{} : std::move(key.error());
            failure.message = wording::sort_field(
                std::string_view(template_.source).substr(extractor.begin + 1, extractor.end - extractor.begin - 2));
            return tl::unexpected(std::move(failure));
        }
        const auto before = [&](const Keyed& other) {
            ++state_.steps;
            return compare_texts(node.comparator, key->bytes, other.key.bytes).value_or(false);
        };
        sorted.insert(std::ranges::find_if(sorted, before), {current, *key});
        if (state_.steps > state_.environment.most_steps) return failed(wording::too_much_work());
    }
    ListBuilder out(list.separator);
    for (const Keyed& keyed : sorted) out.add(keyed.item);
    return out.take();
}

namespace {

bool is_strings(ConditionName name) {
    return name == ConditionName::forany_jsons || name == ConditionName::forall_jsons;
}

// Elements of a JSON array; what is none is an empty list.
tl::expected<ItemList, std::string> json_items(const Text& source, ConditionName name) {
    ItemList list;
    list.tainted = source.tainted;
    std::string_view rest = trim(source.bytes);
    if (rest.size() < 2 || !rest.starts_with('[') || !rest.ends_with(']')) return list;
    rest = rest.substr(1, rest.size() - 2);
    for (std::string_view element; next_json_element(rest, element);) {
        if (!is_strings(name)) {
            list.items.emplace_back(element);
            continue;
        }
        auto string = json_string(element);
        if (!string) return tl::unexpected(std::move(string.error()));
        list.items.push_back(*std::move(string));
    }
    return list;
}

}  // namespace

// The for… conditions stop at the first item that decides. An empty list decides nothing: both are false.
Truth Evaluator::for_items(const Condition& condition_node) {
    const ConditionName name = condition_node.name;
    const bool all =
        name == ConditionName::forall || name == ConditionName::forall_json || name == ConditionName::forall_jsons;
    if (condition_node.args.empty()) return syntax();
    const Expansion source = text(condition_node.args[0]);
    if (!source) return tl::unexpected(source.error());
    if (!condition_node.parts.empty()) {
        if (const Truth dry = skipped(condition_node.parts[0]); !dry) return inside(dry.error(), where_inside(name));
    }
    if (condition_node.broken) return syntax();
    auto list = name == ConditionName::forall || name == ConditionName::forany
                    ? tl::expected<ItemList, std::string>(items_of(*source))
                    : json_items(*source, name);
    if (!list) return failed(std::move(list.error()));
    const SavedItem saved(state_.registers);
    bool result = false;
    for (const std::string& item : list->items) {
        state_.registers.item = Text(item, list->tainted);
        const Truth one = condition(condition_node.parts[0]);
        if (!one) return inside(one.error(), where_inside(name));
        result = *one;
        if (result != all) break;
    }
    return result;
}

}  // namespace postern
