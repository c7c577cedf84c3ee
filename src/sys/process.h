// SPDX-License-Identifier: Apache-2.0
// sys/process.h – children: fork for a delivery, run for a command. Faked in tests (inline, or dying on demand).
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/os.h"

namespace postern {

// How a child ended, independent of wait()'s bit layout.
struct ExitStatus {
    int code = 0;           // exit code when it exited
    int signal = 0;         // signal number when killed, else 0
    bool vanished = false;  // wait() said ECHILD: somebody else reaped it
    [[nodiscard]] bool ok() const { return code == 0 && signal == 0 && !vanished; }
    [[nodiscard]] int wait_status() const { return signal != 0 ? signal : code << 8; }  // as Exim prints it in hex
};

class ProcessRunner {
public:
    ProcessRunner() = default;
    ProcessRunner(const ProcessRunner&) = delete;
    ProcessRunner& operator=(const ProcessRunner&) = delete;
    virtual ~ProcessRunner() = default;

    // Forks; the child runs body() and leaves with its result through _exit (no atexit, no unwinding into the parent's
    // objects). In the child SIGHUP, SIGINT, SIGTERM and SIGUSR1 are ignored when `shield_signals`.
    // body() leaves the captured objects of the parent alone: the tests' runner calls it inline, in the same memory. To
    // close the child's copy of a descriptor it uses close_inherited(), never reset().
    virtual Result<pid_t> fork_child(const std::function<int()>& body, bool shield_signals) = 0;
    virtual Result<ExitStatus> wait(pid_t child) = 0;
    virtual Status kill(pid_t child, int signal) = 0;  // -child: its process group

    struct Command {
        std::vector<std::string> argv;         // argv[0] is an absolute path
        std::vector<std::string> environment;  // NAME=value
        std::string input;                     // given on stdin, then closed
        bool join_stderr = true;               // stderr into the collected output, else discarded
        mode_t umask = 077;
        Seconds timeout{60};                 // for all output; then the process group is killed
        std::size_t output_limit = 1 << 20;  // more is read and thrown away
    };
    struct CommandResult {
        ExitStatus status;
        std::string output;
        bool timed_out = false;
    };
    // posix_spawn in its own process group, read everything, wait. exec failure is exit code 127. A command that does
    // not read its input is not an error.
    virtual Result<CommandResult> run(const Command& command) = 0;
};

}  // namespace postern
