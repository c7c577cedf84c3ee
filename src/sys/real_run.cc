// SPDX-License-Identifier: Apache-2.0
// RealProcesses::run(): a command with its input given and its output collected, under one deadline.
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include "sys/clock.h"
#include "sys/real_call.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"

namespace postern {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::microseconds kFirstPause{200};
constexpr std::chrono::microseconds kLongestPause{20'000};

// Writing to a command that has stopped reading is an error to note, not a reason to die.
class PipeSignalIgnored {
public:
    PipeSignalIgnored() {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &ignore, &before_);
    }
    ~PipeSignalIgnored() { ::sigaction(SIGPIPE, &before_, nullptr); }
    PipeSignalIgnored(const PipeSignalIgnored&) = delete;
    PipeSignalIgnored& operator=(const PipeSignalIgnored&) = delete;

private:
    struct sigaction before_ {};
};

class UmaskScope {
public:
    explicit UmaskScope(mode_t mask) : before_(::umask(mask)) {}
    ~UmaskScope() { ::umask(before_); }
    UmaskScope(const UmaskScope&) = delete;
    UmaskScope& operator=(const UmaskScope&) = delete;

private:
    mode_t before_;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));  // posix_spawn only reads
    out.push_back(nullptr);
    return out;
}

struct SpawnPlan {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
};

// 0, or why the program did not start. Our other descriptors are close-on-exec; dup2 clears that for these.
int spawn(const ProcessRunner::Command& command, int input, int output, pid_t& child) {
    SpawnPlan plan;
    ::posix_spawn_file_actions_adddup2(&plan.files, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&plan.files, output, STDOUT_FILENO);
    if (command.join_stderr) {
        ::posix_spawn_file_actions_adddup2(&plan.files, output, STDERR_FILENO);
    } else {
        ::posix_spawn_file_actions_addopen(&plan.files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    sigset_t defaults, none;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD, SIGXFSZ}) sigaddset(&defaults, signal);
    ::posix_spawnattr_setsigdefault(&plan.attributes, &defaults);
    ::posix_spawnattr_setsigmask(&plan.attributes, &none);
    ::posix_spawnattr_setpgroup(&plan.attributes, 0);
    ::posix_spawnattr_setflags(&plan.attributes,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    const auto argv = pointers(command.argv);
    const auto environment = pointers(command.environment);
    const UmaskScope umask(command.umask);
    return ::posix_spawn(&child, argv[0], &plan.files, &plan.attributes, argv.data(), environment.data());
}

// The command's input on its way and its output so far.
class Exchange {
public:
    Exchange(const ProcessRunner::Command& command, UniqueFd to, UniqueFd from)
        : rest_(command.input), limit_(command.output_limit), to_(std::move(to)), from_(std::move(from)) {
        ::fcntl(to_.get(), F_SETFL, O_NONBLOCK);
        if (rest_.empty()) to_.reset();
    }

    // Until the command has closed its output; false: not before the deadline.
    bool run(Clock& clock, std::chrono::nanoseconds deadline) {
        while (from_) {
            const auto left = deadline - clock.steady();
            if (left.count() <= 0) return false;
            std::array<struct pollfd, 2> waiting = {{{from_.get(), POLLIN, 0}, {to_.get(), POLLOUT, 0}}};
            const auto rounded_up = std::chrono::duration_cast<milliseconds>(left).count() + 1;
            const int timeout = static_cast<int>(std::min<std::int64_t>(rounded_up, INT_MAX));
            if (::poll(waiting.data(), waiting.size(), timeout) <= 0) continue;  // poll() ignores descriptor -1
            if (waiting[1].revents != 0) give();
            if (waiting[0].revents != 0) take();
        }
        return true;
    }

    [[nodiscard]] std::string output() && { return std::move(output_); }

private:
    void give() {
        const ssize_t done = ::write(to_.get(), rest_.data(), rest_.size());
        if (done > 0) rest_.remove_prefix(static_cast<std::size_t>(done));
        const bool refused = done < 0 && errno != EINTR && errno != EAGAIN;
        if (rest_.empty() || refused) to_.reset();
    }

    void take() {
        std::array<char, 16384> buffer;
        const ssize_t got = ::read(from_.get(), buffer.data(), buffer.size());
        if (got > 0) {
            const std::size_t room = limit_ - output_.size();
            output_.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
        } else if (got == 0 || errno != EINTR) {
            from_.reset();
        }
    }

    std::string_view rest_;
    std::size_t limit_;
    UniqueFd to_, from_;
    std::string output_;
};

// Until the child itself has ended, mostly at once; false: not before the deadline.
bool ended_by(pid_t child, Clock& clock, std::chrono::nanoseconds deadline) {
    auto pause = kFirstPause;
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno != EINTR)
            return true;
        if (info.si_pid == child) return true;
        if (clock.steady() >= deadline) return false;
        clock.sleep(pause);
        pause = std::min(pause * 2, kLongestPause);
    }
}

}  // namespace

Result<ProcessRunner::CommandResult> RealProcesses::run(const Command& command) {
    if (command.argv.empty()) return failure(EINVAL, "posix_spawn");
    RealOs os;
    RealClock clock;
    const PipeSignalIgnored ignored;
    POSTERN_TRY_ASSIGN(Os::Pipe input, os.pipe());
    POSTERN_TRY_ASSIGN(Os::Pipe output, os.pipe());

    CommandResult result;
    const auto deadline = clock.steady() + command.timeout;
    pid_t child = -1;
    const int not_started = spawn(command, input.read_end.get(), output.write_end.get(), child);
    if (not_started == EAGAIN || not_started == ENOMEM) return failure(not_started, "posix_spawn", command.argv[0]);
    if (not_started != 0) {
        result.status.code = 127;
        return result;
    }
    input.read_end.reset();
    output.write_end.reset();
    Exchange exchange(command, std::move(input.write_end), std::move(output.read_end));
    result.timed_out = !exchange.run(clock, deadline) || !ended_by(child, clock, deadline);
    if (result.timed_out) (void)kill(-child, SIGKILL);
    POSTERN_TRY_ASSIGN(result.status, wait(child));
    result.output = std::move(exchange).output();
    return result;
}

}  // namespace postern
