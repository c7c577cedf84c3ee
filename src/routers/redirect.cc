// SPDX-License-Identifier: Apache-2.0
// redirect – replaces an address by what its data or file says: other addresses, pipes, files, a failure (spec
// routing.md §4.2–§4.4). Lists are parsed in redirect_data, files are read, as their user, in redirect_work.
#include "base/strings.h"
#include "driver/router.h"
#include "routers/redirect_work.h"
#include "wording/routing.h"

namespace postern {
namespace {

struct Options {
    bool allow_defer = false, allow_fail = false, allow_filter = false, allow_freeze = false;
    bool check_ancestor = false;
    OptionalBool check_group, check_owner;
    Expandable data, directory_transport, file, file_transport;
    bool filter_prepend_home = true;
    bool forbid_blackhole = false, forbid_exim_filter = false, forbid_file = false;
    bool forbid_filter_dlfunc = false, forbid_filter_existstest = false, forbid_filter_logwrite = false;
    bool forbid_filter_lookup = false, forbid_filter_perl = false, forbid_filter_readfile = false;
    bool forbid_filter_readsocket = false, forbid_filter_reply = false, forbid_filter_run = false;
    bool forbid_include = false, forbid_pipe = false, forbid_sieve_filter = false, forbid_smtp_code = false;
    bool hide_child_in_errmsg = false, ignore_eacces = false, ignore_enotdir = false;
    PlainString include_directory;
    Octal modemask{022};
    bool one_time = false;
    GidList owngroups;
    UidList owners;
    Expandable pipe_transport, qualify_domain;
    bool qualify_preserve_domain = false, repeat_use = true;
    Expandable reply_transport;
    bool rewrite = true;
    Expandable sieve_enotify_mailto_owner, sieve_subaddress, sieve_useraddress, sieve_vacation_directory;
    bool skip_syntax_errors = false;
    Expandable syntax_errors_text, syntax_errors_to;
};

constexpr OptionRow kRows[] = {
    opt<&Options::allow_defer>("allow_defer"),
    opt<&Options::allow_fail>("allow_fail"),
    opt<&Options::allow_filter>("allow_filter"),
    opt<&Options::allow_freeze>("allow_freeze"),
    opt<&Options::check_ancestor>("check_ancestor"),
    opt<&Options::check_group>("check_group"),
    opt<&Options::check_owner>("check_owner"),
    opt<&Options::data>("data"),
    opt<&Options::directory_transport>("directory_transport"),
    opt<&Options::file>("file"),
    opt<&Options::file_transport>("file_transport"),
    opt<&Options::filter_prepend_home>("filter_prepend_home"),
    opt<&Options::forbid_blackhole>("forbid_blackhole"),
    opt<&Options::forbid_exim_filter>("forbid_exim_filter"),
    opt<&Options::forbid_file>("forbid_file"),
    opt<&Options::forbid_filter_dlfunc>("forbid_filter_dlfunc"),
    opt<&Options::forbid_filter_existstest>("forbid_filter_existstest"),
    opt<&Options::forbid_filter_logwrite>("forbid_filter_logwrite"),
    opt<&Options::forbid_filter_lookup>("forbid_filter_lookup"),
    opt<&Options::forbid_filter_perl>("forbid_filter_perl"),
    opt<&Options::forbid_filter_readfile>("forbid_filter_readfile"),
    opt<&Options::forbid_filter_readsocket>("forbid_filter_readsocket"),
    opt<&Options::forbid_filter_reply>("forbid_filter_reply"),
    opt<&Options::forbid_filter_run>("forbid_filter_run"),
    opt<&Options::forbid_include>("forbid_include"),
    opt<&Options::forbid_pipe>("forbid_pipe"),
    opt<&Options::forbid_sieve_filter>("forbid_sieve_filter"),
    opt<&Options::forbid_smtp_code>("forbid_smtp_code"),
    opt<&Options::hide_child_in_errmsg>("hide_child_in_errmsg"),
    opt<&Options::ignore_eacces>("ignore_eacces"),
    opt<&Options::ignore_enotdir>("ignore_enotdir"),
    opt<&Options::include_directory>("include_directory"),
    opt<&Options::modemask>("modemask"),
    opt<&Options::one_time>("one_time"),
    opt<&Options::owners>("owners"),
    opt<&Options::owngroups>("owngroups"),
    opt<&Options::pipe_transport>("pipe_transport"),
    opt<&Options::qualify_domain>("qualify_domain"),
    opt<&Options::qualify_preserve_domain>("qualify_preserve_domain"),
    opt<&Options::repeat_use>("repeat_use"),
    opt<&Options::reply_transport>("reply_transport"),
    opt<&Options::rewrite>("rewrite"),
    opt<&Options::sieve_enotify_mailto_owner>("sieve_enotify_mailto_owner"),
    opt<&Options::sieve_subaddress>("sieve_subaddress"),
    opt<&Options::sieve_useraddress>("sieve_useraddress"),
    opt<&Options::sieve_vacation_directory>("sieve_vacation_directory"),
    opt<&Options::skip_syntax_errors>("skip_syntax_errors"),
    opt<&Options::syntax_errors_text>("syntax_errors_text"),
    opt<&Options::syntax_errors_to>("syntax_errors_to"),
};
static_assert(sorted_and_unique(kRows));

DriverDescription::InitError init(RouterInstance& router) {
    Options& options = *static_cast<Options*>(router.private_options.get());
    const auto refuse = [](std::string text) {
        return DriverDescription::InitError{DriverDescription::InitError::Frame::for_instance, std::move(text)};
    };
    if (!options.data && !options.file) return refuse(wording::one_of_file_or_data());
    if (options.data && options.file) return refuse(wording::only_one_of_file_or_data());
    if (options.one_time) {
        options.forbid_pipe = options.forbid_file = options.forbid_filter_reply = true;
        if (router.options.headers_add.set || router.options.headers_remove.set)
            return refuse(wording::one_time_headers());
        if (router.options.unseen.value || !router.options.unseen.source.empty())
            return refuse(wording::one_time_unseen());
    }
    if (options.qualify_domain && options.qualify_preserve_domain) return refuse(wording::only_one_qualify());
    if (options.allow_filter) {
        if (!router.options.check_local_user && !router.options.user.set()) return refuse(wording::filter_needs_user());
        return refuse(wording::not_in_postern_yet("allow_filter"));
    }
    if (options.syntax_errors_to) return refuse(wording::not_in_postern_yet("syntax_errors_to"));
    if (!options.check_owner.set) options.check_owner.value = router.options.check_local_user || options.owners.set;
    if (!options.check_group.set) {
        options.check_group.value =
            (router.options.check_local_user && (options.modemask.value & 020) == 0) || options.owngroups.set;
    }
    return {};
}

// "551 " or "551 5.1.1 " in front of a text.
std::string without_smtp_code(std::string text) {
    const auto digits = [&text](std::size_t& at, std::size_t least, std::size_t most) {
        std::size_t n = 0;
        while (n < most && at + n < text.size() && is_digit(text[at + n])) ++n;
        at += n;
        return n >= least;
    };
    std::size_t at = 0;
    if (text.empty() || text[0] < '2' || text[0] > '5' || !digits(at, 3, 3) || at >= text.size() || text[at] != ' ')
        return text;
    const char kind = text[0];
    const std::size_t after_code = ++at;
    std::size_t end = after_code;
    const bool enhanced = at + 1 < text.size() && text[at] == kind && text[at + 1] == '.' && digits(at += 2, 1, 3) &&
                          at < text.size() && text[at] == '.' && digits(++at, 1, 3) && at < text.size() &&
                          text[at] == ' ';
    if (enhanced) end = at + 1;
    return text.substr(end);
}

class Redirect final : public RouterDriverBase {
public:
    using Options = postern::Options;

    Redirect(const RouterInstance& router, const Options& options) : router_(router), options_(options) {}
    RouteResult route(AddressItem& item, RouteContext& context) override;
    bool repeat_use() const override { return options_.repeat_use; }

private:
    std::optional<RouteResult> prepare(const AddressItem& item, RouteContext& context, RedirectWork& work) const;
    std::optional<RouteResult> find_qualify_domain(const AddressItem& item, RouteContext& context,
                                                   RedirectWork& work) const;
    std::optional<RouteResult> find_source(RouteContext& context, RedirectWork& work) const;
    FileChecks checks_for(const AddressItem& item) const;
    RouteResult act(const RedirectList& list, AddressItem& item, RouteContext& context) const;
    RouteResult discard(const AddressItem& item, RouteContext& context) const;
    std::optional<RouteResult> make_children(const RedirectList& list, AddressItem& item, RouteContext& context) const;
    void make_address(const RedirectItem& made, AddressItem& item, RouteContext& context) const;
    std::optional<RouteResult> make_delivery(const RedirectItem& made, AddressItem& item, RouteContext& context) const;
    void finish_child(AddressItem& child, const AddressItem& item, RouteContext& context) const;
    std::string who() const { return "router " + router_.name + ": "; }

    const RouterInstance& router_;
    const Options& options_;
};

RouteResult declined(std::string message = {}) {
    RouteResult result;
    result.outcome.message = std::move(message);
    return result;
}

RouteResult Redirect::route(AddressItem& item, RouteContext& context) {
    RedirectWork work;
    if (auto problem = prepare(item, context, work)) return *std::move(problem);
    LostChild lost;
    const std::optional<RedirectAnswer> answer = do_redirect_work(work, context.os, context.processes, lost);
    if (!answer) {
        std::string text = wording::subprocess_lost(router_.name, item.address, lost.wait_status, lost.reader_error);
        if (context.main_and_panic_log) context.main_and_panic_log(text);
        return route_deferred(std::move(text));
    }
    switch (answer->kind) {
        case RedirectAnswer::Kind::missing:
            context.say(who() + work.file + " does not exist");
            return declined();
        case RedirectAnswer::Kind::unreadable:
            return route_deferred(answer->text);
        case RedirectAnswer::Kind::list:
            break;
    }
    return act(answer->list, item, context);
}

// --- what to read, as whom, by which rules ---

std::optional<RouteResult> Redirect::prepare(const AddressItem& item, RouteContext& context, RedirectWork& work) const {
    RouterIdentity identity;
    if (auto problem = router_identity(router_, item, context, identity)) return problem;
    work.uid = identity.uid;
    work.gid = identity.gid;
    work.initgroups = router_.options.initgroups;
    if (auto problem = find_qualify_domain(item, context, work)) return problem;
    if (auto problem = find_source(context, work)) return problem;
    work.checks = checks_for(item);
    work.include_directory = options_.include_directory.value;

    const MainOptions& main = context.configuration.main;
    RedirectRules& rules = work.rules;
    rules.allow_fail = options_.allow_fail;
    rules.allow_defer = options_.allow_defer;
    rules.forbid_blackhole = options_.forbid_blackhole;
    rules.forbid_include = options_.forbid_include;
    rules.skip_errors = options_.skip_syntax_errors;
    rules.incoming_domain = Text(item.domain, item.text_tainted);
    rules.addresses.allow_domain_literals = main.allow_domain_literals;
    rules.addresses.strip_trailing_dot = main.strip_trailing_dot;
    rules.addresses.strip_excess_angle_brackets = main.strip_excess_angle_brackets;
    return std::nullopt;
}

std::optional<RouteResult> Redirect::find_qualify_domain(const AddressItem& item, RouteContext& context,
                                                         RedirectWork& work) const {
    work.rules.qualify_domain = options_.qualify_preserve_domain
                                    ? Text(item.domain, item.text_tainted)
                                    : Text(context.configuration.main.qualify_recipient.value);
    if (!options_.qualify_domain) return std::nullopt;
    Expansion value = context.expander.expand(options_.qualify_domain, context.scope);
    if (!value && value.error().forced) return declined();
    if (!value) return route_deferred(wording::not_expanded(options_.qualify_domain.source, value.error().message));
    work.rules.qualify_domain = *std::move(value);
    return std::nullopt;
}

std::optional<RouteResult> Redirect::find_source(RouteContext& context, RedirectWork& work) const {
    const Expandable& source = options_.file ? options_.file : options_.data;
    Expansion value = context.expander.expand(source, context.scope);
    if (!value && value.error().forced) return declined();
    if (!value) return route_deferred(wording::not_expanded(source.source, value.error().message));
    if (!options_.file) {
        work.data = *std::move(value);
        return std::nullopt;
    }
    if (!value->bytes.starts_with('/')) return route_deferred(wording::not_absolute_path(value->bytes));
    if (value->tainted) return route_deferred(wording::tainted_file(value->bytes));
    work.file = std::move(value->bytes);
    return std::nullopt;
}

FileChecks Redirect::checks_for(const AddressItem& item) const {
    FileChecks checks;
    checks.forbidden_bits = options_.modemask.value;
    checks.owner = options_.check_owner.value;
    checks.group = options_.check_group.value;
    checks.owners = options_.owners.uids;
    checks.groups = options_.owngroups.gids;
    if (item.local_user_uid) checks.owners.push_back(*item.local_user_uid);
    if (item.local_user_gid) checks.groups.push_back(*item.local_user_gid);
    checks.ignore_eacces = options_.ignore_eacces;
    checks.ignore_enotdir = options_.ignore_enotdir;
    return checks;
}

// --- what it said ---

RouteResult Redirect::act(const RedirectList& list, AddressItem& item, RouteContext& context) const {
    const bool from_file = options_.file.set;
    const auto log_skipped = [&](const std::string& text) {
        if (context.main_log) context.main_log(wording::skipped_error(router_.name, text));
    };
    switch (list.kind) {
        case RedirectList::Kind::filter:
            if (!options_.skip_syntax_errors)
                return route_deferred(wording::filter_error(from_file, list.text), code::kBadRedirect);
            log_skipped(list.text);
            return declined(wording::syntax_error_in_redirection());
        case RedirectList::Kind::error:
            return route_deferred(wording::redirect_error(from_file, list.text), code::kBadRedirect);
        case RedirectList::Kind::defer: {
            RouteResult result = route_deferred(list.text);
            result.pass_message = true;
            return result;
        }
        case RedirectList::Kind::fail: {
            if (auto problem = make_children(list, item, context)) return *std::move(problem);
            RouteResult result = route_failed(options_.forbid_smtp_code ? without_smtp_code(list.text) : list.text);
            result.pass_message = true;
            return result;
        }
        case RedirectList::Kind::items:
        case RedirectList::Kind::blackhole:
            break;
    }
    for (const std::string& text : list.skipped) log_skipped(text);
    if (list.items.empty() && !list.skipped.empty()) return declined(wording::syntax_error_in_redirection());
    if (list.kind == RedirectList::Kind::blackhole) return discard(item, context);
    if (list.items.empty()) return declined();
    if (auto problem = make_children(list, item, context)) return *std::move(problem);
    return {.verdict = RouteVerdict::ok, .outcome = {}, .pass_message = false};
}

RouteResult Redirect::discard(const AddressItem& item, RouteContext& context) const {
    const bool delivering = context.mode == RouteMode::deliver;
    if (delivering && context.main_log) context.main_log(wording::blackholed(item.address, router_.name));
    if (!delivering) context.say(who() + ":blackhole: the message is discarded");
    return {.verdict = delivering ? RouteVerdict::discard : RouteVerdict::ok, .outcome = {}, .pass_message = false};
}

// --- children ---

std::optional<RouteResult> Redirect::make_children(const RedirectList& list, AddressItem& item,
                                                   RouteContext& context) const {
    if (auto problem = apply_errors_to(router_, item, context)) return problem;
    if (auto problem = apply_header_options(router_, item, context)) return problem;
    for (const RedirectItem& made : list.items) {
        context.say(who() + "redirects to " + made.text);
        if (made.kind == RedirectItemKind::address)
            make_address(made, item, context);
        else if (auto problem = make_delivery(made, item, context))
            return problem;
    }
    return std::nullopt;
}

void Redirect::make_address(const RedirectItem& made, AddressItem& item, RouteContext& context) const {
    Text address(made.text, made.tainted);
    if (options_.rewrite && !context.configuration.rewrite.empty()) {
        address = context.rewriter.rewrite_address(address, Rewriter::Where::env_to, context.configuration.rewrite,
                                                   context.scope);
    }
    if (options_.check_ancestor) {
        for (const AddressItem* ancestor = item.parent; ancestor; ancestor = ancestor->parent)
            if (iequals(ancestor->address, address.bytes)) address = Text(item.address, item.text_tainted);
    }
    finish_child(make_child(context.pool, item, std::move(address), AddressKind::mailbox), item, context);
}

std::optional<RouteResult> Redirect::make_delivery(const RedirectItem& made, AddressItem& item,
                                                   RouteContext& context) const {
    const bool pipe = made.kind == RedirectItemKind::pipe;
    AddressItem& child =
        make_child(context.pool, item, Text(made.text, made.tainted), pipe ? AddressKind::pipe : AddressKind::file);
    finish_child(child, item, context);
    child.allow_pipe = !options_.forbid_pipe;
    child.allow_file = !options_.forbid_file;
    child.allow_reply = !options_.forbid_filter_reply;
    child.router = &router_;
    child.local_user_uid = item.local_user_uid;
    child.local_user_gid = item.local_user_gid;
    child.local_user_home = item.local_user_home;

    const bool directory = made.text.ends_with('/');
    const Expandable& transport = pipe        ? options_.pipe_transport
                                  : directory ? options_.directory_transport
                                              : options_.file_transport;
    const std::string_view name = pipe ? "pipe_transport" : directory ? "directory_transport" : "file_transport";
    Text& variable = pipe ? context.address_scope.address_pipe : context.address_scope.address_file;
    variable = Text(made.text, made.tainted);
    if (auto problem = choose_transport(router_, transport, name, child, context))
        child.preset = std::move(problem->outcome);
    variable = {};
    return apply_user_and_home(router_, child, context);
}

void Redirect::finish_child(AddressItem& child, const AddressItem& item, RouteContext& context) const {
    child.hide_child = options_.hide_child_in_errmsg;
    if (options_.one_time) child.onetime_parent = item.top().address;
    if (context.children) context.children->push_back(&child);
}

}  // namespace

extern const RouterDriver redirect_driver;
constinit const RouterDriver redirect_driver = [] {
    RouterDriver driver = router_driver_of<Redirect>("redirect", kRows, init);
    driver.description.transport = DriverDescription::TransportNeed::forbidden;
    return driver;
}();

}  // namespace postern
