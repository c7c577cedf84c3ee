// SPDX-License-Identifier: Apache-2.0
#include "deliver/recipients.h"

#include <map>

#include "base/strings.h"
#include "deliver/homonym.h"
#include "mail/address.h"
#include "wording/delivery.h"
#include "wording/routing.h"

namespace postern {
namespace {

// "local@DOMAIN" -> "local@domain": equal mailboxes have equal unique strings.
std::string with_lower_domain(std::string_view address) {
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return std::string(address);
    return std::string(address.substr(0, at + 1)) + to_lower(address.substr(at + 1));
}

// An address generated from an equal ancestor is another thing than the ancestor: "\0\a@b", its own such child
// "\1\a@b".
std::string unique_of(const AddressItem& item) {
    for (const AddressItem* up = item.parent; up; up = up->parent) {
        if (!iequals(up->address, item.address)) continue;
        const char digit = is_homonym(item.parent->unique) ? static_cast<char>(item.parent->unique[1] + 1) : '0';
        return std::string("\\") + digit + "\\" + with_lower_domain(item.address);
    }
    return with_lower_domain(item.address);
}

}  // namespace

Routing::Routing(const Engine& engine, Message& message, const BodyView& body, Settlement& settlement,
                 AddressPool& pool, const RunRequest& request)
    : engine_(engine),
      message_(message),
      body_(body),
      settlement_(settlement),
      pool_(pool),
      request_(request),
      chain_(engine.configuration, engine.drivers) {}

AddressChain Routing::deliveries() {
    collect_recipients();
    while (!new_.empty()) {
        while (!new_.empty()) {
            AddressItem& item = *new_.front();
            new_.pop_front();
            consider(item);
        }
        hold_queue_domains();
        while (!to_route_.empty()) {
            AddressItem& item = *to_route_.front();
            to_route_.pop_front();
            route(item);
        }
    }
    drop_duplicates(local_);
    return std::move(local_);
}

void Routing::collect_recipients() {
    for (const Recipient& recipient : message_.recipients) {
        if (message_.non_recipients.contains(recipient.address)) continue;
        AddressItem& item = pool_.make();
        item.address = recipient.address;
        if (!recipient.errors_to.empty()) item.props.errors_address = recipient.errors_to;
        if (recipient.parent >= 0 && static_cast<std::size_t>(recipient.parent) < message_.recipients.size()) {
            item.onetime_parent = message_.recipients[static_cast<std::size_t>(recipient.parent)].address;
        }
        item.dsn_flags = recipient.dsn_flags;
        item.dsn_original = recipient.original;
        new_.push_back(&item);
    }
}

void Routing::defer_item(AddressItem& item, Stage stage, int code, std::string message) {
    item.outcome = {.verdict = Verdict::defer, .code = code, .message = std::move(message)};
    settlement_.settle(item, stage);
}

// --- one new address ---

void Routing::consider(AddressItem& item) {
    if (item.is_pfr()) {
        consider_child(item);
    } else {
        consider_mailbox(item);
    }
}

namespace {

// What forbid_file, forbid_pipe and forbid_filter_reply of a redirect router refuse.
std::optional<Outcome> refusal_of(const AddressItem& item) {
    const auto refuse = [](int code, std::string text) {
        return Outcome{Verdict::fail, code, 0, std::move(text), {}, Special::none};
    };
    if (item.kind == AddressKind::file && !item.allow_file)
        return refuse(code::kForbidFile, wording::delivery_to_file_forbidden());
    if (item.kind == AddressKind::pipe && !item.allow_pipe)
        return refuse(code::kForbidPipe, wording::delivery_to_pipe_forbidden());
    if (item.kind == AddressKind::reply && !item.allow_reply)
        return refuse(code::kForbidReply, wording::autoreply_forbidden());
    return item.preset;
}

}  // namespace

// Pipes, files and replies that a router generated do not go through the routers.
void Routing::consider_child(AddressItem& item) {
    std::string unique = item.address + ":" + without_homonym_prefix(item.parent->unique);
    if (item.kind == AddressKind::reply) {
        while (pfr_seen_.contains(unique)) unique.insert(0, ">");
    }
    item.unique = unique;
    item.address_retry_key = item.domain_retry_key = "T:" + unique;
    if (!pfr_seen_.insert(unique).second) {
        settlement_.add_duplicate(item);
        return;
    }
    if (message_.non_recipients.contains(unique)) {
        settlement_.child_done(item);
        return;
    }
    if (auto refusal = refusal_of(item)) {
        item.outcome = *std::move(refusal);
        settle_routed(item);
        return;
    }
    if (item.kind == AddressKind::file && item.address == "/dev/null") {
        item.outcome.verdict = Verdict::ok;
        item.transport = nullptr;
        settlement_.settle(item, Stage::transport);
        return;
    }
    local_.push_front(&item);
}

void Routing::consider_mailbox(AddressItem& item) {
    split_item(item);
    item.unique = unique_of(item);
    item.domain_retry_key = "R:" + item.domain;
    item.address_retry_key = "R:" + item.local_part_lc + "@" + item.domain;
    if (held_back(item)) return;
    if (message_.non_recipients.contains(item.unique)) {
        settlement_.child_done(item);
        return;
    }
    to_route_.push_front(&item);
}

// Does the address's domain match a main option's domain list? A lookup that defers settles the address.
bool Routing::listed(const Expandable& option, std::string_view name, AddressItem& item, Stage stage,
                     std::string_view defer_message) {
    AddressScope address;
    address.domain = tainted_text(item.domain);
    Scope scope;
    scope.message = &message_;
    scope.body = &body_;
    scope.address = &address;
    const MatchResult match =
        engine_.expander.match_domain(item.domain, option.source, scope, {.option_name = std::string(name)});
    if (match.verdict == MatchVerdict::defer) defer_item(item, stage, code::kListDefer, std::string(defer_message));
    return match.verdict == MatchVerdict::yes;
}

bool Routing::held_back(AddressItem& item) {
    const Expandable& option = engine_.configuration.main.hold_domains;
    if (!option || request_.forced) return false;
    const std::size_t before = settlement_.deferred().size();
    if (listed(option, "hold_domains", item, Stage::none, "hold_domains lookup deferred")) {
        defer_item(item, Stage::none, code::kHeld, wording::domain_is_held());
    }
    return settlement_.deferred().size() != before;
}

void Routing::hold_queue_domains() {
    const Expandable& option = engine_.configuration.main.queue_domains;
    if (!option || request_.forced || request_.queue_run) return;
    AddressChain going;
    for (AddressItem* item : to_route_) {
        const std::size_t before = settlement_.deferred().size();
        if (listed(option, "queue_domains", *item, Stage::routing, "queue_domains lookup deferred")) {
            defer_item(*item, Stage::routing, code::kQueueDomains, wording::domain_is_queued());
        }
        if (settlement_.deferred().size() == before) going.push_front(item);  // so the order is turned round, as Exim's
    }
    to_route_ = std::move(going);
}

// --- routing ---

void Routing::route(AddressItem& item) {
    std::vector<AddressItem*> children;
    RouteContext context{.configuration = engine_.configuration,
                         .os = engine_.os,
                         .clock = engine_.clock,
                         .processes = engine_.processes,
                         .expander = engine_.expander,
                         .rewriter = engine_.rewriter,
                         .pool = pool_,
                         .message = &message_,
                         .children = &children,
                         .main_log = [this](const std::string& text) { engine_.log.main(text); },
                         .main_and_panic_log = [this](const std::string& text) { engine_.log.main_and_panic(text); },
                         .quiet_log = [this](bool quiet) { engine_.log.set_quiet(quiet); },
                         .note = {},
                         .verify_address = {},
                         .sender = message_.sender};
    context.scope.message = &message_;
    context.scope.body = &body_;
    context.scope.first_delivery = message_.first_delivery;
    context.scope.queue_running = request_.queue_run;
    context.scope.return_path = tainted_text(item.props.errors_address.value_or(message_.sender));

    const RoutedAddress routed = chain_.route(item, context);

    new_.insert(new_.begin(), children.begin(), children.end());
    switch (routed.verdict) {
        case RouteVerdict::ok:
            if (!item.transport) return;  // replaced by its children
            if (item.parent && message_.non_recipients.contains(item.unique)) {
                settlement_.child_done(item);
                return;
            }
            local_.push_front(&item);
            return;
        case RouteVerdict::discard:
            settlement_.address_done(item);
            settlement_.child_done(item);
            return;
        default:
            settle_routed(item);
    }
}

// disable_logging of the router that decided covers the line about it.
void Routing::settle_routed(AddressItem& item) {
    engine_.log.set_quiet(item.router && item.router->options.disable_logging);
    settlement_.settle(item, Stage::routing);
    engine_.log.set_quiet(false);
}

void Routing::drop_duplicates(AddressChain& chain) {
    std::map<std::string, AddressItem*> seen;
    AddressChain kept;
    for (AddressItem* item : chain) {
        if (item->is_pfr()) {
            kept.push_back(item);
            continue;
        }
        const auto [first, is_new] = seen.try_emplace(without_homonym_prefix(item->unique), item);
        if (is_new) {
            kept.push_back(item);
        } else {
            item->duplicate_of = first->second;
            settlement_.add_duplicate(*item);
        }
    }
    chain = std::move(kept);
}

}  // namespace postern
