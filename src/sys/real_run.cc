// SPDX-License-Identifier: Apache-2.0
// RealProcesses::run(): a command with its input given and its output collected, under one deadline.
#include <algorithm>
#include <array>
#include <cerrno>

#include "sys/clock.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"

namespace postern {

namespace {

using std::chrono::milliseconds;

milliseconds rounded_up(std::chrono::nanoseconds left) {
    return std::max(std::chrono::duration_cast<milliseconds>(left) + milliseconds(1), milliseconds(0));
}

// The command's input on its way and its output so far.
class Exchange {
public:
    Exchange(Os& os, const ProcessRunner::Command& command, Running& running)
        : os_(os), rest_(command.input), limit_(command.output_limit), running_(running) {
        if (rest_.empty()) running_.input.reset();
    }

    // Until the command has closed its output; false: not before the deadline.
    bool run(Clock& clock, std::chrono::nanoseconds deadline) {
        while (running_.output) {
            const auto left = deadline - clock.steady();
            if (left.count() <= 0) return false;
            std::array<Os::Waiting, 2> waiting = {
                {{running_.output.get(), Os::Ready::to_read}, {running_.input.get(), Os::Ready::to_write}}};
            if (!os_.wait_any(waiting, rounded_up(left))) continue;
            if (waiting[1].ready) give();
            if (waiting[0].ready) take();
        }
        return true;
    }

    [[nodiscard]] std::string output() && { return std::move(output_); }

private:
    void give() {
        const auto done = os_.write(running_.input.get(), rest_);
        if (done) rest_.remove_prefix(*done);
        const bool refused = !done && done.error().code != EINTR && done.error().code != EAGAIN;
        if (rest_.empty() || refused) running_.input.reset();
    }

    void take() {
        std::array<char, 16384> buffer;
        const auto got = os_.read(running_.output.get(), buffer);
        if (got && *got > 0) {
            output_.append(buffer.data(), std::min(limit_ - output_.size(), *got));
        } else if (got || (got.error().code != EINTR && got.error().code != EAGAIN)) {
            running_.output.reset();
        }
    }

    Os& os_;
    std::string_view rest_;
    std::size_t limit_;
    Running& running_;
    std::string output_;
};

}  // namespace

Result<ProcessRunner::CommandResult> RealProcesses::run(const Command& command) {
    RealOs os;
    RealClock clock;
    POSTERN_TRY_ASSIGN(Running running, spawn(os, {.argv = command.argv,
                                                   .environment = command.environment,
                                                   .directory = {},
                                                   .umask = command.umask,
                                                   .errors = command.join_stderr ? Spawn::Errors::with_output
                                                                                 : Spawn::Errors::nowhere}));
    const auto deadline = clock.steady() + command.timeout;
    Exchange exchange(os, command, running);
    const bool all_read = exchange.run(clock, deadline);
    POSTERN_TRY_ASSIGN(auto status, running.ended(all_read ? rounded_up(deadline - clock.steady()) : milliseconds(0)));
    CommandResult result;
    result.timed_out = !all_read || !status;
    if (result.timed_out) {
        running.kill();
        if (!status) {
            POSTERN_TRY_ASSIGN(status, running.ended(milliseconds(10'000)));  // nothing outlives SIGKILL for long
        }
    }
    if (status) result.status = *status;
    result.output = std::move(exchange).output();
    return result;
}

}  // namespace postern
