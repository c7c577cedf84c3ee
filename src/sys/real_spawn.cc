// SPDX-License-Identifier: Apache-2.0
// RealProcesses::spawn() and ended(): a command beside us, started with vfork(), so that starting costs the same
// however big we are.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include "base/strings.h"
#include "sys/clock.h"
#include "sys/real_confinement.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"

namespace postern {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::microseconds kFirstPause{200};
constexpr std::chrono::microseconds kLongestPause{20'000};
constexpr int kCannotExecute = 127;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));  // execve() only reads
    out.push_back(nullptr);
    return out;
}

// No handler of ours may run in the child, which shares our memory for a while.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

// Everything that the child needs, made ready: from vfork() to execve() it only makes system calls.
struct Start {
    std::vector<char*> argv, environment;
    const char* directory = nullptr;
    mode_t umask = 077;
    std::array<int, 3> standard{};  // become descriptors 0 to 2
    const ReadyConfinement* confinement = nullptr;
    pid_t parent = 0;
};

struct StartFailure {
    int code = 0;
    bool confining = false;
};

void reset_signals() {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The descriptors in `standard` are above 2 (our caller sees to that), so none overwrites another.
bool set_descriptors(const std::array<int, 3>& standard) {
    for (int fd = 0; fd < 3; ++fd) {
        if (::dup2(standard[static_cast<std::size_t>(fd)], fd) < 0) return false;
    }
    if (::syscall(SYS_close_range, 3U, ~0U, 0U) == 0) return true;
    const long most = std::min(::sysconf(_SC_OPEN_MAX), 65536L);  // an old kernel; ours are close-on-exec anyway
    for (int fd = 3; fd < most; ++fd) ::close(fd);
    return true;
}

// A confined program does not outlive us: who watches it has gone. Holds for what it becomes by execve(), too, as long
// as that brings no privileges, which a confined program cannot get.
int die_with(pid_t parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return errno;
    return ::getppid() == parent ? 0 : ESRCH;  // it went before we had said so
}

// In the child; returns only if the program could not be started.
StartFailure become_program(const Start& start) {
    reset_signals();
    ::umask(start.umask);
    if (::setpgid(0, 0) < 0) return {errno};
    if (start.directory != nullptr && ::chdir(start.directory) < 0) return {errno};
    if (start.confinement != nullptr) {
        if (const int code = die_with(start.parent); code != 0) return {code, true};
        if (const int code = start.confinement->enter_limits_and_paths(); code != 0) return {code, true};
    }
    if (!set_descriptors(start.standard)) return {errno};
    if (start.confinement != nullptr) {
        if (const int code = start.confinement->enter_filter(); code != 0) return {code, true};
    }
    ::execve(start.argv[0], start.argv.data(), start.environment.data());
    return {errno};
}

#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wclobbered"
#endif
// The child's number, and in `failed` why its program did not start: the child writes into our memory.
pid_t start_child(const Start& start, volatile StartFailure& failed) {
    const SignalsBlocked blocked;
    const pid_t child = ::vfork();
    if (child == 0) {
        const StartFailure why = become_program(start);
        failed.code = why.code;
        failed.confining = why.confining;
        ::_exit(kCannotExecute);
    }
    if (child < 0) failed.code = errno;
    return child;
}
#pragma GCC diagnostic pop

// A descriptor among 0 to 2 would be overwritten before it is used: a copy above them.
Result<UniqueFd> above_standard(Os& os, UniqueFd fd) {
    if (fd.get() > STDERR_FILENO) return fd;
    const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (copy < 0) return failure(errno, "fcntl");
    return UniqueFd(os, copy);
}

Status set_nonblocking(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return failure(errno, "fcntl");
    return {};
}

struct Ends {
    UniqueFd ours, theirs;
};
Result<Ends> make_ends(Os& os, bool we_write) {
    POSTERN_TRY_ASSIGN(Os::Pipe pipe, os.pipe());
    Ends ends;
    ends.ours = std::move(we_write ? pipe.write_end : pipe.read_end);
    POSTERN_TRY_ASSIGN(ends.theirs, above_standard(os, std::move(we_write ? pipe.read_end : pipe.write_end)));
    POSTERN_TRY(set_nonblocking(ends.ours.get()));
    return ends;
}

std::optional<ExitStatus> status_of(const siginfo_t& info) {
    if (info.si_pid == 0) return std::nullopt;
    if (info.si_code == CLD_EXITED) return ExitStatus{.code = info.si_status};
    return ExitStatus{.signal = info.si_status, .dumped_core = info.si_code == CLD_DUMPED};
}

Result<std::optional<ExitStatus>> look(pid_t child, int flags) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | flags) < 0) {
        if (errno == ECHILD) return ExitStatus{.vanished = true};
        if (errno != EINTR) return failure(errno, "waitid", std::to_string(child));
    }
    return status_of(info);
}

}  // namespace

Result<Running> RealProcesses::spawn(Os& os, const Spawn& command) {
    if (command.argv.empty()) return failure(EINVAL, "spawn");
    ::signal(SIGPIPE, SIG_IGN);
    // Who loses his parent among what the command starts becomes our child, wherever he went.
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return failure(errno, "prctl");
    POSTERN_TRY_ASSIGN(Ends input, make_ends(os, true));
    POSTERN_TRY_ASSIGN(Ends output, make_ends(os, false));
    Ends errors;
    if (command.errors == Spawn::Errors::apart) {
        POSTERN_TRY_ASSIGN(errors, make_ends(os, false));
    } else if (command.errors == Spawn::Errors::nowhere) {
        POSTERN_TRY_ASSIGN(UniqueFd null, os.open("/dev/null", O_WRONLY));
        POSTERN_TRY_ASSIGN(errors.theirs, above_standard(os, std::move(null)));
    }
    const int error_end = errors.theirs ? errors.theirs.get() : output.theirs.get();
    std::optional<ReadyConfinement> confinement;
    if (command.confinement) {
        POSTERN_TRY_ASSIGN(confinement, ReadyConfinement::make(os, *command.confinement));
    }
    const Start start{.argv = pointers(command.argv),
                      .environment = pointers(command.environment),
                      .directory = command.directory.empty() ? nullptr : command.directory.c_str(),
                      .umask = command.umask,
                      .standard = {input.theirs.get(), output.theirs.get(), error_end},
                      .confinement = confinement ? &*confinement : nullptr,
                      .parent = ::getpid()};
    volatile StartFailure failed;
    const pid_t child = start_child(start, failed);
    if (child < 0) return failure(failed.code, "vfork", command.argv[0]);
    Running running(*this, child);
    if (failed.confining) return failure(failed.code, "confine", command.argv[0]);
    running.start_error = failed.code;
    running.leaves_nobody = confinement.has_value();
    running.input = std::move(input.ours);
    running.output = std::move(output.ours);
    running.errors = std::move(errors.ours);
    return running;
}

void RealProcesses::kill_strays(pid_t child) {
    constexpr int kRounds = 200;  // each takes a generation
    RealOs os;
    const std::string list = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
    for (int round = 0; round < kRounds; ++round) {
        const auto text = read_file(os, list, 1U << 20);
        if (!text) return;
        bool found = false;
        for (const std::string& word : split_list_fixed(*text, ' ')) {
            const auto pid = static_cast<pid_t>(parse_int(word).value_or(child));
            if (pid == child || pid <= 0) continue;
            if (::kill(pid, SIGKILL) < 0) continue;  // took another identity; waiting for it could take for ever
            found = true;
            while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        if (!found) return;
    }
}

ConfinementSupport RealProcesses::confinement_support() { return postern::confinement_support(); }

Result<std::optional<ExitStatus>> RealProcesses::ended(pid_t child, milliseconds at_most) {
    auto status = look(child, WNOHANG);
    if (!status || *status || at_most.count() <= 0) return status;
    const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0U));
    RealClock clock;
    const auto deadline = clock.steady() + at_most;
    auto pause = kFirstPause;
    for (;;) {
        const auto left = deadline - clock.steady();
        if (handle >= 0) {
            struct pollfd waiting {
                handle, POLLIN, 0
            };
            const auto rounded_up = std::chrono::duration_cast<milliseconds>(left).count() + 1;
            (void)::poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(rounded_up, 0, INT_MAX)));
        } else {  // no such call here: look again and again
            clock.sleep(pause);
            pause = std::min(pause * 2, kLongestPause);
        }
        status = look(child, WNOHANG);
        if (!status || *status || clock.steady() >= deadline) break;
    }
    if (handle >= 0) ::close(handle);
    return status;
}

}  // namespace postern
