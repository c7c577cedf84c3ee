// SPDX-License-Identifier: Apache-2.0
// What is checked and filled in when the main section ends, in Exim's order (spec configuration.md §9.1).
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "base/strings.h"
#include "base/time_text.h"
#include "config/loader.h"
#include "mail/address.h"
#include "wording/config.h"

namespace postern {

namespace {

// Defaults of exim_user and exim_group: the first that exists. The second is who Debian's exim4 runs as: a
// configuration of its administrator does not name it.
constexpr std::string_view kAccounts[] = {"postern", "Debian-exim"};

bool needs_expansion(std::string_view text) { return text.find_first_of("$\\") != std::string_view::npos; }

// Expands an option in place. False: reported.
bool expand_option(Loader& loader, std::string_view name, PlainString& option) {
    if (!needs_expansion(option.value)) return true;
    Result<std::string> expanded =
        loader.expand ? loader.expand(option.value) : failure("expansion is not available here");
    if (!expanded) {
        loader.error_plain(wording::failed_to_expand_value(name, option.value, expanded.error().text));
        return false;
    }
    option.value = *std::move(expanded);
    return true;
}

std::optional<User> run_time_account(Os& os) {
    for (const std::string_view name : kAccounts) {
        if (auto user = os.local_user(std::string(name)); user && *user) return *std::move(user);
    }
    return std::nullopt;
}

void settle_accounts(Loader& loader) {
    MainOptions& main = loader.configuration->main;
    if (main.exim_user.set() && main.exim_group.set()) return;
    const auto ids = loader.os.ids();
    const auto account = ids.effective_uid == 0 ? run_time_account(loader.os) : std::nullopt;
    if (!main.exim_user.set()) {
        main.exim_user.uid = account ? account->uid : ids.effective_uid;
        main.exim_user.source = account ? account->name : std::to_string(ids.effective_uid);
    }
    if (!main.exim_group.set()) {
        main.exim_group.gid = account ? account->gid : ids.effective_gid;
        main.exim_group.source = std::to_string(*main.exim_group.gid);
    }
    if (!loader.request.for_printing) return;
    if (const auto user = loader.os.user(*main.exim_user.uid); user && *user) main.exim_user.source = (*user)->name;
    if (const auto group = loader.os.group(*main.exim_group.gid); group && *group)
        main.exim_group.source = (*group)->name;
}

void settle_primary_hostname(Loader& loader) {
    PlainString& name = loader.configuration->main.primary_hostname;
    if (!name.value.empty()) return;
    auto node = loader.os.node_name();
    if (!node || node->empty()) return loader.error_plain(wording::no_host_name());
    name.value = *std::move(node);
}

void settle_spool_directory(Loader& loader) {
    PlainString& directory = loader.configuration->main.spool_directory;
    if (directory.value.empty()) return loader.error_plain(wording::spool_directory_undefined());
    (void)expand_option(loader, "spool_directory", directory);
}

// Every file name needs its %s and may have one %D or %M.
void check_log_file_path(Loader& loader) {
    PlainString& path = loader.configuration->main.log_file_path;
    if (!expand_option(loader, "log_file_path", path)) return;
    for (const auto& item : split_list(path.value)) {
        if (item == "syslog") loader.warn(wording::syslog_without_effect());
        if (item.empty() || item == "syslog") continue;
        const auto name = item.find("%s");
        if (name == std::string::npos) return loader.error_plain(wording::log_path_without_name(item));
        std::string rest = item;
        rest.erase(name, 2);
        if (const auto date = rest.find('%');
            date != std::string::npos && date + 1 < rest.size() && (rest[date + 1] == 'D' || rest[date + 1] == 'M'))
            rest.erase(date, 2);
        if (contains(rest, "%")) return loader.error_plain(wording::log_path_unexpected_percent(path.value));
    }
}

void check_syslog_facility(Loader& loader) {
    std::string_view name = loader.configuration->main.syslog_facility.value;
    if (name.empty()) return;
    if (istarts_with(name, "log_")) name.remove_prefix(4);
    for (const std::string_view known : {"mail", "user", "news", "uucp", "local0", "local1", "local2", "local3",
                                         "local4", "local5", "local6", "local7", "daemon"})
        if (iequals(name, known)) return;
    loader.error_general(wording::bad_syslog_facility(loader.configuration->main.syslog_facility.value));
}

void settle_paths(Loader& loader) {
    MainOptions& main = loader.configuration->main;
    if (!expand_option(loader, "pid_file_path", main.pid_file_path)) return;
    if (main.process_log_path.value.empty())
        main.process_log_path.value = main.spool_directory.value + "/exim-process.info";
}

void check_regular_expression(Loader& loader, const PlainString& pattern, std::string_view default_pattern) {
    if (pattern.value.empty() || pattern.value == default_pattern) return;
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.value.data()), pattern.value.size(), 0,
                                         &code, &offset, nullptr);
    if (compiled != nullptr) return pcre2_code_free(compiled);
    unsigned char why[128] = {};
    pcre2_get_error_message(code, why, sizeof why);
    loader.error_plain(wording::bad_regular_expression(reinterpret_cast<const char*>(why), offset, pattern.value));
}

// The value of an option without a member, if it was set.
std::string_view inert_value(const Loader& loader, std::string_view name) {
    for (const auto& [option, line] : loader.configuration->inert)
        if (option == name) return trim_left(std::string_view(line).substr(std::min(line.size(), name.size() + 2)));
    return {};
}

// "threshold,delay,factor,longest delay", like 2,0.5s,1.05,4m.
bool valid_ratelimit(std::string_view text) {
    std::string_view fields[4];
    for (auto& field : fields) {
        const auto comma = text.find(',');
        field = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    const auto [threshold, delay, factor, longest] = fields;
    const auto point = delay.find('.');  // a delay may have a fraction of a second
    const std::string_view fraction = point == std::string_view::npos ? "0s" : delay.substr(point + 1);
    const std::string whole_delay =
        point == std::string_view::npos ? std::string(delay) : std::string(delay.substr(0, point)) + "s";
    return parse_int(threshold) && parse_interval(whole_delay) && parse_interval(fraction) && !factor.empty() &&
           is_digit(factor[0]) && parse_interval(longest.substr(0, longest.find(' ')));
}

void check_ratelimits(Loader& loader) {
    for (const auto& [option, line] : loader.configuration->inert) {
        if (option != "smtp_ratelimit_mail" && option != "smtp_ratelimit_rcpt") continue;
        const std::string_view value = inert_value(loader, option);
        if (!valid_ratelimit(value)) return loader.error_plain(wording::malformed_ratelimit(value));
    }
}

void settle_qualify_domains(Loader& loader) {
    MainOptions& main = loader.configuration->main;
    if (main.qualify_domain.value.empty()) main.qualify_domain.value = main.primary_hostname.value;
    if (main.qualify_recipient.value.empty()) main.qualify_recipient.value = main.qualify_domain.value;
}

// Bounces carry it unseen by anybody else, so it is parsed here and not expanded.
void check_errors_reply_to(Loader& loader) {
    const MainOptions& main = loader.configuration->main;
    const std::string& address = main.errors_reply_to.value;
    if (!main.errors_reply_to.set || address.empty()) return;
    const AddressParse parsed = parse_address(address, {.allow_domain_literals = main.allow_domain_literals,
                                                        .strip_trailing_dot = main.strip_trailing_dot,
                                                        .allow_utf8_domains = main.allow_utf8_domains});
    if (!parsed.value) return loader.error_general(wording::errors_reply_to_error(address, parsed.error.text));
    if (!parsed.value->at) loader.error_general(wording::errors_reply_to_without_domain(address));
}

void check_smtp_accept_max(Loader& loader) {
    const std::string_view most = inert_value(loader, "smtp_accept_max"),
                           queue = inert_value(loader, "smtp_accept_queue");
    const bool needed = (!queue.empty() && queue != "0") || !inert_value(loader, "smtp_accept_max_per_host").empty();
    if (most == "0" && needed) loader.error_general(wording::smtp_accept_max_needed());
}

void check_localhost_number(Loader& loader) {
    PlainString& number = loader.configuration->main.localhost_number;
    if (!number.set || !expand_option(loader, "localhost_number", number)) return;
    const std::string_view text = trim(number.value);
    const auto value = parse_uint(text);
    if (!value) return loader.error_general(wording::localhost_number_not_a_number(number.value));
    if (*value > 16) return loader.error_general(wording::localhost_number_too_big());
    number.value = std::to_string(*value);
}

}  // namespace

void check_main_options(Loader& loader) {
    MainOptions& main = loader.configuration->main;
    if (main.local_from_check && main.local_sender_retain) loader.error_plain(wording::from_check_and_sender_retain());
    if (main.deliver_drop_privilege) {
        loader.error_general(
            wording::option_not_supported("deliver_drop_privilege", "deliveries would still change to the recipient"));
    }
    main.retry_interval_max.seconds = std::min(main.retry_interval_max.seconds, kDay);
    if (main.remote_max_parallel.value <= 0) main.remote_max_parallel.value = 1;

    using Step = void (*)(Loader&);
    constexpr Step kSteps[] = {
        settle_accounts,
        settle_primary_hostname,
        settle_spool_directory,
        check_log_file_path,
        check_syslog_facility,
        settle_paths,
        [](Loader& l) {
            check_regular_expression(l, l.configuration->main.uucp_from_pattern, kDefaultUucpFromPattern);
        },
        check_ratelimits,
        settle_qualify_domains,
        check_errors_reply_to,
        check_smtp_accept_max,
        check_localhost_number,
    };
    for (const Step step : kSteps) {
        if (loader.stopped()) return;
        step(loader);
    }
}

}  // namespace postern
