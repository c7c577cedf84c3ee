// SPDX-License-Identifier: Apache-2.0
// Forking and reaping; run() is in real_run.cc.
#include "sys/real_processes.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#ifdef POSTERN_COVERAGE
extern "C" void __gcov_dump(void);
#endif

namespace postern {

namespace {

ExitStatus status_of(int wait_status) {
    ExitStatus out;
    if (WIFSIGNALED(wait_status)) {
        out.signal = WTERMSIG(wait_status);
        out.dumped_core = WCOREDUMP(wait_status);
    } else {
        out.code = WEXITSTATUS(wait_status);
    }
    return out;
}

[[noreturn]] void leave(int code) {
#ifdef POSTERN_COVERAGE
    __gcov_dump();  // _exit() would lose the child's counts
#endif
    ::_exit(code & 0xff);
}

}  // namespace

Result<pid_t> RealProcesses::fork_child(const std::function<int()>& body, bool shield_signals) {
    const pid_t child = ::fork();
    if (child < 0) return failure(errno, "fork");
    if (child > 0) return child;
    if (shield_signals) {
        for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) ::signal(signal, SIG_IGN);
    }
    leave(body());
}

Result<ExitStatus> RealProcesses::wait(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno == ECHILD) return ExitStatus{0, 0, true};
        if (errno != EINTR) return failure(errno, "waitpid", std::to_string(child));
    }
    return status_of(status);
}

Status RealProcesses::kill(pid_t child, int signal) {
    if (::kill(child, signal) < 0) return failure(errno, "kill", std::to_string(child));
    return {};
}

}  // namespace postern
