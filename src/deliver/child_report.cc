// SPDX-License-Identifier: Apache-2.0
#include "deliver/child_report.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace postern {
namespace {

using Length = std::uint32_t;
constexpr std::size_t kLongestReport = 64U << 20;

}  // namespace

Status send_report(Os& os, int fd, const DeliveryReport& report) {
    const std::string bytes = report.encode();
    const auto length = static_cast<Length>(bytes.size());
    std::string framed(sizeof length, '\0');
    std::memcpy(framed.data(), &length, sizeof length);
    return write_all(os, fd, framed += bytes);
}

ReportReader::Next ReportReader::next() {
    Length length = 0;
    if (!fill(sizeof length)) return {std::exchange(unread_, {}), false};
    std::memcpy(&length, unread_.data(), sizeof length);
    unread_.erase(0, sizeof length);
    if (length > kLongestReport || !fill(length)) return {std::exchange(unread_, {}), false};
    Next out{unread_.substr(0, length), true};
    unread_.erase(0, length);
    return out;
}

bool ReportReader::ready(std::chrono::milliseconds at_most) {
    if (!unread_.empty()) return true;
    const Result<bool> said = os_.wait_ready(fd_, Os::Ready::to_read, at_most);
    return !said || *said;  // on an Error next() finds out
}

// False: that much does not come.
bool ReportReader::fill(std::size_t count) {
    char buffer[4096];
    while (unread_.size() < count) {
        const Result<std::size_t> n = os_.read(fd_, buffer);
        if (!n && n.error().code == EINTR) continue;
        if (!n || *n == 0) return false;
        unread_.append(buffer, *n);
    }
    return true;
}

}  // namespace postern
