// SPDX-License-Identifier: Apache-2.0
#include "app/workplace.h"

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "app/generated_mail.h"
#include "base/strings.h"
#include "config/environment.h"
#include "mail/address.h"
#include "routers/all.h"
#include "transports/all.h"
#include "wording/command.h"

namespace postern {
namespace {

constexpr std::string_view kDefaultConfiguration = "/etc/postern/postern.conf";

constexpr std::string_view kLaterRouters[] = {"dnslookup", "ipliteral", "iplookup", "manualroute", "queryprogram"};
constexpr std::string_view kLaterTransports[] = {"queuefile", "smtp"};

bool holds(const std::vector<gid_t>& groups, gid_t gid) { return std::ranges::find(groups, gid) != groups.end(); }

bool any_of(const std::vector<gid_t>& wanted, gid_t own, const std::vector<gid_t>& others) {
    return std::ranges::any_of(wanted, [&](gid_t gid) { return gid == own || holds(others, gid); });
}

// stderr shows a fatal record under -bP and -v as the log would: "LOG: PANIC DIE\n  text".
std::string framed(std::string_view flags, std::string_view text) {
    return "LOG: " + std::string(flags) + "\n  " + std::string(text) + "\n";
}

// Main options of which only the log's place is known.
MainOptions main_with_log(const std::string& log_path) {
    MainOptions main;
    if (!log_path.empty()) main.log_file_path = {log_path, true};
    return main;
}

}  // namespace

const DriverSet& all_drivers() {
    static const DriverSet set{.routers = {all_routers().begin(), all_routers().end()},
                               .transports = {all_transports().begin(), all_transports().end()}};
    return set;
}

const DriverCatalogue& driver_catalogue() {
    static const std::vector<const DriverDescription*> routers = [] {
        std::vector<const DriverDescription*> out;
        for (const RouterDriver* driver : all_drivers().routers) out.push_back(&driver->description);
        return out;
    }();
    static const std::vector<const DriverDescription*> transports = [] {
        std::vector<const DriverDescription*> out;
        for (const TransportDriver* driver : all_drivers().transports) out.push_back(&driver->description);
        return out;
    }();
    static const DriverCatalogue catalogue{routers, transports, kLaterRouters, kLaterTransports};
    return catalogue;
}

bool is_test_mode(Action action) {
    switch (action) {
        case Action::expand:
        case Action::expand_message:
        case Action::test_addresses:
        case Action::verify_addresses:
        case Action::rewrite_test:
            return true;
        default:
            return false;
    }
}

Workplace::Workplace(World world, const CommandLine& line) : world_(world), line_(line), drivers_(all_drivers()) {}

Workplace::~Workplace() = default;

void Workplace::out(std::string_view text) { (void)write_all(world_.os, STDOUT_FILENO, text).has_value(); }
void Workplace::err(std::string_view text) { (void)write_all(world_.os, STDERR_FILENO, text).has_value(); }

bool Workplace::open() {
    LoadRequest request;
    request.files =
        line_.configuration_files.empty() ? std::vector{std::string(kDefaultConfiguration)} : line_.configuration_files;
    request.macros = line_.macros;
    request.drivers = &driver_catalogue();
    request.for_printing = line_.action == Action::print_options;
    request.expand = [this](const std::string& source, const Configuration& so_far) -> Result<std::string> {
        Expander expander(
            {.configuration = &so_far, .os = &world_.os, .clock = &world_.clock, .processes = &world_.processes});
        Expansion value = expander.expand(source, Scope{});
        if (!value) return failure(value.error().message);
        return std::move(value->bytes);
    };
    LoadResult loaded = load_configuration(world_.os, request);
    if (!loaded.configuration) {
        act_as(loaded.exim_user, loaded.exim_group);
        report(loaded.errors.front(), loaded.log_file_path);
        return false;
    }
    configuration_ = std::move(loaded.configuration);
    const MainOptions& main = configuration_->main;
    act_as(main.exim_user.uid, main.exim_group.gid);
    know_caller();
    // Set-user-id and still privileged: from here on no part of us belongs to the caller, who could signal it
    // otherwise.
    if (const Os::Ids ids = world_.os.ids(); ids.effective_uid == 0 && ids.real_uid != 0) {
        const bool ours = world_.os.set_groups({}) && world_.os.set_gids(exim_gid_) && world_.os.set_uids(0);
        if (!ours) return false;
    }
    if (!choose_selectors()) return false;
    open_log();

    expander_ = std::make_unique<Expander>(
        Expander::Environment{.configuration = configuration_.get(),
                              .os = &world_.os,
                              .clock = &world_.clock,
                              .processes = &world_.processes,
                              .panic_log = [this](const std::string& text) { log_->main_and_panic(text); },
                              .debug = {},
                              .initial_cwd = {},
                              .caller_uid = caller_.uid,
                              .caller_gid = caller_.gid});
    settle_environment();
    rewriter_ = std::make_unique<Rewriter>(
        *expander_, main,
        Rewriter::Hooks{.main_log = [this](const std::string& text) { log_->main(text); },
                        .main_and_panic = [this](const std::string& text) { log_->main_and_panic(text); },
                        .log_rewrites = selectors_.has(Selector::address_rewrite)});
    spool_ = std::make_unique<Spool>(world_.os, spool_settings(durability()));
    generated_mail_ = std::make_unique<GeneratedMail>(*this);
    engine_ = std::make_unique<Engine>(engine_over(*spool_));
    return sender_is_allowed();
}

// What the command line's own check of -f leaves to the configuration.
bool Workplace::sender_is_allowed() {
    if (!line_.sender) return true;
    const MainOptions& main = configuration_->main;
    if (!main.allow_domain_literals && split_address(*line_.sender).domain.starts_with('[')) {
        err(wording::bad_sender(*line_.sender, wording::no_domain_literals()) + "\n");
        return false;
    }
    if (line_.sender_ended_in_dot && !main.strip_trailing_dot) {
        err(wording::bad_sender(*line_.sender + ".", wording::no_trailing_dot()) + "\n");
        return false;
    }
    return true;
}

std::string Workplace::sender() const {
    return line_.sender ? qualified_sender(*line_.sender, configuration_->main.qualify_domain.value) : caller_address();
}

Engine Workplace::engine_over(Spool& spool) {
    return {.configuration = *configuration_,
            .drivers = drivers_,
            .os = world_.os,
            .clock = world_.clock,
            .processes = world_.processes,
            .expander = *expander_,
            .rewriter = *rewriter_,
            .log = *log_,
            .selectors = selectors_,
            .spool = spool,
            .new_messages = *generated_mail_,
            .passing = world_.passing,
            .exim_uid = exim_uid_,
            .exim_gid = exim_gid_};
}

// Who owns spool and logs: exim_user, if we are root; else everything is one identity.
void Workplace::act_as(std::optional<uid_t> exim_user, std::optional<gid_t> exim_group) {
    const Os::Ids ids = world_.os.ids();
    const bool root = ids.effective_uid == 0;
    exim_uid_ = root ? exim_user.value_or(0) : ids.effective_uid;
    exim_gid_ = root ? exim_group.value_or(0) : ids.effective_gid;  // never the caller's, if we are set-user-id
}

// An unreadable configuration: to the panic log and stderr, in Exim's frames (spec configuration.md §9).
void Workplace::report(const ConfigError& error, const std::string& log_path) {
    const std::string stamped = log_stamp(world_.clock.now()) + " " + error.text + "\n";
    if (line_.action == Action::print_options) {
        err(framed(error.macro ? "PANIC" : error.config_class ? "PANIC DIE" : "MAIN PANIC DIE", error.text));
    }
    if (is_test_mode(line_.action) && line_.action != Action::rewrite_test) {
        err(stamped);
        return;
    }
    constexpr int kNowhere = -1;  // -bP has said it already
    Log log(world_.os, world_.clock,
            {.path_template = main_with_log(log_path).log_template(),
             .owner = exim_uid_,
             .group = exim_gid_,
             .style = {.milliseconds = selectors_.has(Selector::millisec)},
             .with_pid = selectors_.has(Selector::pid)},
            line_.action == Action::print_options ? kNowhere : STDERR_FILENO);
    if (error.config_class) {
        log.panic(error.text);
    } else {
        log.main_and_panic(error.text);
    }
}

void Workplace::know_caller() {
    const MainOptions& main = configuration_->main;
    const Os::Ids ids = world_.os.ids();
    caller_.uid = ids.real_uid;
    caller_.gid = ids.real_gid;
    caller_.groups = world_.os.groups();
    if (const Result<std::optional<User>> user = world_.os.user(caller_.uid); user && *user) {
        caller_.login = (*user)->name;
        caller_.gecos = (*user)->gecos;
        caller_.home = (*user)->home;
    }
    const bool powerful = caller_.uid == 0 || caller_.uid == exim_uid_;
    caller_.trusted = is_trusted(caller_.uid, caller_.gid, caller_.groups);
    caller_.admin = powerful || caller_.gid == exim_gid_ || holds(caller_.groups, exim_gid_) ||
                    any_of(main.admin_groups.gids, ~gid_t{0}, caller_.groups);
}

bool Workplace::is_trusted(uid_t uid, gid_t gid, const std::vector<gid_t>& groups) const {
    const MainOptions& main = configuration_->main;
    const auto& users = main.trusted_users.uids;
    return uid == 0 || uid == exim_uid_ || std::ranges::find(users, uid) != users.end() ||
           any_of(main.trusted_groups.gids, gid, groups);
}

bool Workplace::choose_selectors() {
    const Status applied = selectors_.apply(configuration_->main.log_selector.value);
    if (applied) return true;
    ConfigError error;
    error.message = applied.error().text;
    error.text = "Exim configuration error:\n  " + error.message;
    report(error, configuration_->main.log_file_path.value);
    return false;
}

// What programs started from here see, and in which zone times are written.
void Workplace::settle_environment() {
    std::vector<std::string> before;
    for (char** entry = environ; *entry; ++entry) before.emplace_back(*entry);
    const EnvironmentPlan plan =
        plan_environment(configuration_->main, before, [this](const Expandable& option) -> Result<std::string> {
            Expansion value = expander_->expand(option, Scope{});
            if (!value) return failure(value.error().message);
            return std::move(value->bytes);
        });
    environment_ = plan.environment;
    clearenv();
    for (const std::string& entry : environment_) {
        const std::size_t equals = entry.find('=');
        setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
    }
    if (const std::string& zone = configuration_->main.timezone.value; !zone.empty()) setenv("TZ", zone.c_str(), 1);
    tzset();
    if (plan.warn && !is_test_mode(line_.action) && line_.action != Action::print_options &&
        line_.action != Action::version) {
        log_->main("Warning: purging the environment.\n Suggested action: use keep_environment.");
    }
    if (!plan.error.empty()) log_->main_and_panic("failed to expand add_environment: " + plan.error);
}

void Workplace::open_log() {
    const MainOptions& main = configuration_->main;
    LogSettings settings;
    settings.path_template = main.log_template();
    settings.owner = exim_uid_;
    settings.group = exim_gid_;
    settings.style = {.utc = main.timezone.value == "UTC",
                      .milliseconds = selectors_.has(Selector::millisec),
                      .zone = main.log_timezone};
    settings.with_pid = selectors_.has(Selector::pid);
    settings.write_reject_log = main.write_rejectlog;
    log_ = std::make_unique<Log>(world_.os, world_.clock, std::move(settings));
    if (is_test_mode(line_.action)) {
        log_->set_sink(line_.action == Action::test_addresses ? Log::Sink::stderr_framed : Log::Sink::stderr_lines);
    } else if (line_.verbose || line_.dont_deliver) {
        log_->set_sink(Log::Sink::files_and_echo);
    }
}

// On the spot the sender is answered after the delivery: until then a power cut may take the message
// (deliver/engine.h).
SpoolSettings::Durability Workplace::durability() const {
    const bool on_the_spot = line_.action == Action::submit && line_.delivery_mode == DeliveryMode::foreground;
    return on_the_spot ? SpoolSettings::Durability::none : SpoolSettings::Durability::full;
}

SpoolSettings Workplace::spool_settings(SpoolSettings::Durability durability) const {
    const MainOptions& main = configuration_->main;
    return {.directory = main.spool_directory.value,
            .split = main.split_spool_directory,
            .owner = exim_uid_,
            .group = exim_gid_,
            .durability = durability,
            .message_logs = main.message_logs,
            .preserve_message_logs = main.preserve_message_logs};
}

}  // namespace postern
