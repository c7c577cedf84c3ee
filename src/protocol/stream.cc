// SPDX-License-Identifier: Apache-2.0
#include "protocol/stream.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace postern {
namespace {

constexpr std::size_t kMostComplaints = 512;

}  // namespace

Instant deadline_after(Clock& clock, Seconds patience) {
    return patience.count() <= 0 ? kNever : clock.steady() + patience;
}

Status FdStream::wait(int fd, Os::Ready what, Instant deadline) {
    using std::chrono::milliseconds;
    for (;;) {
        const Instant left = deadline == kNever ? kNever : deadline - clock_.steady();
        if (left.count() <= 0) return failure(ETIMEDOUT, "poll");
        // poll() counts in int milliseconds; a part of one is rounded up, or the last one would be spent spinning.
        const auto rounded = std::chrono::ceil<milliseconds>(std::min(left, Instant(std::chrono::hours(24))));
        std::array<Os::Waiting, 2> waiting = {{{.fd = fd, .what = what}, {.fd = errors_fd_}}};
        const Status waited = os_.wait_any(waiting, rounded);
        if (!waited && waited.error().code != EINTR) return waited;
        if (waiting[1].ready) take_complaints();
        if (waiting[0].ready) return {};
    }
}

void FdStream::take_complaints() {
    std::array<char, 4096> buffer;
    const Result<std::size_t> got = os_.read(errors_fd_, buffer);
    if (got && *got > 0) {
        const std::size_t room = kMostComplaints - std::min(kMostComplaints, complaints_.size());
        complaints_.append(buffer.data(), std::min(room, *got));
    } else if (got || (got.error().code != EINTR && got.error().code != EAGAIN)) {
        errors_fd_ = -1;
    }
}

Result<std::size_t> FdStream::read(std::span<char> into, Instant deadline) {
    for (;;) {
        POSTERN_TRY(wait(read_fd_, Os::Ready::to_read, deadline));
        Result<std::size_t> got = os_.read(read_fd_, into);
        if (got || (got.error().code != EINTR && got.error().code != EAGAIN)) return got;
    }
}

Status FdStream::write(std::string_view bytes, Instant deadline) {
    while (!bytes.empty()) {
        const Result<std::size_t> done = os_.write(write_fd_, bytes);
        if (done) {
            bytes.remove_prefix(*done);
            written_ += static_cast<std::int64_t>(*done);
        } else if (done.error().code == EAGAIN) {
            POSTERN_TRY(wait(write_fd_, Os::Ready::to_write, deadline));
        } else if (done.error().code != EINTR) {
            return Unexpected(done.error());
        }
    }
    return {};
}

bool FdStream::has_input() {
    const Result<bool> ready = os_.wait_ready(read_fd_, Os::Ready::to_read, std::chrono::milliseconds(0));
    return ready && *ready;
}

tl::expected<Reply, ReplyReader::Failure> ReplyReader::next(Instant deadline) {
    std::array<char, 4096> buffer;
    for (;;) {
        if (auto reply = parser_.next()) return *std::move(reply);
        if (parser_.malformed()) return tl::unexpected(Failure{Failure::Kind::malformed, 0, parser_.malformed_text()});
        const Result<std::size_t> got = stream_.read(buffer, deadline);
        if (!got) {
            const int code = got.error().code;
            return tl::unexpected(Failure{code == ETIMEDOUT ? Failure::Kind::timeout : Failure::Kind::error, code, {}});
        }
        if (*got == 0) return tl::unexpected(Failure{Failure::Kind::closed, 0, {}});
        parser_.feed({buffer.data(), *got});
    }
}

}  // namespace postern
