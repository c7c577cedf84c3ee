// SPDX-License-Identifier: Apache-2.0
#include "route/test_address.h"

#include <deque>

#include "base/strings.h"
#include "mail/address.h"

namespace postern {
namespace {

// Parsed, qualified, rewritten and split; null with result.syntax_error set if the text is no address.
template <class Result>
AddressItem* make_item(RouteContext& context, std::string_view text, Result& result) {
    const MainOptions& main = context.configuration.main;
    AddressParse parse = parse_address(text, {.allow_domain_literals = main.allow_domain_literals,
                                              .strip_trailing_dot = main.strip_trailing_dot,
                                              .strip_excess_angle_brackets = main.strip_excess_angle_brackets});
    if (!parse.value) {
        result.syntax_error = parse.error.text;
        return nullptr;
    }
    AddressItem& item = context.pool.make();
    item.address = std::move(parse.value->address);
    const bool sender = context.mode == RouteMode::verify_sender;
    if (!parse.value->at) item.address += '@' + (sender ? main.qualify_domain : main.qualify_recipient).value;
    if (!context.configuration.rewrite.empty()) {
        const auto where = sender ? Rewriter::Where::env_from : Rewriter::Where::env_to;
        Text rewritten = context.rewriter.rewrite_address(tainted_text(item.address), where,
                                                          context.configuration.rewrite, context.scope);
        result.rewritten = rewritten.bytes != item.address;
        item.address = std::move(rewritten.bytes);
        item.text_tainted = rewritten.tainted;
    }
    result.address = item.address;
    split_item(item);
    item.unique = item.local_part_cc + '@' + item.domain;
    return &item;
}

}  // namespace

int AddressTest::exit_code() const {
    int code = syntax_error.empty() ? 0 : 2;
    for (const Decided& one : decided) {
        if (one.kind == Kind::failed) code = 2;
        if (one.kind == Kind::deferred) code = std::max(code, 1);
    }
    return code;
}

std::vector<std::string> addresses_of_argument(std::string_view argument) {
    std::vector<std::string> found;
    while (true) {
        while (!argument.empty() && (is_space(argument[0]) || argument[0] == ',')) argument.remove_prefix(1);
        if (argument.empty()) return found;
        const std::size_t end = address_item_end(argument, false);
        found.emplace_back(trim(argument.substr(0, end)));
        argument.remove_prefix(std::max<std::size_t>(end, 1));
    }
}

AddressTest test_address(RouterChain& chain, RouteContext& context, std::string_view text) {
    AddressTest test;
    AddressItem* first = make_item(context, text, test);
    if (!first) return test;
    std::deque<AddressItem*> waiting{first};
    std::vector<AddressItem*> children;
    std::vector<AddressItem*>* const callers = std::exchange(context.children, &children);
    while (!waiting.empty()) {
        AddressItem* item = waiting.front();
        waiting.pop_front();
        if (item->is_pfr()) {
            test.decided.push_back({AddressTest::Kind::generated, item});
            continue;
        }
        children.clear();
        switch (chain.route(*item, context).verdict) {
            case RouteVerdict::fail:
                test.decided.push_back({AddressTest::Kind::failed, item});
                break;
            case RouteVerdict::defer:
                test.decided.push_back({AddressTest::Kind::deferred, item});
                break;
            case RouteVerdict::ok:
                if (item->transport) test.accepted.insert(test.accepted.begin(), item);
                break;
            case RouteVerdict::decline:
            case RouteVerdict::pass:
            case RouteVerdict::discard:
                break;
        }
        waiting.insert(waiting.begin(), children.begin(), children.end());
    }
    context.children = callers;
    return test;
}

AddressVerification verify_address(RouterChain& chain, RouteContext& context, std::string_view text) {
    AddressVerification result;
    AddressItem* item = make_item(context, text, result);
    if (!item) return result;
    std::vector<AddressItem*> children;
    std::vector<AddressItem*>* const callers = std::exchange(context.children, &children);
    while (true) {
        children.clear();
        result.verdict = chain.route(*item, context).verdict;
        result.message = item->outcome.message;
        // Several addresses are as good as one that routes; so is a pipe or a file.
        if (result.verdict != RouteVerdict::ok || item->transport || children.size() != 1 || children.front()->is_pfr())
            break;
        item = children.front();
    }
    context.children = callers;
    return result;
}

}  // namespace postern
