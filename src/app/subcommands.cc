// SPDX-License-Identifier: Apache-2.0
// postern check|explain|deliver|once|mailbox: the commands with words instead of letters.
#include <CLI/CLI.hpp>

#include <functional>

#include "app/check.h"
#include "app/deliver_command.h"
#include "app/explain.h"
#include "app/mailbox_command.h"
#include "app/modes.h"
#include "app/once_command.h"
#include "wording/command.h"

namespace postern {
namespace {

// Options that all subcommands share.
struct Common {
    std::string configuration;
    std::vector<std::string> macros;
    bool json = false;

    void add_to(CLI::App& command) {
        command.add_option("-D,--define", macros, "Define a macro: NAME or NAME=VALUE")->allow_extra_args(false);
        command.add_flag("--json", json, "Answer in JSON");
    }
    void add_configuration_to(CLI::App& command) {
        command.add_option("-C,--config", configuration, "Configuration file (default /etc/postern/postern.conf)");
    }
    // The same thing as the letters would say it; nullopt: explained on stderr.
    std::optional<CommandLine> command_line(Workplace::World world) const {
        std::vector<std::string> words;
        if (!configuration.empty()) words.insert(words.end(), {"-C", configuration});
        for (const std::string& macro : macros) words.insert(words.end(), {"-D", macro});
        Result<CommandLine> line = parse_command_line("postern", words);
        if (line) return std::move(*line);
        (void)write_all(world.os, 2, line.error().text + "\n").has_value();
        return std::nullopt;
    }
};

// What a command does once its words are read; its exit code.
using Action = std::function<int(Workplace::World)>;

// The commands, and which of them the words have chosen.
class Commands {
public:
    Commands() {
        app_.set_version_flag("--version", "Postern " + std::string(wording::kVersion));
        app_.require_subcommand(0, 1);
        declare_check();
        declare_explain();
        declare_deliver();
        declare_once();
        declare_mailbox();
    }

    int run(Workplace::World world, std::vector<std::string> words) {
        std::ranges::reverse(words);  // CLI11 wants them so
        try {
            app_.parse(words);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error);
        }
        const auto chosen = std::ranges::find_if(actions_, [](const auto& command) { return command.first->parsed(); });
        return chosen != actions_.end() ? chosen->second(world) : 0;
    }

private:
    void declare_check() {
        CLI::App* command = app_.add_subcommand(
            "check", "Read and check a whole configuration: every error at once, nothing is delivered");
        command->add_option("FILE", common_.configuration, "Configuration file")->required();
        common_.add_to(*command);
        on(command, [this](Workplace::World world, const CommandLine& line) {
            return check_configuration(world, line, common_.json);
        });
    }

    void declare_explain() {
        CLI::App* command = app_.add_subcommand(
            "explain", "Say what would happen to a message for ADDRESS, step by step; nothing is changed");
        common_.add_configuration_to(*command);
        command->add_option("ADDRESS", address_, "Recipient")->required();
        add_sender_to(*command, "Envelope sender (default: the caller)");
        command->footer(
            "A message on standard input (not a terminal) is taken into account: its headers, size and body.");
        common_.add_to(*command);
        on(command, [this](Workplace::World world, const CommandLine& line) {
            return explain_address(world, line, address_, sender_, common_.json);
        });
    }

    void declare_deliver() {
        CLI::App* command =
            app_.add_subcommand("deliver", "Deliver the message on standard input now and say what became of it");
        common_.add_configuration_to(*command);
        command->add_option("RECIPIENT", recipients_, "Recipients")->required();
        add_sender_to(*command, "Envelope sender; empty for bounces (default: the caller)");
        command->footer("Exit code 0: Postern has taken the message; what could not be delivered yet is on its queue.");
        common_.add_to(*command);
        on(command, [this](Workplace::World world, const CommandLine& line) {
            return deliver_now(world, line, recipients_, sender_, common_.json);
        });
    }

    void declare_once() {
        CLI::App* once = app_.add_subcommand("once", "Look into a database of autoreply's `once`, or take one over");
        once->require_subcommand(1);
        CLI::App* import =
            once->add_subcommand("import", "Take the records of Exim's database over into an SQLite database");
        import->add_option("FILE", database_, "The database; made if it is not there")->required();
        import->add_option("FROM", from_database_,
                           "What to take over (default: standard input). If it is FILE itself, that is replaced, and "
                           "kept as FILE.exim");
        import->footer(
            "FROM: exim4's file (Berkeley DB), the output of `db5.3_dump` for it, or of `postern once dump`.");
        on(import,
           [this](Workplace::World world) { return import_once_database(world.os, database_, from_database_); });
        CLI::App* dump = once->add_subcommand("dump", "One line an address: SECONDS ADDRESS");
        dump->add_option("FILE", database_, "A database of Postern's or Exim's, or a once_file_size file")->required();
        on(dump, [this](Workplace::World world) { return dump_once_database(world.os, database_); });
    }

    void declare_mailbox() {
        CLI::App* mailbox =
            app_.add_subcommand("mailbox", "Look whether a mailbox (mbox, Maildir, MBX, Mailstore) is whole");
        mailbox->require_subcommand(1);
        CLI::App* check = mailbox->add_subcommand(
            "check", "Say what is torn, doubled or foreign in it. Exit code 0: nothing, 1: something, 2: can't look");
        add_mailbox_to(*check);
        on(check, [this](Workplace::World world) { return check_mailbox(world, mailbox_); });
        CLI::App* repair = mailbox->add_subcommand(
            "repair",
            "Do what can't lose a byte of mail, under the mailbox's locks, and say what was done and what not");
        add_mailbox_to(*repair);
        repair->add_flag("--set-stale-aside", mailbox_.set_stale_aside,
                         "Move what nobody has touched in a Maildir's tmp for 36 hours to tmp.old");
        on(repair, [this](Workplace::World world) { return repair_mailbox(world, mailbox_); });
    }

    void add_sender_to(CLI::App& command, const char* help) {
        command.add_option_function<std::string>(
            "-f,--from", [this](const std::string& address) { sender_ = address; }, help);
    }
    void add_mailbox_to(CLI::App& command) {
        command.add_option("PATH", mailbox_.path, "The mailbox")->required();
        command.add_option("--format", mailbox_.format, "What it is, if that can't be seen")
            ->check(CLI::IsMember({"mbox", "maildir", "mbx", "mailstore"}));
        command.add_flag("--json", mailbox_.json, "Answer in JSON");
    }

    void on(CLI::App* command, Action action) { actions_.emplace_back(command, std::move(action)); }
    // For the commands with a configuration.
    void on(CLI::App* command, std::function<int(Workplace::World, const CommandLine&)> action) {
        on(command, [this, act = std::move(action)](Workplace::World world) {
            const auto line = common_.command_line(world);
            return line ? act(world, *line) : 1;
        });
    }

    CLI::App app_{
        "Postern: the last mile of mail. Also answers to sendmail's and exim's letters: postern -C FILE [-odf] [-f "
        "sender] recipient < message"};
    std::vector<std::pair<CLI::App*, Action>> actions_;
    Common common_;
    std::string address_, database_, from_database_;
    std::optional<std::string> sender_;
    std::vector<std::string> recipients_;
    MailboxRequest mailbox_;
};

}  // namespace

bool is_subcommand(std::string_view word) {
    static constexpr std::string_view kWords[] = {"check", "explain", "deliver", "once",     "mailbox",
                                                  "help",  "--help",  "-h",      "--version"};
    return std::ranges::find(kWords, word) != std::end(kWords);
}

std::optional<int> run_subcommand(Workplace::World world, const std::string& word,
                                  const std::vector<std::string>& arguments) {
    if (!is_subcommand(word)) return std::nullopt;
    std::vector<std::string> words{word == "help" ? "--help" : word};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return Commands().run(world, std::move(words));
}

}  // namespace postern
