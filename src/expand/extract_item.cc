// SPDX-License-Identifier: Apache-2.0
// ${extract …} and ${listextract …}: one field of a text.
#include <algorithm>

#include "base/strings.h"
#include "expand/evaluator.h"
#include "expand/fields.h"
#include "wording/expansion.h"

namespace postern {
namespace {

struct Key {
    bool numeric = false;
    std::int64_t number = 0;
};

// All digits, with an optional sign: a field number. A lone sign is 0.
Key read_key(std::string_view text) {
    std::string_view digits = text;
    if (text == "-") return {true, 0};
    if (digits.starts_with('-')) digits.remove_prefix(1);
    if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return {};
    // A number that is too long is a field that is not there.
    return {true, parse_int(text).value_or(text.starts_with('-') ? -1'000'000'000 : 1'000'000'000)};
}

}  // namespace

// ${extract{n}{separators}{text}…}, ${extract{key}{text}…}, ${extract json{key}{text}…}
Expansion Evaluator::extract(const Node& node) {
    if (node.args.empty()) return failed(wording::argument_missing(1, "extract"));
    Saved saved(state_.registers, Saved::What::value_and_captures);
    const bool json = !node.text.empty();
    std::vector<Text> values;
    Key key;
    std::size_t wanted = 2;
    for (std::size_t i = 0; i < wanted; ++i) {
        if (i >= node.args.size())
            return node.broken && !node.tail ? syntax()
                                             : failed(wording::argument_missing(static_cast<int>(i + 1), "extract"));
        Expansion value = text(node.args[i]);
        if (!value) return value;
        values.push_back(*std::move(value));
        if (i > 0) continue;
        values[0].bytes = std::string(trim(values[0].bytes));
        if (values[0].empty()) return failed(wording::first_argument_empty("extract"));
        key = read_key(values[0].bytes);
        if (key.numeric && !json) wanted = 3;
    }
    std::optional<std::string> field;
    const Text& subject = values.back();
    if (json) {
        if (key.numeric && key.number <= 0) return failed(wording::extract_index_not_positive());
        auto found = json_field(subject.bytes, key.numeric ? std::string_view() : std::string_view(values[0].bytes),
                                key.number, node.text);
        if (!found) return failed(std::move(found.error()));
        field = *std::move(found);
    } else if (key.numeric) {
        field = numbered_field(subject.bytes, key.number, values[1].bytes);
    } else {
        field = keyed_field(subject.bytes, values[0].bytes);
    }
    if (field) state_.registers.value = Text(*field, subject.tainted);
    return extract_branches(node, wanted, field.has_value(), saved);
}

// What follows the arguments that were used: the parser took up to five braces, and the word "fail", on suspicion.
Expansion Evaluator::extract_branches(const Node& node, std::size_t used, bool found, Saved& saved) {
    const auto problem = [&](std::string_view where, std::size_t at) {
        return failed(wording::branches_problem(where, std::string_view(template_.source).substr(at)));
    };
    const std::size_t count = node.args.size() - used;
    if (count == 0) {
        if (!node.tail) return syntax();
        if (node.tail_closed && !node.tail_fail) return found ? state_.registers.value : Text();
        return problem("'yes' part did not start with '{'", node.tail);
    }
    Text out;
    const Sequence& yes_part = node.args[used];
    Expansion yes = found ? text(yes_part) : skipped(yes_part);
    if (!yes) return yes;
    if (found) out = *std::move(yes);
    saved.restore_value();
    if (count >= 2) {
        const Sequence& no_part = node.args[used + 1];
        Expansion no = found ? skipped(no_part) : text(no_part);
        if (!no) return no;
        if (!found) out = *std::move(no);
        if (count > 2) return problem("did not close with '}'", node.args[used + 2].begin);
        if (node.tail_fail || !node.tail_closed) return problem("did not close with '}'", node.tail);
        return out;
    }
    if (node.tail_fail) {
        if (!node.tail_closed) return problem("did not close with '}' after forcedfail", template_.source.size());
        if (!found) return tl::unexpected(ExpansionFailure{wording::forced_failure("extract"), true});
        return out;
    }
    if (!node.tail_closed) return failed(wording::fail_word_expected("extract"));
    return out;
}

Expansion Evaluator::skim_list_extract(const Node& node) {
    if (node.args.empty()) return syntax();
    const Expansion number = skim(node.args[0]);
    if (!number) return number;
    const std::string_view digits = trim(number->bytes);
    if (!digits.empty() && !read_key(digits).numeric) return failed(wording::first_argument_not_numeric("listextract"));
    const auto list = skim_all(std::span(node.args).subspan(1), !node.branches);
    if (!list) return tl::unexpected(list.error());
    return skim_branches(node);
}

Expansion Evaluator::list_extract(const Node& node) {
    Saved saved(state_.registers, Saved::What::value_and_captures);
    std::vector<Text> values;
    for (const Sequence& argument : node.args) {
        Expansion value = text(argument);
        if (!value) return value;
        values.push_back(*std::move(value));
        if (values.size() > 1) continue;
        const std::string_view number = trim(values[0].bytes);
        if (number.empty()) return failed(wording::first_argument_empty("listextract"));
        if (!read_key(number).numeric) return failed(wording::first_argument_not_numeric("listextract"));
    }
    if (values.size() < 2) return syntax();
    const ItemList list = items_of(values[1]);
    std::int64_t index = read_key(trim(values[0].bytes)).number;
    const auto size = static_cast<std::int64_t>(list.items.size());
    if (index < 0) index += size + 1;
    const bool found = index >= 1 && index <= size;
    if (found) state_.registers.value = Text(list.items[static_cast<std::size_t>(index - 1)], list.tainted);
    return branches(node, "listextract", found, &saved, NoBranch::outer_value);
}

}  // namespace postern
