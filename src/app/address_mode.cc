// SPDX-License-Identifier: Apache-2.0
// -bt, -bv and -brw: where would this address go, is it good, what do the rewriting rules make of it.
#include <set>

#include "app/modes.h"
#include "app/standard_input.h"
#include "base/strings.h"
#include "mail/address.h"
#include "route/report.h"
#include "wording/command.h"
#include "wording/rewrite.h"

namespace postern {
namespace {

RouteContext context_of(Workplace& place, AddressPool& pool, RouteMode mode) {
    RouteContext context{.configuration = place.configuration(),
                         .os = place.os(),
                         .clock = place.clock(),
                         .processes = place.processes(),
                         .expander = place.expander(),
                         .rewriter = place.rewriter(),
                         .pool = pool,
                         .mode = mode,
                         .main_log = [&place](const std::string& text) { place.log().main(text); },
                         .main_and_panic_log = [&place](const std::string& text) { place.log().main_and_panic(text); },
                         .quiet_log = [&place](bool quiet) { place.log().set_quiet(quiet); },
                         .debug_print = [&place](const std::string& text) { place.err(text + "\n"); }};
    context.sender = place.sender();
    return context;
}

// Calls `each` with every address of the command line, or of standard input if there is none there.
template <class Each>
void for_each_address(Workplace& place, Each each) {
    const auto whole = [&each](std::string_view argument) {
        for (const std::string& address : addresses_of_argument(argument)) each(address);
    };
    if (!place.line().arguments.empty()) {
        for (const std::string& argument : place.line().arguments) whole(argument);
        return;
    }
    StandardInput input(place);
    while (std::optional<std::string> line = input.logical_line("> ")) {
        if (trim(*line).empty())
            each(std::string());  // an empty line is a bad address; an empty argument is nothing
        else
            whole(*line);
    }
    place.out("\n");
}

}  // namespace

int test_addresses(Workplace& place, bool verify) {
    RouterChain chain(place.configuration(), place.drivers());
    std::set<std::string> seen;
    int worst = 0;
    for_each_address(place, [&](const std::string& address) {
        AddressPool pool;
        RouteContext context = context_of(place, pool, verify ? RouteMode::verify_recipient : RouteMode::address_test);
        if (verify) {
            const AddressVerification result = verify_address(chain, context, address);
            place.out(verification_report(result, place.caller().admin));
            worst = std::max(worst, exit_code(result));
        } else {
            const AddressTest test = test_address(chain, context, address);
            place.out(address_test_report(test, seen, place.caller().admin));
            worst = std::max(worst, test.exit_code());
        }
    });
    return worst;
}

int test_rewriting(Workplace& place) {
    struct Row {
        std::string_view label;
        Rewriter::Where where;
    };
    static constexpr Row kRows[] = {
        {"  sender: ", Rewriter::Where::sender},   {"    from: ", Rewriter::Where::from},
        {"      to: ", Rewriter::Where::to},       {"      cc: ", Rewriter::Where::cc},
        {"     bcc: ", Rewriter::Where::bcc},      {"reply-to: ", Rewriter::Where::reply_to},
        {"env-from: ", Rewriter::Where::env_from}, {"  env-to: ", Rewriter::Where::env_to},
    };
    if (place.line().arguments.empty()) {
        place.out(wording::rewrite_test_without_address());
        return 1;
    }
    const std::vector<RewriteRule>& rules = place.configuration().rewrite;
    if (rules.empty()) {
        place.out(wording::rewrite_test_without_rules());
        return 0;
    }
    // One argument, one address, whatever it contains.
    std::string text = place.line().arguments.front();
    if (!contains(text, "@")) text += "@" + place.configuration().main.qualify_recipient.value;
    const AddressParse parse = parse_address(text, place.rewriter().address_rules());
    if (!parse.value) {
        place.out(wording::rewrite_test_bad_address(text, parse.error.text));
        return 0;
    }
    for (const Row& row : kRows) {
        place.out(std::string(row.label) +
                  place.rewriter().rewrite_item(text, *parse.value, row.where, rules, Scope{}) + "\n");
    }
    return 0;
}

}  // namespace postern
