// SPDX-License-Identifier: Apache-2.0
#include "app/program.h"

#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

#include <string>
#include <vector>

#include "app/modes.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"
#include "sys/start_up.h"
#include "wording/command.h"

namespace postern {
namespace {

// To sendmail, "help" and "deliver" are recipients.
bool has_subcommands(std::string_view program, std::string_view word) {
    return word.starts_with("--") || program.substr(program.rfind('/') + 1).starts_with("postern");
}

int run_action(Workplace& place) {
    switch (place.line().action) {
        case Action::submit:
            return submit_message(place);
        case Action::version:
            return show_version(place);
        case Action::print_options:
            return print_option_values(place);
        case Action::expand:
            return test_expansions_alone(place);
        case Action::expand_message:
            return test_expansions_with_message(place);
        case Action::test_addresses:
            return test_addresses(place, false);
        case Action::verify_addresses:
            return test_addresses(place, true);
        case Action::rewrite_test:
            return test_rewriting(place);
        case Action::list_queue:
            return list_queue(place);
        case Action::count_queue:
            return count_queue(place);
        case Action::queue_run:
            return run_queue_once(place);
        case Action::message:
            return act_on_messages(place);
        case Action::new_aliases:
            return 0;
    }
    return 1;
}

// What the set-user-id bit gave is for the administrator's own configuration (spec configuration.md §1): whoever brings
// another one, or asks for expansions, reads and runs as himself.
bool wants_no_privilege(const CommandLine& line) {
    return !line.configuration_files.empty() || !line.macros.empty() || line.action == Action::expand ||
           line.action == Action::expand_message;
}

// True: nothing is left that root could not have given to the caller.
bool give_up_privilege(Os& os) {
    const Os::Ids ids = os.ids();
    if (ids.real_uid == 0) return true;
    return os.set_gids(ids.real_gid) && os.set_uids(ids.real_uid);
}

int privilege_kept(Os& os) {
    (void)write_all(os, STDERR_FILENO, "exim: unable to set gid or uid: privilege could not be given up\n").has_value();
    return 1;
}

}  // namespace

int run_program(int argc, char** argv) {
    if (argc < 1) return 1;
    open_standard_descriptors();
    ::umask(0);  // every mode in the code is the final mode
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // a full file is an error to undo, not a death in the middle of a mailbox
    ::signal(SIGCHLD, SIG_DFL);  // whoever called us may ignore it: then nobody could wait for a child
    RealOs os;
    RealClock clock;
    RealProcesses processes;
    RealDescriptorPassing passing(os);
    const Workplace::World world{os, clock, processes, &passing};

    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && has_subcommands(argv[0], arguments.front())) {
        const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
        if (is_subcommand(arguments.front()) && !give_up_privilege(os)) return privilege_kept(os);
        if (const std::optional<int> code = run_subcommand(world, arguments.front(), rest)) return *code;
    }
    const Result<CommandLine> line = parse_command_line(argv[0], arguments);
    if (!line) {
        const std::string& text = line.error().text;
        (void)write_all(os, STDERR_FILENO, (text.empty() ? wording::usage() : text) + "\n").has_value();
        return 1;
    }
    if (line->action == Action::submit && line->arguments.empty() && !line->extract_recipients) {
        (void)write_all(os, STDERR_FILENO, wording::usage() + "\n").has_value();
        return 1;
    }
    if (wants_no_privilege(*line) && !give_up_privilege(os)) return privilege_kept(os);
    Workplace place(world, *line);
    if (!place.open()) return 1;
    if (line->action != Action::submit) ::signal(SIGHUP, SIG_IGN);  // a message half read must not seem complete
    return run_action(place);
}

}  // namespace postern
