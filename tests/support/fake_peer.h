// SPDX-License-Identifier: Apache-2.0
// support/fake_peer.h – the other side of a FakeOs socket: hears what is written, says what is read, takes its time.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace postern {

class FakePeer {
public:
    using Milliseconds = std::chrono::milliseconds;
    static constexpr Milliseconds kNever = Milliseconds::max();

    FakePeer() = default;
    FakePeer(const FakePeer&) = delete;
    FakePeer& operator=(const FakePeer&) = delete;
    virtual ~FakePeer() = default;

    // What the client wrote; derived peers answer with say().
    virtual void take(std::string_view bytes) { heard += bytes; }

    void say(std::string_view bytes) { saying_ += bytes; }
    void discard() { saying_.clear(); }                // what was said and not read yet
    void hang_up() { ended_ = true; }                  // the client reads the end after what was said
    void reset() { ended_ = reset_ = true; }           // … ECONNRESET instead; writing fails at once
    void stop_reading() { deaf_ = true; }              // writes would block
    void drip(Milliseconds pause) { pause_ = pause; }  // one byte at a time, so long after the one before

    std::string heard;
    bool client_left = false;

    // --- for FakeOs ---
    void left() {
        client_left = true;
        discard();
        hang_up();
    }
    [[nodiscard]] Milliseconds ready_in(bool to_read) const {
        if (!to_read) return deaf_ && !ended_ ? kNever : Milliseconds{0};
        if (!saying_.empty()) return pause_;
        return ended_ ? Milliseconds{0} : kNever;
    }
    [[nodiscard]] int read_error() const {
        if (!saying_.empty()) return 0;
        if (reset_) return ECONNRESET;
        return ended_ ? 0 : EAGAIN;
    }
    [[nodiscard]] int write_error() const {
        if (ended_) return EPIPE;
        return deaf_ ? EAGAIN : 0;
    }
    std::size_t give(std::span<char> into) {
        const std::size_t most = pause_.count() > 0 ? 1 : into.size();
        const std::size_t count = std::min({saying_.size(), into.size(), most});
        std::memcpy(into.data(), saying_.data(), count);
        saying_.erase(0, count);
        return count;
    }

private:
    std::string saying_;
    Milliseconds pause_{0};
    bool ended_ = false, reset_ = false, deaf_ = false;
};

}  // namespace postern
