// SPDX-License-Identifier: Apache-2.0
// write/command_stream.h – gives a running command its input and takes what it says, both at once: whatever the sizes,
// and whoever starts, neither side can wait for the other for ever. Everything that the command says goes to `take`.
// The clock stands between calls; each write() and read_rest() has its own limits.
#pragma once

#include <functional>

#include "sys/clock.h"
#include "sys/process.h"
#include "write/message_writer.h"

namespace postern {

class CommandStream final : public ByteSink {
public:
    // What the command says, piece by piece. False: no more is wanted, the output is closed.
    using Take = std::function<bool(std::string_view)>;
    // patience: how long nothing may move, in either direction; 0: for ever.
    CommandStream(Os& os, Clock& clock, Running& command, Seconds patience, Take take)
        : os_(os), clock_(clock), command_(command), patience_(patience), take_(std::move(take)) {}

    // Error ETIMEDOUT: nothing moved for that long. EPIPE: the command does not read (any more).
    [[nodiscard]] Status write(std::string_view bytes) override;
    // Ends the input and reads until the command, and everybody who has its output, has closed that. False: `at_most`
    // passed before (0: no limit). Error: reading failed.
    [[nodiscard]] Result<bool> read_rest(std::chrono::nanoseconds at_most);
    // The same, but the limit is that nothing moves for the time of patience.
    [[nodiscard]] Result<bool> read_patiently() { return read_until_end(patience_, true); }
    [[nodiscard]] std::int64_t count() const { return count_; }

private:
    enum class End : bool { moved, too_late };
    [[nodiscard]] Result<End> wait(std::span<Os::Waiting> which, std::chrono::nanoseconds deadline);
    [[nodiscard]] Result<bool> read_until_end(std::chrono::nanoseconds at_most, bool renewed);
    [[nodiscard]] Status take();
    [[nodiscard]] std::chrono::nanoseconds deadline_in(std::chrono::nanoseconds at_most);

    Os& os_;
    Clock& clock_;
    Running& command_;
    Seconds patience_;
    Take take_;
    std::int64_t count_ = 0;
};

}  // namespace postern
