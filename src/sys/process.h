// SPDX-License-Identifier: Apache-2.0
// sys/process.h – children: fork for a delivery, run for a short command whose output is wanted, spawn for a command
// that works beside us (pipe, transport filter, LMTP over a command). Faked in tests: forks run inline, spawned
// commands are programs in memory that move while their starter waits (tests/support/fake_processes.h).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sys/confinement.h"
#include "sys/os.h"

namespace postern {

// How a child ended, independent of wait()'s bit layout.
struct ExitStatus {
    int code = 0;           // exit code when it exited
    int signal = 0;         // signal number when killed, else 0
    bool vanished = false;  // wait() said ECHILD: somebody else reaped it
    bool dumped_core = false;
    [[nodiscard]] bool ok() const { return code == 0 && signal == 0 && !vanished; }
    [[nodiscard]] int wait_status() const { return signal != 0 ? signal : code << 8; }  // as Exim prints it in hex
};

class ProcessRunner;

// A command to start beside us.
struct Spawn {
    std::vector<std::string> argv;         // argv[0] is the program's path; PATH is not searched
    std::vector<std::string> environment;  // NAME=value, the whole of it
    std::string directory;                 // entered before the program starts; empty: it stays in ours
    mode_t umask = 077;
    enum class Errors : std::uint8_t { with_output, apart, nowhere } errors = Errors::with_output;  // its stderr
    std::optional<Confinement> confinement;  // if it cannot be had, spawn() is an Error and nothing has run
};

// A command that was started: the leader of a process group of its own, with no descriptors but 0 to 2, no signal
// ignored or blocked, identity and session ours. Whoever owns this owns the process: it is killed with its whole group
// if it still runs when this goes, and reaped. A command that has ended by itself may have left others of its group
// behind; they go on, unless kill() is called first.
class Running {
public:
    Running() = default;
    Running(ProcessRunner& processes, pid_t pid) : processes_(&processes), pid_(pid) {}
    Running(Running&& other) noexcept { *this = std::move(other); }
    Running& operator=(Running&& other) noexcept;
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { finish(); }

    // Our ends of its stdin, stdout and (Errors::apart) stderr. None of them blocks: read() and write() answer EAGAIN,
    // Os::wait_any() waits for several. A write() to a command that no longer reads is EPIPE, never a signal.
    UniqueFd input, output, errors;
    bool leaves_nobody = false;  // confined: when this goes, all of its group goes, and is reaped
    int start_error = 0;         // why the program could not be started; then it counts as ended with exit code 127

    [[nodiscard]] pid_t pid() const { return pid_; }
    // How it ended; nullopt: not within `at_most`. The answer stays available, the process group stays killable. Does
    // not touch the descriptors: a command that waits for its input to end needs input.reset() first.
    [[nodiscard]] Result<std::optional<ExitStatus>> ended(std::chrono::milliseconds at_most);
    // SIGKILL to the whole process group, and to the process should it have joined another one; harmless when nobody is
    // left. False: it took an identity (with sudo, say) that this process may not send signals to; it goes on.
    bool kill();
    // The same, and to all others that it started, also in groups and sessions of their own. Only where this process
    // has no other children: what they started could not be told apart.
    void kill_with_strays();
    void finish();  // what the destructor does: closes, kills unless it ended, reaps unless it cannot be killed

private:
    ProcessRunner* processes_ = nullptr;
    pid_t pid_ = -1;
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

    // Starts a command and returns at once. `os` makes the pipes and owns our ends. A program that cannot be executed
    // is not an Error (see Running::start_error); an Error means that there is no process: no pipes, no memory, too
    // many processes. From the first call on SIGPIPE is ignored here.
    virtual Result<Running> spawn(Os& os, const Spawn& command) = 0;
    // Running::kill_with_strays(): kills and reaps this process's children but `child`, and who becomes its child by
    // that.
    virtual void kill_strays(pid_t child) = 0;
    // What spawn() could confine with.
    [[nodiscard]] virtual ConfinementSupport confinement_support() = 0;
    // Running::ended(): leaves the child to be reaped by wait().
    virtual Result<std::optional<ExitStatus>> ended(pid_t child, std::chrono::milliseconds at_most) = 0;
};

}  // namespace postern
