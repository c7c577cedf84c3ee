// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>

#include "sys/descriptor_passing.h"
#include "sys/real_call.h"

namespace postern {

using real::failed;

namespace {

union Control {  // room for one descriptor, aligned as the kernel wants it
    cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

}  // namespace

Result<Os::Pipe> RealDescriptorPassing::channel() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) < 0)
        return failed("socketpair", std::string_view());
    return Os::Pipe{UniqueFd(os_, ends[0]), UniqueFd(os_, ends[1])};
}

Status RealDescriptorPassing::send(int write_end, int fd, std::string_view label) {
    iovec text{const_cast<char*>(label.data()), label.size()};  // sendmsg() only reads
    Control control{};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return real::checked(::sendmsg(write_end, &message, MSG_NOSIGNAL), "sendmsg", write_end);
}

Result<std::optional<DescriptorPassing::Passed>> RealDescriptorPassing::receive(int read_end) {
    std::array<char, kLongestLabel> label;
    iovec text{label.data(), label.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const ssize_t got = ::recvmsg(read_end, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EAGAIN) return std::nullopt;
    if (got < 0) return failed("recvmsg", read_end);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return std::nullopt;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return Passed{UniqueFd(os_, fd), std::string(label.data(), static_cast<std::size_t>(got))};
}

}  // namespace postern
