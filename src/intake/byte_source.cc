// SPDX-License-Identifier: Apache-2.0
#include "intake/byte_source.h"

#include <cerrno>

namespace postern {
namespace {

constexpr std::size_t kBlock = 65536;

}  // namespace

bool ByteSource::refill() {
    if (os_ == nullptr || ended_) return false;
    buffer_.resize(kBlock);
    for (;;) {
        if (timeout_.count() > 0) {
            const auto ready = os_->wait_ready(fd_, Os::Ready::to_read, timeout_);
            if (!ready && ready.error().code == EINTR) continue;
            if (ready && !*ready) failure_ = Error{ETIMEDOUT, "read", {}, {}};
            if (!ready) failure_ = ready.error();
            if (failure_) break;
        }
        const auto got = os_->read(fd_, buffer_);
        if (!got && got.error().code == EINTR) continue;
        if (!got) failure_ = got.error();
        if (!got || *got == 0) break;
        rest_ = std::string_view(buffer_.data(), *got);
        return true;
    }
    ended_ = true;
    return false;
}

}  // namespace postern
