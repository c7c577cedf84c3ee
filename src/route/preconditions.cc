// SPDX-License-Identifier: Apache-2.0
#include "route/preconditions.h"

#include "base/strings.h"
#include "route/affix.h"
#include "route/require_files.h"
#include "wording/routing.h"

namespace postern {
namespace {

struct Pass {
    const RouterInstance& router;
    AddressItem& item;
    RouteContext& context;
    std::vector<Text>& captures;

    [[nodiscard]] const RouterOptions& options() const { return router.options; }
    [[nodiscard]] RoutingData& data() const { return item.props.routing; }
};

Gate open() { return {}; }
Gate skip(std::string why) { return {Gate::Kind::skip, std::move(why), {}}; }
Gate defer(std::string message) {
    Gate gate{Gate::Kind::defer, message, {}};
    gate.result = route_deferred(std::move(message));
    return gate;
}

// --- step 3 ---

Gate strip_affixes(Pass& pass) {
    const RouterOptions& options = pass.options();
    AddressItem& item = pass.item;
    std::string_view rest = options.caseful_local_part ? item.local_part_cc : item.local_part_lc;
    item.prefix = item.prefix_v = item.suffix = item.suffix_v = {};
    item.prefix_tainted = item.suffix_tainted = false;
    if (options.local_part_prefix) {
        if (const auto affix = find_prefix(rest, options.local_part_prefix.value)) {
            item.prefix = affix->text;
            item.prefix_v = affix->variable;
            item.prefix_tainted = affix->wildcard && item.text_tainted;
            rest.remove_prefix(affix->text.size());
        } else if (!options.local_part_prefix_optional) {
            return skip("local_part_prefix does not match");
        }
    }
    if (options.local_part_suffix) {
        if (const auto affix = find_suffix(rest, options.local_part_suffix.value)) {
            item.suffix = affix->text;
            item.suffix_v = affix->variable;
            item.suffix_tainted = affix->wildcard && item.text_tainted;
            rest.remove_suffix(affix->text.size());
        } else if (!options.local_part_suffix_optional) {
            return skip("local_part_suffix does not match");
        }
    }
    item.local_part = rest;
    return open();
}

// --- step 4 ---

Gate forget_last_router(Pass& pass) {
    AddressItem& item = pass.item;
    pass.data().domain_data = pass.data().local_part_data = pass.data().sender_data = {};
    item.local_user_uid.reset();
    item.local_user_gid.reset();
    item.local_user_home.clear();
    item.home.clear();
    item.home_expanded = false;
    pass.captures.clear();
    pass.context.expander.set_captures({});
    pass.context.address_scope = address_scope(item);
    pass.context.address_scope.router_name = pass.router.name;
    return open();
}

// --- steps 5 to 7 ---

Gate check_mode(Pass& pass) {
    const RouterOptions& options = pass.options();
    const RouteMode mode = pass.context.mode;
    const bool verifying = mode == RouteMode::verify_recipient || mode == RouteMode::verify_sender;
    if (options.verify_only && !verifying) return skip("verify_only is set");
    if (mode == RouteMode::address_test && !options.address_test) return skip("address_test is unset");
    if (mode == RouteMode::verify_recipient && !options.verify_recipient) return skip("verify_recipient is unset");
    if (mode == RouteMode::verify_sender && !options.verify_sender) return skip("verify_sender is unset");
    return open();
}

// --- steps 8 to 11 ---

// Exim names the list by its text, not by the option, when a file in it cannot be opened: no option_name below.
Gate list_gate(Pass& pass, MatchResult& match, std::string_view option, Text* data) {
    switch (match.verdict) {
        case MatchVerdict::defer:
            return defer(wording::list_check_deferred(option));
        case MatchVerdict::no:
            return skip(std::string(option) + " does not match");
        case MatchVerdict::yes:
            break;
    }
    if (data) *data = std::move(match.value);
    if (!match.captures.empty()) {
        pass.captures = std::move(match.captures);
        pass.context.expander.set_captures(pass.captures);
    }
    return open();
}

Gate check_domains(Pass& pass) {
    if (!pass.options().domains) return open();
    MatchResult match =
        pass.context.expander.match_domain(pass.item.domain, pass.options().domains.source, pass.context.scope,
                                           {.subject_tainted = pass.item.text_tainted, .option_name = {}});
    return list_gate(pass, match, "domains", &pass.data().domain_data);
}

Gate check_local_parts(Pass& pass) {
    if (!pass.options().local_parts) return open();
    // Items such as +caseful and regexes see the case in which the local part came.
    const AddressItem& item = pass.item;
    const std::string as_it_came = item.local_part_cc.substr(item.prefix.size(), item.local_part.size());
    MatchResult match = pass.context.expander.match_local_part(
        as_it_came, pass.options().local_parts.source, pass.context.scope,
        {.caseful = pass.options().caseful_local_part, .subject_tainted = item.text_tainted, .option_name = {}});
    return list_gate(pass, match, "local_parts", &pass.data().local_part_data);
}

Gate check_local_user(Pass& pass) {
    if (!pass.options().check_local_user) return open();
    const std::string& login = pass.item.local_part;
    const std::int64_t longest = pass.context.configuration.main.max_username_length.value;
    const bool possible = login.find('\0') == std::string::npos && !login.empty() &&
                          (longest <= 0 || login.size() <= static_cast<std::size_t>(longest));
    if (!possible) return skip("check_local_user: no such user");
    const auto user = pass.context.os.user(login);
    // Exim takes a broken account service for "no such user" and bounces; the mail can wait.
    if (!user) return defer(wording::account_service_failed(login, user.error().code));
    if (!*user) return skip("check_local_user: no user " + login);
    pass.item.local_user_uid = (*user)->uid;
    pass.item.local_user_gid = (*user)->gid;
    pass.item.local_user_home = (*user)->home;
    pass.data().local_part_data = Text((*user)->name);
    AddressScope& scope = pass.context.address_scope;
    scope.home = Text((*user)->home);
    scope.local_user_uid = (*user)->uid;
    scope.local_user_gid = (*user)->gid;
    return open();
}

Gate set_home(Pass& pass) {
    const Expandable& option = pass.options().router_home_directory;
    if (!option) return open();
    Expansion value = pass.context.expander.expand(option, pass.context.scope);
    if (value) {
        pass.context.address_scope.home = *std::move(value);
    } else if (!value.error().forced) {
        return defer(wording::option_not_expanded(option.source, "router_home_directory", value.error().message));
    }
    return open();
}

Gate check_senders(Pass& pass) {
    if (!pass.options().senders) return open();
    MatchResult match =
        pass.context.expander.match_address(pass.context.sender, pass.options().senders.source, pass.context.scope, {});
    match.captures.clear();
    return list_gate(pass, match, "senders", &pass.data().sender_data);
}

// --- steps 12 to 16 ---

Gate print_debug(Pass& pass) {
    const Expandable& option = pass.options().debug_print;
    if (!option || !pass.context.debug_print) return open();
    const Expansion value = pass.context.expander.expand(option, pass.context.scope);
    pass.context.debug_print(value ? value->bytes
                                   : wording::debug_print_not_expanded(option.source, value.error().message));
    return open();
}

Gate check_files(Pass& pass) {
    if (!pass.options().require_files) return open();
    FileVerdict verdict = check_required_files(pass.options().require_files.source, pass.context);
    switch (verdict.kind) {
        case FileVerdict::Kind::open:
            return open();
        case FileVerdict::Kind::skip:
            return skip("require_files: " + verdict.text);
        case FileVerdict::Kind::defer:
            break;
    }
    return defer(std::move(verdict.text));
}

Gate check_condition(Pass& pass) {
    if (!pass.options().condition.set) return open();
    const auto result = pass.context.expander.condition(pass.options().condition.source, pass.router.name, "router",
                                                        pass.context.scope);
    if (result.deferred) return defer(wording::condition_deferred());
    return result.value ? open() : skip("condition is false");
}

Gate decline_or_defer(Pass& pass, const std::string& source, const ExpansionFailure& failure) {
    if (failure.forced) return {Gate::Kind::decline, "forced failure of " + source, {}};
    return defer(wording::expansion_failed_in_router(source, pass.router.name, failure.message));
}

// A bad name or a failing value drops the address in Exim 4.96 without a trace; here it stays on the queue.
Gate set_variables(Pass& pass) {
    if (!pass.options().set.set) return open();
    for (const std::string& assignment : split_list(pass.options().set.source, ';')) {
        if (assignment.empty()) continue;
        const std::size_t equals = assignment.find('=');
        const std::string_view name = trim(std::string_view(assignment).substr(0, equals));
        if (!name.starts_with("r_") || name.size() == 2) {
            std::string text = wording::bad_variable_name(name, pass.router.name);
            if (pass.context.main_and_panic_log) pass.context.main_and_panic_log(text);
            return defer(std::string(trim_right(text)));
        }
        const std::string source(equals == std::string::npos ? std::string_view()
                                                             : trim(std::string_view(assignment).substr(equals + 1)));
        Expansion value = pass.context.expander.expand(source, pass.context.scope);
        if (!value) return decline_or_defer(pass, assignment, value.error());
        pass.data().variables.insert_or_assign(std::string(name), *std::move(value));
    }
    return open();
}

Gate set_address_data(Pass& pass) {
    const Expandable& option = pass.options().address_data;
    if (!option) return open();
    Expansion value = pass.context.expander.expand(option, pass.context.scope);
    if (!value) return decline_or_defer(pass, option.source, value.error());
    pass.data().address_data = *std::move(value);
    return open();
}

constexpr Gate (*kChecks[])(Pass&) = {
    strip_affixes, forget_last_router, check_mode,  check_domains,   check_local_parts, check_local_user, set_home,
    check_senders, print_debug,        check_files, check_condition, set_variables,     set_address_data,
};

}  // namespace

Gate check_preconditions(const RouterInstance& router, AddressItem& item, RouteContext& context,
                         std::vector<Text>& captures) {
    Pass pass{router, item, context, captures};
    for (const auto check : kChecks) {
        Gate gate = check(pass);
        if (gate.kind != Gate::Kind::open) return gate;
    }
    return open();
}

}  // namespace postern
