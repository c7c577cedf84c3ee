// SPDX-License-Identifier: Apache-2.0
// protocol/stream.h – bytes to and from a peer, each step with a deadline, whatever the peer does or leaves undone.
//
// Deadlines are instants of Clock::steady(). ETIMEDOUT is the deadline; 0 bytes read is the peer's end. What is below
// (a socket, a command's pipes, TLS) makes no difference to what stands above. Descriptors belong to the caller and do
// not block.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "protocol/reply.h"
#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

using Instant = std::chrono::nanoseconds;
inline constexpr Instant kNever = Instant::max();

// The instant `patience` from now; 0 is for ever, as in Exim's options.
[[nodiscard]] Instant deadline_after(Clock& clock, Seconds patience);

class Stream {
public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;

    [[nodiscard]] virtual Result<std::size_t> read(std::span<char> into, Instant deadline) = 0;
    [[nodiscard]] virtual Status write(std::string_view bytes, Instant deadline) = 0;  // all of it
    [[nodiscard]] virtual bool has_input() = 0;  // bytes (or the end) are there already
    // How many bytes went out, also of a write that failed in the middle.
    [[nodiscard]] std::int64_t written() const { return written_; }

protected:
    std::int64_t written_ = 0;
};

class FdStream final : public Stream {
public:
    // `errors_fd`: a command's standard error, read along so that it never has to wait for us; -1: there is none.
    FdStream(Os& os, Clock& clock, int read_fd, int write_fd, int errors_fd = -1)
        : os_(os), clock_(clock), read_fd_(read_fd), write_fd_(write_fd), errors_fd_(errors_fd) {}
    [[nodiscard]] Result<std::size_t> read(std::span<char> into, Instant deadline) override;
    [[nodiscard]] Status write(std::string_view bytes, Instant deadline) override;
    [[nodiscard]] bool has_input() override;
    [[nodiscard]] const std::string& complaints() const { return complaints_; }  // the beginning of standard error

private:
    void take_complaints();
    [[nodiscard]] Status wait(int fd, Os::Ready what, Instant deadline);

    Os& os_;
    Clock& clock_;
    int read_fd_, write_fd_, errors_fd_;
    std::string complaints_;
};

// Replies out of a stream.
class ReplyReader {
public:
    struct Failure {
        enum class Kind : std::uint8_t { timeout, malformed, closed, error } kind = Kind::closed;
        int code = 0;      // errno of an error
        std::string text;  // what was malformed
    };
    explicit ReplyReader(Stream& stream) : stream_(stream) {}

    // The whole reply has to be there by the deadline, however many lines it has.
    [[nodiscard]] tl::expected<Reply, Failure> next(Instant deadline);
    // The peer has said something that nobody has asked for, or has gone.
    [[nodiscard]] bool has_surplus() { return parser_.has_more() || parser_.malformed() || stream_.has_input(); }

private:
    Stream& stream_;
    ReplyParser parser_;
};

}  // namespace postern
