// SPDX-License-Identifier: Apache-2.0
// What is looked at in text that is not taken, such as the {no} of a condition that holds, or the body of map before
// its first item. Nothing is looked up, run or compared: variables and operators are empty, the items on plain text
// work on what is left. Wrong numbers, patterns and truth values are errors even so.
#include <algorithm>

#include "expand/evaluator.h"
#include "wording/expansion.h"

namespace postern {

Expansion Evaluator::skipped(const Sequence& sequence) {
    if (sequence.checked_when_skipped) return skim(sequence);
    if (sequence.broken) return syntax();
    return Text();
}

Truth Evaluator::skipped(const Condition& condition) {
    if (condition.checked_when_skipped) return skim(condition);
    if (condition.broken) return syntax();
    return false;
}

Expansion Evaluator::skim(const Sequence& sequence) {
    const Deeper deeper(state_.depth);
    if (deeper.too_deep()) return failed(wording::nested_too_deeply());
    Text out;
    for (const Node& part : sequence.nodes) {
        const Expansion value = skim(part);
        if (!value) return value;
        if (out.bytes.size() + value->bytes.size() > state_.environment.most_bytes) return failed(wording::too_long());
        out.append(*value);
    }
    if (sequence.broken) return syntax();
    return out;
}

Expansion Evaluator::skim(const Node& node) {
    if (++state_.steps > state_.environment.most_steps) return failed(wording::too_much_work());
    if (node.kind == NodeKind::literal) return Text(node.text);
    if (node.kind == NodeKind::item) return skim_item(node);
    if (const auto body = skim_all(node.args, node.broken); !body) return tl::unexpected(body.error());
    return Text();
}

Evaluator::Arguments Evaluator::skim_all(std::span<const Sequence> arguments, bool broken) {
    std::vector<Text> values;
    for (const Sequence& argument : arguments) {
        Expansion value = skim(argument);
        if (!value) return tl::unexpected(std::move(value.error()));
        values.push_back(*std::move(value));
    }
    if (broken) return syntax();
    return values;
}

// Text that an item made, skimmed in its turn.
Expansion Evaluator::skim_again(const Text& source) {
    if (source.bytes.find_first_of("$\\") == std::string::npos) return source;
    const auto parsed = parse_template(source.bytes);
    return Evaluator(state_, scope_, *parsed).skim(parsed->root);
}

Expansion Evaluator::skim_item(const Node& node) {
    switch (node.item) {
        case ItemName::if_:
            if (const Truth condition = skim(*node.condition); !condition) return tl::unexpected(condition.error());
            return skim_branches(node);
        case ItemName::env:
        case ItemName::lookup:
            if (const auto args = skim_all(node.args, !node.branches); !args) return tl::unexpected(args.error());
            return skim_branches(node);
        case ItemName::run:
            // The words of a command are parsed when it runs.
            if (node.args.empty()) return syntax();
            if (const Expansion command = node.text.empty() ? Text() : skim(node.args[0]); !command) return command;
            if (node.args[0].broken || !node.branches) return syntax();
            return skim_branches(node);
        case ItemName::listextract:
            return skim_list_extract(node);
        case ItemName::map:
        case ItemName::filter:
        case ItemName::reduce:
        case ItemName::sort:
            return skim_list_item(node);
        case ItemName::hash:
        case ItemName::length:
        case ItemName::listquote:
        case ItemName::nhash:
        case ItemName::sg:
        case ItemName::substr:
        case ItemName::tr:
            return text_item(node.item, skim_all(node.args, node.broken), Mode::skim);
        default:
            if (const auto args = skim_all(node.args, node.broken); !args) return tl::unexpected(args.error());
            return Text();
    }
}

Expansion Evaluator::skim_list_item(const Node& node) {
    const std::size_t lists = node.item == ItemName::reduce ? 2 : 1;
    const std::span<const Sequence> args = node.args;
    if (const auto values = skim_all(args.first(std::min(lists, args.size())), false); !values)
        return tl::unexpected(values.error());
    if (node.item == ItemName::sort) {
        if (const auto rest = skim_all(args.subspan(std::min(lists, args.size())), node.broken); !rest)
            return tl::unexpected(rest.error());
        return Text();
    }
    return before_items(node);
}

// run succeeds and everything else fails, as far as the text in hand goes.
Expansion Evaluator::skim_branches(const Node& node) {
    if (!node.branches) return syntax();
    const Branches& parts = *node.branches;
    Text out;
    for (const auto* part : {&parts.yes, &parts.no}) {
        if (!*part) continue;
        Expansion value = skim(**part);
        if (!value) return value;
        if ((part == &parts.yes) == (node.item == ItemName::run)) out = *std::move(value);
    }
    if (parts.broken) return syntax();
    return out;
}

Truth Evaluator::skim(const Condition& condition) {
    if (++state_.steps > state_.environment.most_steps) return failed(wording::too_much_work());
    const auto args = skim_all(condition.args, condition.broken && condition.parts.empty());
    if (!args) return tl::unexpected(args.error());
    for (const Condition& part : condition.parts) {
        const Truth one = skim(part);
        if (!one) return inside(one.error(), where_inside(condition.name));
    }
    if (condition.broken) return syntax();
    if (condition.name == ConditionName::bool_) return compare(condition, *args);
    return false;
}

}  // namespace postern
