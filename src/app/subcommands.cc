// SPDX-License-Identifier: Apache-2.0
// postern check|explain|deliver|once|mailbox: the commands with words instead of letters.
#include <CLI/CLI.hpp>

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

int run_check(Workplace::World world, const Common& common) {
    const auto line = common.command_line(world);
    return line ? check_configuration(world, *line, common.json) : 1;
}

void add_to(CLI::App& command, MailboxRequest& request) {
    command.add_option("PATH", request.path, "The mailbox")->required();
    command.add_option("--format", request.format, "What it is, if that can't be seen")
        ->check(CLI::IsMember({"mbox", "maildir", "mbx", "mailstore"}));
    command.add_flag("--json", request.json, "Answer in JSON");
}

}  // namespace

bool is_subcommand(std::string_view word) {
    static constexpr std::string_view kWords[] = {"check", "explain", "deliver", "once",     "mailbox",
                                                  "help",  "--help",  "-h",      "--version"};
    return std::ranges::find(kWords, word) != std::end(kWords);
}

std::optional<int> run_subcommand(Workplace::World world, const std::string& word,
                                  const std::vector<std::string>& arguments) {
    if (!is_subcommand(word)) return std::nullopt;

    CLI::App app{
        "Postern: the last mile of mail. Also answers to sendmail's and exim's letters: postern -C FILE [-odf] [-f "
        "sender] recipient < message"};
    app.set_version_flag("--version", "Postern " + std::string(wording::kVersion));
    app.require_subcommand(0, 1);
    Common common;
    std::string address, sender;
    bool have_sender = false;
    std::vector<std::string> recipients;

    CLI::App* check =
        app.add_subcommand("check", "Read and check a whole configuration: every error at once, nothing is delivered");
    check->add_option("FILE", common.configuration, "Configuration file")->required();
    common.add_to(*check);

    CLI::App* explain = app.add_subcommand(
        "explain", "Say what would happen to a message for ADDRESS, step by step; nothing is changed");
    common.add_configuration_to(*explain);
    explain->add_option("ADDRESS", address, "Recipient")->required();
    explain->add_option("-f,--from", sender, "Envelope sender (default: the caller)")->each([&](const std::string&) {
        have_sender = true;
    });
    explain->footer("A message on standard input (not a terminal) is taken into account: its headers, size and body.");
    common.add_to(*explain);

    CLI::App* deliver =
        app.add_subcommand("deliver", "Deliver the message on standard input now and say what became of it");
    common.add_configuration_to(*deliver);
    deliver->add_option("RECIPIENT", recipients, "Recipients")->required();
    deliver->add_option("-f,--from", sender, "Envelope sender; empty for bounces (default: the caller)")
        ->each([&](const std::string&) { have_sender = true; });
    deliver->footer("Exit code 0: Postern has taken the message; what could not be delivered yet is on its queue.");
    common.add_to(*deliver);

    std::string database;
    CLI::App* once = app.add_subcommand("once", "Look into a database of autoreply's `once`, or take one over");
    once->require_subcommand(1);
    CLI::App* once_import = once->add_subcommand("import", "Add what is on standard input to an SQLite database");
    once_import->add_option("FILE", database, "The database; made if it is not there")->required();
    once_import->footer("Standard input: the output of `db5.3_dump` for exim4's file, or of `postern once dump`.");
    CLI::App* once_dump = once->add_subcommand("dump", "One line an address: SECONDS ADDRESS");
    once_dump->add_option("FILE", database, "An SQLite database or a once_file_size file")->required();

    MailboxRequest mailbox;
    CLI::App* doctor = app.add_subcommand("mailbox", "Look whether a mailbox (mbox, Maildir, MBX, Mailstore) is whole");
    doctor->require_subcommand(1);
    CLI::App* examined = doctor->add_subcommand(
        "check", "Say what is torn, doubled or foreign in it. Exit code 0: nothing, 1: something, 2: can't look");
    add_to(*examined, mailbox);
    CLI::App* repaired = doctor->add_subcommand(
        "repair", "Do what can't lose a byte of mail, under the mailbox's locks, and say what was done and what not");
    add_to(*repaired, mailbox);
    repaired->add_flag("--set-stale-aside", mailbox.set_stale_aside,
                       "Move what nobody has touched in a Maildir's tmp for 36 hours to tmp.old");

    std::vector<std::string> words;
    if (word == "help")
        words.push_back("--help");
    else
        words.push_back(word);
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::ranges::reverse(words);  // CLI11 wants them so
    try {
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    if (check->parsed()) return run_check(world, common);
    if (once_import->parsed()) return import_once_database(world.os, database);
    if (once_dump->parsed()) return dump_once_database(world.os, database);

    if (examined->parsed()) return check_mailbox(world, mailbox);
    if (repaired->parsed()) return repair_mailbox(world, mailbox);
    const auto line = common.command_line(world);
    if (!line) return 1;
    const std::optional<std::string> from = have_sender ? std::optional(sender) : std::nullopt;
    if (explain->parsed()) return explain_address(world, *line, address, from, common.json);
    if (deliver->parsed()) return deliver_now(world, *line, recipients, from, common.json);
    return 0;
}

}  // namespace postern
