// SPDX-License-Identifier: Apache-2.0
// app/workplace.h – everything a run needs, wired together once: the real world, the configuration, the logs, the
// language, the spool, the engine. The only place that names concrete drivers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "config/configuration.h"
#include "deliver/engine.h"
#include "driver/router.h"
#include "expand/expander.h"
#include "log/log.h"
#include "log/selector.h"
#include "rewrite/rewrite.h"
#include "spool/spool.h"

namespace postern {

// Who called us (real ids), and what that entitles to (spec configuration.md §1.1).
struct Caller {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    std::string login, gecos, home;
    bool trusted = false, admin = false;
};

class GeneratedMail;

class Workplace {
public:
    struct World {
        Os& os;
        Clock& clock;
        ProcessRunner& processes;
        DescriptorPassing* passing = nullptr;  // null: connections are not handed on
    };
    Workplace(World world, const CommandLine& line);
    ~Workplace();
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    // Reads the configuration and builds the rest. False: the error has been reported as Exim reports it; exit code 1.
    [[nodiscard]] bool open();

    [[nodiscard]] const Configuration& configuration() const { return *configuration_; }
    [[nodiscard]] const Caller& caller() const { return caller_; }
    [[nodiscard]] Os& os() { return world_.os; }
    [[nodiscard]] Clock& clock() { return world_.clock; }
    [[nodiscard]] ProcessRunner& processes() { return world_.processes; }
    [[nodiscard]] Expander& expander() { return *expander_; }
    [[nodiscard]] Rewriter& rewriter() { return *rewriter_; }
    [[nodiscard]] Log& log() { return *log_; }
    [[nodiscard]] const SelectorSet& selectors() const { return selectors_; }
    // What programs that we start see; without the TZ that main option timezone adds.
    [[nodiscard]] const std::vector<std::string>& environment() const { return environment_; }
    [[nodiscard]] Spool& spool() { return *spool_; }
    [[nodiscard]] bool spool_is_durable() const {
        return spool_->settings().durability != SpoolSettings::Durability::none;
    }
    [[nodiscard]] const DriverSet& drivers() const { return drivers_; }
    [[nodiscard]] const Engine& engine() const { return *engine_; }
    // The same engine with another spool object.
    [[nodiscard]] Engine engine_over(Spool& spool);
    [[nodiscard]] SpoolSettings spool_settings(SpoolSettings::Durability durability) const;
    [[nodiscard]] const CommandLine& line() const { return line_; }

    // May this user say anything about a message (spec configuration.md §1.1)?
    [[nodiscard]] bool is_trusted(uid_t uid, gid_t gid, const std::vector<gid_t>& groups) const;
    // The envelope sender of somebody who named none.
    [[nodiscard]] std::string caller_address() const {
        return caller_.login + "@" + configuration_->main.qualify_domain.value;
    }
    // That of -f, with a domain; else the caller's.
    [[nodiscard]] std::string sender() const;

    // Whole text, whatever the descriptor; a reader that went away is not our problem.
    void out(std::string_view text);
    void err(std::string_view text);

private:
    void know_caller();
    void report(const ConfigError& error, const std::string& log_path);
    [[nodiscard]] bool sender_is_allowed();
    void act_as(std::optional<uid_t> exim_user, std::optional<gid_t> exim_group);
    [[nodiscard]] bool choose_selectors();
    void settle_environment();
    void open_log();
    [[nodiscard]] SpoolSettings::Durability durability() const;

    World world_;
    const CommandLine& line_;
    Caller caller_;
    DriverSet drivers_;
    std::unique_ptr<Configuration> configuration_;
    SelectorSet selectors_;
    std::vector<std::string> environment_;
    std::unique_ptr<Log> log_;
    std::unique_ptr<Expander> expander_;
    std::unique_ptr<Rewriter> rewriter_;
    std::unique_ptr<Spool> spool_;
    std::unique_ptr<GeneratedMail> generated_mail_;
    std::unique_ptr<Engine> engine_;
    uid_t exim_uid_ = 0;
    gid_t exim_gid_ = 0;
};

// The drivers that exist, and Exim's that do not exist yet (refused by name). Shared with `postern check`.
[[nodiscard]] const DriverSet& all_drivers();
[[nodiscard]] const DriverCatalogue& driver_catalogue();

// Test modes say everything on stderr and leave the log files alone.
[[nodiscard]] bool is_test_mode(Action action);

}  // namespace postern
