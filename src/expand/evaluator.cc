// SPDX-License-Identifier: Apache-2.0
#include "expand/evaluator.h"

#include "base/strings.h"
#include "expand/header_values.h"
#include "expand/variables.h"
#include "wording/expansion.h"

namespace postern {

ItemList items_of(const Text& list) {
    ItemList out;
    out.items = split_list(list.bytes, ':', &out.separator);
    out.tainted = list.tainted;
    return out;
}

tl::unexpected<ExpansionFailure> Evaluator::syntax() {
    syntax_failure_ = true;
    return failed(template_.error);
}

tl::unexpected<ExpansionFailure> Evaluator::inside(ExpansionFailure failure, const std::string& where) const {
    if (!syntax_failure_) failure.message += where;
    return tl::unexpected(std::move(failure));
}

Expansion Evaluator::text(const Sequence& sequence) {
    const Deeper deeper(state_.depth);
    if (deeper.too_deep()) return failed(wording::nested_too_deeply());
    if (sequence.nodes.size() == 1 && !sequence.broken) return node(sequence.nodes.front());
    Text out;
    for (const Node& part : sequence.nodes) {
        Expansion value = node(part);
        if (!value) return value;
        if (value->empty()) continue;
        if (out.bytes.size() + value->bytes.size() > state_.environment.most_bytes) return failed(wording::too_long());
        out.append(*value);
    }
    if (sequence.broken) return syntax();
    return out;
}

Expansion Evaluator::node(const Node& node) {
    if (++state_.steps > state_.environment.most_steps) return failed(wording::too_much_work());
    switch (node.kind) {
        case NodeKind::literal:
            return Text(node.text);
        case NodeKind::variable:
            return variable(node);
        case NodeKind::capture:
            if (node.broken) return syntax();
            return capture(node.number);
        case NodeKind::header:
            return header(node);
        case NodeKind::operation:
            return operation(node);
        case NodeKind::item:
            return item(node);
    }
    return Text();
}

Expansion Evaluator::variable(const Node& node) {
    if (node.broken) return syntax();
    if (state_.main().strict_acl_vars && is_unset_acl_variable(node.number, node.text, scope_))
        return failed(wording::unset_acl_variable(node.text, node.in_braces));
    return variable_value(node.number, node.text, state_, scope_);
}

Text Evaluator::capture(std::int64_t number) const {
    if (!scope_.extra.empty()) {
        if (const auto extra = scope_.extra.find(std::to_string(number)); extra != scope_.extra.end())
            return extra->second;
    }
    const auto& captures = state_.registers.captures;
    if (number < 0 || static_cast<std::size_t>(number) >= std::min(captures.size(), kMostCaptures)) return {};
    return captures[static_cast<std::size_t>(number)];
}

Text Evaluator::header(const Node& node) const {
    if (!scope_.message) return {};
    Text value(header_text(scope_.message->headers, node.text, node.form, state_.main()));
    value.tainted = !value.empty();
    return value;
}

Evaluator::Arguments Evaluator::arguments(const Node& node) {
    std::vector<Text> values;
    for (const Sequence& argument : node.args) {
        Expansion value = text(argument);
        if (!value) return tl::unexpected(std::move(value.error()));
        values.push_back(*std::move(value));
    }
    if (node.broken) return syntax();
    return values;
}

Expansion Evaluator::expand_again(const Text& source) {
    if (source.bytes.find_first_of("$\\") == std::string::npos) return source;
    if (source.tainted) {
        state_.panic(wording::tainted_expansion(source.bytes));
        return failed(wording::tainted_expansion(source.bytes));
    }
    const auto parsed = parse_template(source.bytes);
    return Evaluator(state_, scope_, *parsed).text(parsed->root);
}

}  // namespace postern
