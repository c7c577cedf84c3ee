// SPDX-License-Identifier: Apache-2.0
#include "write/command_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace postern {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kNever = nanoseconds::max();
constexpr milliseconds kLongestWait{3'600'000};
constexpr std::size_t kPiece = 16384;

bool is_passing(const Error& error) { return error.code == EINTR || error.code == EAGAIN; }

}  // namespace

nanoseconds CommandStream::deadline_in(nanoseconds at_most) {
    return at_most.count() == 0 ? kNever : clock_.steady() + at_most;
}

Result<CommandStream::End> CommandStream::wait(std::span<Os::Waiting> which, nanoseconds deadline) {
    for (;;) {
        milliseconds left = kLongestWait;
        if (deadline != kNever) {
            const nanoseconds rest = deadline - clock_.steady();
            if (rest.count() <= 0) return End::too_late;
            left = std::min(left, std::chrono::duration_cast<milliseconds>(rest) + milliseconds(1));
        }
        const Status waited = os_.wait_any(which, left);
        if (!waited && !is_passing(waited.error())) return Unexpected(waited.error());
        if (waited && std::ranges::any_of(which, &Os::Waiting::ready)) return End::moved;
    }
}

Status CommandStream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!command_.input) return failure(EPIPE, "write");
        const auto done = os_.write(command_.input.get(), bytes);
        if (done) {
            bytes.remove_prefix(*done);
            count_ += static_cast<std::int64_t>(*done);
            continue;
        }
        if (!is_passing(done.error())) return Unexpected(done.error());
        std::array<Os::Waiting, 2> which = {
            {{command_.input.get(), Os::Ready::to_write}, {command_.output.get(), Os::Ready::to_read}}};
        POSTERN_TRY_ASSIGN(const End end, wait(which, deadline_in(patience_)));
        if (end == End::too_late) return failure(ETIMEDOUT, "write");
        if (which[1].ready) POSTERN_TRY(take());
    }
    return {};
}

Status CommandStream::take() {
    std::array<char, kPiece> buffer;
    const auto got = os_.read(command_.output.get(), buffer);
    if (!got && is_passing(got.error())) return {};
    if (!got) return Unexpected(got.error());
    if (*got == 0 || !take_({buffer.data(), *got})) command_.output.reset();
    return {};
}

Result<bool> CommandStream::read_rest(nanoseconds at_most) { return read_until_end(at_most, false); }

Result<bool> CommandStream::read_until_end(nanoseconds at_most, bool renewed) {
    command_.input.reset();
    nanoseconds deadline = deadline_in(at_most);
    while (command_.output) {
        Os::Waiting output{command_.output.get(), Os::Ready::to_read};
        POSTERN_TRY_ASSIGN(const End end, wait({&output, 1}, deadline));
        if (end == End::too_late) return false;
        POSTERN_TRY(take());
        if (renewed) deadline = deadline_in(at_most);
    }
    return true;
}

}  // namespace postern
