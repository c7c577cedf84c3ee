// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"
#include "expand/evaluator.h"
#include "wording/expansion.h"

namespace postern {

Expansion Evaluator::lookup(const Node& node) {
    const bool single_key = node.lookup && node.lookup->single_key();
    std::vector<Text> values;
    for (const Sequence& argument : node.args) {
        Expansion value = text(argument);
        if (!value) return value;
        values.push_back(*std::move(value));
    }
    if (!node.branches) return syntax();
    const Text& place = values.back();  // file or query
    const Text key = single_key ? values.front() : Text();
    if (single_key && place.tainted) {
        state_.panic(wording::tainted_lookup_file(place.bytes));
        return failed("NULL");  // all that 4.96 says
    }
    LookupResult result = single_key ? state_.lookups.find(*node.lookup, place.bytes, key.bytes)
                                     : state_.lookups.query(*node.lookup, place.bytes);
    if (!result) {
        const LookupFailure& failure = result.error();
        if (failure.kind != LookupFailure::Kind::defer) return failed(failure.message);
        const std::string shown =
            printable(single_key ? key.bytes : place.bytes, state_.main().print_topbitchars, true);
        return tl::unexpected(ExpansionFailure{wording::lookup_deferred(shown, failure.message), false, true});
    }
    Saved saved(state_.registers, Saved::What::value_and_captures);
    const bool found = result->has_value();
    if (found) {
        state_.registers.value = Text((*result)->value);
        if (const auto& parts = (*result)->parts) {
            auto& captures = state_.registers.captures;
            if (captures.size() < 3) captures.resize(3);
            captures[1] = Text(parts->wild, key.tainted);
            captures[2] = Text(parts->fixed, key.tainted);
        }
    } else {
        state_.registers.value = {};
    }
    return branches(node, "lookup", found, &saved, NoBranch::outer_value);
}

}  // namespace postern
