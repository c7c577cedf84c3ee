// SPDX-License-Identifier: Apache-2.0
#include "route/chain.h"

#include "base/strings.h"
#include "mail/address.h"
#include "route/preconditions.h"
#include "wording/routing.h"

namespace postern {

struct RouterChain::State {
    const Configuration& configuration;
    std::vector<std::unique_ptr<RouterDriverBase>> drivers;  // by position of the router; null: no such driver

    [[nodiscard]] std::size_t index_of(const RouterInstance* router, std::size_t otherwise) const {
        if (!router) return otherwise;
        return static_cast<std::size_t>(router - configuration.routers.data());
    }
    [[nodiscard]] const RouterInstance* named(const PlainString& option) const {
        return option ? configuration.router(option.value) : nullptr;
    }
};

namespace {

constexpr int kMostAncestors = 100;

bool is_verifying(RouteMode mode) { return mode == RouteMode::verify_recipient || mode == RouteMode::verify_sender; }

}  // namespace

// One address's way through the routers.
class RouterChain::Run {
public:
    Run(RouterChain& chain, AddressItem& item, RouteContext& context)
        : chain_(chain), state_(*chain.state_), item_(item), context_(context), before_(item.props) {}

    RoutedAddress go();

private:
    std::optional<std::size_t> visit(std::size_t at);  // the next router's position; nullopt: decided
    std::optional<std::size_t> decided(std::size_t at, RouteResult result);
    std::optional<std::size_t> declined(std::size_t at, const RouteResult& result);
    std::optional<std::size_t> accepted(std::size_t at);
    std::optional<std::size_t> ended(RouteVerdict verdict, RouteResult result);
    bool clone_for_next_router(std::size_t at, std::string& why);
    enum class Loop : std::uint8_t { none, skip, endless };
    [[nodiscard]] Loop look_up(std::size_t at) const;
    RoutedAddress unrouteable();

    RouterChain& chain_;
    State& state_;
    AddressItem& item_;
    RouteContext& context_;
    const Propagated before_;
    std::size_t first_child_ = 0;
    const RouterInstance* last_ = nullptr;
    std::vector<Text> captures_;
    RouteResult left_;  // what a declining router had to say
    RoutedAddress answer_;
};

RoutedAddress RouterChain::Run::go() {
    context_.scope.address = &context_.address_scope;
    context_.scope.return_path = tainted_text(item_.props.errors_address.value_or(context_.sender));
    context_.address_scope = address_scope(item_);
    if (!context_.verify_address) {
        context_.verify_address = [this](const Text& address) {
            const bool routes = chain_.verifies(address, context_);
            context_.expander.set_captures(captures_);
            return routes;
        };
    }
    first_child_ = context_.children ? context_.children->size() : 0;
    std::size_t at = state_.index_of(item_.start_router, 0);
    while (at < state_.drivers.size()) {
        const auto next = visit(at);
        if (!next) return answer_;
        at = *next;
    }
    return unrouteable();
}

RouterChain::Run::Loop RouterChain::Run::look_up(std::size_t at) const {
    const RouterInstance& router = state_.configuration.routers[at];
    int depth = 0;
    for (const AddressItem* ancestor = item_.parent; ancestor; ancestor = ancestor->parent) {
        if (++depth > kMostAncestors) return Loop::endless;
        if (ancestor->router != &router) continue;
        const bool same = iequals(ancestor->address, item_.address) &&
                          (!router.options.caseful_local_part || ancestor->local_part_cc == item_.local_part_cc);
        if (same || !state_.drivers[at]->repeat_use()) return Loop::skip;
    }
    return Loop::none;
}

std::optional<std::size_t> RouterChain::Run::visit(std::size_t at) {
    const RouterInstance& router = state_.configuration.routers[at];
    last_ = &router;
    item_.router = &router;
    if (context_.quiet_log) context_.quiet_log(router.options.disable_logging);
    if (!state_.drivers[at])  // a driver that the program was built without
        return ended(RouteVerdict::defer, route_deferred(wording::internal_configuration_error()));
    const auto note = [&](std::string_view what, std::string_view why) {
        if (context_.note)
            context_.note("router " + router.name + ": " + std::string(what) + (why.empty() ? "" : ": ") +
                          std::string(why));
    };
    switch (look_up(at)) {
        case Loop::none:
            break;
        case Loop::skip:
            note("skipped", "it has routed this address before");
            return at + 1;
        case Loop::endless: {
            std::string text = wording::routing_loop(item_.address);
            if (context_.main_and_panic_log) context_.main_and_panic_log(text);
            return ended(RouteVerdict::defer, route_deferred(std::move(text)));
        }
    }
    Gate gate = check_preconditions(router, item_, context_, captures_);
    switch (gate.kind) {
        case Gate::Kind::open:
            break;
        case Gate::Kind::skip:
            note("skipped", gate.why);
            return at + 1;
        case Gate::Kind::decline:
            note("declined", gate.why);
            return declined(at, {});
        case Gate::Kind::defer:
            note("deferred", gate.why);
            return ended(RouteVerdict::defer, std::move(gate.result));
    }
    return decided(at, state_.drivers[at]->route(item_, context_));
}

std::optional<std::size_t> RouterChain::Run::decided(std::size_t at, RouteResult result) {
    const RouterInstance& router = state_.configuration.routers[at];
    const std::string who = "router " + router.name + ": ";
    const bool forced_failure = context_.mode == RouteMode::verify_sender ? router.options.fail_verify_sender
                                                                          : router.options.fail_verify_recipient;
    if (is_verifying(context_.mode) && forced_failure &&
        (result.verdict == RouteVerdict::ok || result.verdict == RouteVerdict::pass)) {
        result = route_failed(wording::forced_verify_failure(router.name));
    }
    switch (result.verdict) {
        case RouteVerdict::ok:
            return accepted(at);
        case RouteVerdict::decline:
            context_.say(who + "declined");
            return declined(at, result);
        case RouteVerdict::pass: {
            context_.say(who + "passes the address on");
            return state_.index_of(state_.named(router.options.pass_router), at + 1);
        }
        case RouteVerdict::discard:
            context_.say(who + "discards the message for this address");
            break;
        case RouteVerdict::fail:
            context_.say(who + "fails the address: " + result.outcome.message);
            break;
        case RouteVerdict::defer:
            context_.say(who + "deferred: " + result.outcome.message);
            break;
    }
    return ended(result.verdict, std::move(result));
}

std::optional<std::size_t> RouterChain::Run::declined(std::size_t at, const RouteResult& result) {
    const RouterInstance& router = state_.configuration.routers[at];
    if (!result.outcome.message.empty()) left_ = result;
    const auto more = context_.expander.boolean(router.options.more, "more", router.name, "router", context_.scope);
    if (!more) return ended(RouteVerdict::defer, route_deferred(more.error()));
    if (*more) return at + 1;
    context_.say("router " + router.name + ": more is false: no other router is tried");
    return state_.drivers.size();
}

std::optional<std::size_t> RouterChain::Run::accepted(std::size_t at) {
    const RouterInstance& router = state_.configuration.routers[at];
    if (item_.transport) context_.say("router " + router.name + ": accepted for transport " + item_.transport->name);
    if (const RouterInstance* start = state_.named(router.options.redirect_router)) {
        for (std::size_t i = first_child_; context_.children && i < context_.children->size(); ++i)
            (*context_.children)[i]->start_router = start;
    }
    std::string why;
    if (!clone_for_next_router(at, why)) return ended(RouteVerdict::defer, route_deferred(std::move(why)));
    answer_ = {RouteVerdict::ok};
    return std::nullopt;
}

std::optional<std::size_t> RouterChain::Run::ended(RouteVerdict verdict, RouteResult result) {
    if (verdict == RouteVerdict::defer &&
        context_.children) {  // what it had generated would come again with the next try
        item_.child_count -= static_cast<int>(context_.children->size() - first_child_);
        context_.children->resize(first_child_);
        item_.transport = nullptr;
    }
    if (verdict == RouteVerdict::defer)
        result.outcome.message = wording::without_passwords(std::move(result.outcome.message));
    if (result.pass_message && result.outcome.user_message.empty())
        result.outcome.user_message = result.outcome.message;
    if (verdict != RouteVerdict::discard) item_.outcome = std::move(result.outcome);
    if (verdict == RouteVerdict::fail) item_.outcome.verdict = Verdict::fail;
    if (verdict == RouteVerdict::defer) item_.outcome.verdict = Verdict::defer;
    answer_ = {verdict};
    return std::nullopt;
}

// `unseen`: the address goes on at the next router as well. Both copies become children of an invented parent, so that
// "all of it is done" can be told.
bool RouterChain::Run::clone_for_next_router(std::size_t at, std::string& why) {
    const RouterInstance& router = state_.configuration.routers[at];
    const auto unseen =
        context_.expander.boolean(router.options.unseen, "unseen", router.name, "router", context_.scope);
    if (!unseen) return why = unseen.error(), false;
    if (!*unseen || at + 1 >= state_.drivers.size() || !context_.children) return true;

    AddressItem& parent = context_.pool.make();
    parent = item_;
    parent.props = before_;
    parent.router = nullptr;  // nobody decided it: loop protection must not see it twice
    parent.transport = nullptr;
    parent.child_count = 2;

    AddressItem& clone = context_.pool.make();
    clone.address = item_.address;
    clone.text_tainted = item_.text_tainted;
    clone.unique = item_.unique;
    clone.parent = &parent;
    clone.props = before_;  // neither this router's header changes nor its errors_to
    clone.props.routing.address_data = item_.props.routing.address_data;
    clone.props.routing.variables = item_.props.routing.variables;
    clone.props.ignore_error = item_.props.ignore_error;
    clone.dsn_flags = item_.dsn_flags;
    clone.dsn_original = item_.dsn_original;
    clone.onetime_parent = item_.onetime_parent;
    clone.start_router = &state_.configuration.routers[at + 1];
    split_item(clone);

    item_.parent = &parent;
    item_.unique += '/' + router.name;
    // In front of what this router generated: that is the order in which both are routed.
    context_.children->insert(context_.children->begin() + static_cast<std::ptrdiff_t>(first_child_), &clone);
    context_.say("router " + router.name + ": unseen: the address also goes on to router " + clone.start_router->name);
    return true;
}

RoutedAddress RouterChain::Run::unrouteable() {
    item_.router = nullptr;
    RouteResult result = std::move(left_);
    std::string& message = result.outcome.message;
    if (message.empty() && last_ && last_->options.cannot_route_message) {
        Expansion value = context_.expander.expand(last_->options.cannot_route_message, context_.scope);
        if (value) {
            message = std::move(value->bytes);
        } else if (!value.error().forced && context_.main_and_panic_log) {
            context_.main_and_panic_log(wording::cannot_route_not_expanded(last_->name, value.error().message));
        }
    }
    if (message.empty()) message = wording::unrouteable();
    result.pass_message = true;
    context_.say("no router is left: " + message);
    (void)ended(RouteVerdict::fail, std::move(result));
    return answer_;
}

RouterChain::RouterChain(const Configuration& configuration, const DriverSet& drivers)
    : state_(std::make_unique<State>(State{configuration, {}})) {
    for (const RouterInstance& router : configuration.routers) {
        const RouterDriver* driver = router.driver ? drivers.router(router.driver->name) : nullptr;
        state_->drivers.push_back(driver ? driver->make(router) : nullptr);
    }
}

RouterChain::~RouterChain() = default;

RoutedAddress RouterChain::route(AddressItem& item, RouteContext& context) {
    const bool own_verification = !context.verify_address;
    const RoutedAddress answer = Run(*this, item, context).go();
    if (context.quiet_log) context.quiet_log(false);
    if (own_verification) context.verify_address = nullptr;  // it belongs to the run
    return answer;
}

bool RouterChain::verifies(const Text& address, const RouteContext& context) {
    const MainOptions& main = context.configuration.main;
    const AddressRules rules{.allow_domain_literals = main.allow_domain_literals,
                             .strip_trailing_dot = main.strip_trailing_dot,
                             .strip_excess_angle_brackets = main.strip_excess_angle_brackets};
    const AddressParse parse = parse_address(address.bytes, rules);
    if (!parse.value) return false;
    AddressPool pool;
    AddressItem* item = &pool.make();
    item->address = parse.value->address;
    item->text_tainted = address.tainted;
    if (!parse.value->at) item->address += '@' + main.qualify_recipient.value;
    split_item(*item);

    std::vector<AddressItem*> children;
    RouteContext nested{context.configuration, context.os,       context.clock, context.processes,
                        context.expander,      context.rewriter, pool};
    nested.message = context.message;
    nested.mode = RouteMode::verify_recipient;
    nested.scope = context.scope;
    nested.children = &children;
    nested.main_log = context.main_log;
    nested.main_and_panic_log = context.main_and_panic_log;
    nested.quiet_log = context.quiet_log;  // what the caller's router logs afterwards is not quiet any more, as in Exim
    nested.debug_print = context.debug_print;
    // One address that becomes one address is followed; several are taken as good, as Exim does.
    while (true) {
        children.clear();
        if (route(*item, nested).verdict != RouteVerdict::ok) return false;
        if (item->transport || children.size() != 1 || children.front()->is_pfr()) return true;
        item = children.front();
    }
}

}  // namespace postern
