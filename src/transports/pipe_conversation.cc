// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_conversation.h"

#include <algorithm>
#include <cerrno>

#include "wording/pipe.h"
#include "write/command_stream.h"

namespace postern {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr Seconds kAfterWriteTimeout{1};  // what a command that does not read gets to end
constexpr milliseconds kLook{100};        // how often a confined command is looked at while its output is open
constexpr milliseconds kForEver{1'000'000'000};

class Conversation {
public:
    Conversation(DeliveryContext& context, Running& command, const PipeLimits& limits, bool all_must_go)
        : context_(context),
          command_(command),
          limits_(limits),
          all_must_go_(all_must_go),
          stream_(context.os, context.clock, command, limits.timeout,
                  [this](std::string_view bytes) { return take(bytes); }) {}

    PipeRun hold(const WritePlan& plan) {
        write(plan);
        wait();
        run_.bytes_written = stream_.count();
        return std::move(run_);
    }

private:
    void write(const WritePlan& plan) {
        const auto written = MessageWriter(context_.os).write(plan, context_.body, stream_);
        if (written) return;
        run_.write_error = written.error().code;
        run_.written = PipeRun::Written::failed;
        if (run_.write_error == EPIPE) run_.written = PipeRun::Written::not_wanted;
        if (run_.write_error == ETIMEDOUT) run_.written = PipeRun::Written::timed_out;
        // A message that is cut short must not look whole to the command, which would act on it.
        if (run_.written == PipeRun::Written::failed) command_.kill_with_strays();
    }

    // First for the end of the output, then for the command's; together they have one time limit. Whoever still holds
    // the output when the command is gone gets no more of that time than the command would have (D-pipe-output-held).
    void wait() {
        const bool hurry = run_.written == PipeRun::Written::timed_out;
        const nanoseconds patience = hurry ? kAfterWriteTimeout : limits_.timeout;
        const nanoseconds deadline = context_.clock.steady() + patience;
        // Output that cannot be read is no reason to deliver again: the command has had its message.
        const bool output_ended = read_output(deadline, patience.count() != 0);
        milliseconds left = kForEver;
        if (patience.count() != 0)
            left =
                std::chrono::duration_cast<milliseconds>(std::max(deadline - context_.clock.steady(), nanoseconds(0)));
        const auto status = command_.ended(left);
        if (status) run_.status = *status;
        if (!status) run_.wait_error = status.error().code;
        if (run_.status && output_ended) return;
        command_.kill_with_strays();
    }

    // A command that may leave nobody behind is the only one whose output counts: what others still hold open when it
    // has ended is not waited for.
    bool read_output(nanoseconds deadline, bool limited) {
        if (!all_must_go_) {
            const nanoseconds at_most = limited ? deadline - context_.clock.steady() : nanoseconds(0);
            return stream_.read_rest(at_most).value_or(true);
        }
        while (!limited || context_.clock.steady() < deadline) {
            if (stream_.read_rest(kLook).value_or(true)) return true;
            const auto status = command_.ended(milliseconds(0));
            if (!status || *status) return false;
        }
        return false;
    }

    bool take(std::string_view bytes) {
        const auto room = static_cast<std::size_t>(std::max<std::int64_t>(limits_.output - kept_, 0));
        run_.output += bytes.substr(0, room);
        kept_ += static_cast<std::int64_t>(std::min(room, bytes.size()));
        if (bytes.size() <= room) return true;
        run_.output += wording::output_discarded();
        command_.kill_with_strays();
        return false;
    }

    DeliveryContext& context_;
    Running& command_;
    const PipeLimits& limits_;
    bool all_must_go_;  // a confined command may leave nobody behind
    CommandStream stream_;
    PipeRun run_;
    std::int64_t kept_ = 0;
};

}  // namespace

Result<PipeRun> run_pipe_command(DeliveryContext& context, const Spawn& command, const WritePlan& plan,
                                 const PipeLimits& limits) {
    POSTERN_TRY_ASSIGN(Running running, context.processes.spawn(context.os, command));
    return Conversation(context, running, limits, command.confinement.has_value()).hold(plan);
}

}  // namespace postern
