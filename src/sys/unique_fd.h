// SPDX-License-Identifier: Apache-2.0
// sys/unique_fd.h – owner of one descriptor of one Os. Closing in the destructor is the abort path: where the result of
// close() matters (a written mailbox), call Os::close(std::move(fd)).
#pragma once

#include <utility>

namespace postern {

class Os;

class UniqueFd {
public:
    UniqueFd() = default;
    UniqueFd(Os& os, int fd) : os_(&os), fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : os_(other.os_), fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) {
            reset();
            os_ = other.os_;
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    void reset();  // closes, ignoring the result

private:
    Os* os_ = nullptr;
    int fd_ = -1;
};

}  // namespace postern
