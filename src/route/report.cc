// SPDX-License-Identifier: Apache-2.0
#include "route/report.h"

#include <algorithm>

#include "base/result.h"
#include "base/strings.h"
#include "wording/routing.h"

namespace postern {
namespace {

std::string parents_of(const AddressItem& item) {
    std::string out;
    for (const AddressItem* parent = item.parent; parent; parent = parent->parent)
        out += wording::report_parent(parent->address);
    return out;
}

// ": strerror: message", as much of it as there is and the caller may see.
std::string reason(const Outcome& outcome, bool visible) {
    std::string out;
    if (visible && outcome.code > 0) out += ": " + errno_text(outcome.code);
    if (visible) out += ": " + outcome.message;
    return out + '\n';
}

std::string undecided_report(const AddressTest::Decided& one, bool admin) {
    const AddressItem& item = *one.item;
    if (one.kind == AddressTest::Kind::failed) {
        return wording::report_failed(item.address) + reason(item.outcome, true) + parents_of(item);
    }
    return wording::report_deferred(item.address) + reason(item.outcome, admin) + parents_of(item);
}

std::string generated_report(const AddressItem& item) {
    const bool allowed = item.kind == AddressKind::pipe   ? item.allow_pipe
                         : item.kind == AddressKind::file ? item.allow_file
                                                          : item.allow_reply;
    const std::string shown = item.kind == AddressKind::reply ? "mail " + item.address.substr(1) : item.address;
    std::string out = wording::report_generated(item.parent ? item.parent->address : std::string(), shown, !allowed);
    if (!allowed) return out;
    if (item.preset) return out + wording::report_generated_problem(item.preset->message);
    if (item.transport) out += wording::report_generated_transport(item.transport->name);
    return out;
}

std::string accepted_report(const AddressItem& item, std::set<std::string>& seen) {
    // The unique text, not the address: an unseen router's copy is no duplicate of what goes on.
    const std::size_t at = std::min(item.unique.rfind('@'), item.unique.size());
    const bool duplicate =
        !seen.insert(item.unique.substr(0, at) + to_lower(std::string_view(item.unique).substr(at))).second;
    std::string out = wording::report_address(item.address, duplicate) + parents_of(item);
    out += wording::report_route(item.router ? item.router->name : std::string(), item.transport->name);
    if (!item.host_text.empty()) out += wording::report_host_text(item.host_text);
    return out;
}

}  // namespace

std::string address_test_report(const AddressTest& test, std::set<std::string>& seen, bool admin) {
    if (!test.syntax_error.empty()) return wording::report_syntax_error(test.syntax_error);
    std::string out;
    for (const AddressTest::Decided& one : test.decided) {
        out += one.kind == AddressTest::Kind::generated ? generated_report(*one.item) : undecided_report(one, admin);
    }
    for (const AddressItem* item : test.accepted) out += accepted_report(*item, seen);
    if (out.empty()) out = wording::report_discarded(test.address);
    return test.rewritten ? wording::report_rewritten(test.address) + out : out;
}

namespace {

std::string verdict_report(const AddressVerification& result, bool admin) {
    switch (result.verdict) {
        case RouteVerdict::fail:
            return wording::report_not_verified(result.address, result.message);
        case RouteVerdict::defer:
            return wording::report_deferred(result.address) + (admin ? ": " + result.message : std::string()) + '\n';
        case RouteVerdict::ok:
        case RouteVerdict::decline:
        case RouteVerdict::pass:
        case RouteVerdict::discard:
            break;
    }
    return wording::report_verified(result.address);
}

}  // namespace

std::string verification_report(const AddressVerification& result, bool admin) {
    if (!result.syntax_error.empty()) return wording::report_syntax_error(result.syntax_error);
    return (result.rewritten ? wording::report_rewritten(result.address) : std::string()) +
           verdict_report(result, admin);
}

int exit_code(const AddressVerification& result) {
    if (!result.syntax_error.empty() || result.verdict == RouteVerdict::fail) return 2;
    return result.verdict == RouteVerdict::defer ? 1 : 0;
}

}  // namespace postern
