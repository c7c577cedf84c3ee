// SPDX-License-Identifier: Apache-2.0
// Client sockets and the names of hosts.
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/strings.h"
#include "sys/real_call.h"
#include "sys/real_os.h"

namespace postern {

using real::checked;
using real::failed;

namespace {

struct RawAddress {
    sockaddr_storage bytes{};
    socklen_t length = 0;
};

Result<RawAddress> raw_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return failure(ENAMETOOLONG, "connect", path);
    std::memcpy(address.sun_path, path.data(), path.size());
    RawAddress out;
    std::memcpy(&out.bytes, &address, sizeof address);
    out.length = sizeof address;
    return out;
}

// Of "fe80::1%eth0" or "fe80::1%2": which link; 0: not said.
Result<std::uint32_t> scope_of(const std::string& ip) {
    const std::size_t percent = ip.find('%');
    if (percent == std::string::npos) return 0;
    const std::string link = ip.substr(percent + 1);
    if (const unsigned index = ::if_nametoindex(link.c_str())) return index;
    const auto number = parse_uint(link);
    if (!number || *number > UINT32_MAX) return failure(ENODEV, "connect", ip);
    return static_cast<std::uint32_t>(*number);
}

Result<RawAddress> raw_inet(const SocketAddress& to) {
    RawAddress out;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, to.ip.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(to.port);
        std::memcpy(&out.bytes, &v4, sizeof v4);
        out.length = sizeof v4;
    } else if (::inet_pton(AF_INET6, to.ip.substr(0, to.ip.find('%')).c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(to.port);
        POSTERN_TRY_ASSIGN(v6.sin6_scope_id, scope_of(to.ip));
        std::memcpy(&out.bytes, &v6, sizeof v6);
        out.length = sizeof v6;
    } else {
        return failure(EINVAL, "connect", to.ip);
    }
    return out;
}

// The kernel ends a blocking connect() after this time; 0 is never, as it is for it.
Status limit_connecting(int fd, std::chrono::milliseconds at_most) {
    const timeval limit{at_most.count() / 1000, (at_most.count() % 1000) * 1000};
    return checked(::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), "setsockopt", fd);
}

std::string text_of(const addrinfo& found) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(found.ai_addr, found.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    return text.data();
}

}  // namespace

Result<UniqueFd> RealOs::connect(const SocketAddress& to, std::chrono::milliseconds at_most) {
    POSTERN_TRY_ASSIGN(const RawAddress address, to.path.empty() ? raw_inet(to) : raw_unix(to.path));
    const int number = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (number < 0) return failed("socket", to.text());
    UniqueFd fd(*this, number);
    POSTERN_TRY(limit_connecting(number, at_most));
    if (::connect(number, reinterpret_cast<const sockaddr*>(&address.bytes), address.length) < 0) {
        if (errno == EINPROGRESS || errno == EAGAIN) errno = ETIMEDOUT;  // the limit, TCP's and Unix's way
        return failed("connect", to.text());
    }
    // A command and the message behind it are small writes whose replies are waited for.
    const int on = 1;
    if (to.path.empty())
        POSTERN_TRY(checked(::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt", number));
    const int flags = ::fcntl(number, F_GETFL);
    POSTERN_TRY(checked(flags < 0 ? flags : ::fcntl(number, F_SETFL, flags | O_NONBLOCK), "fcntl", number));
    return fd;
}

Status RealOs::hang_up(int socket) { return checked(::shutdown(socket, SHUT_RDWR), "shutdown", socket); }

Result<std::vector<std::string>> RealOs::addresses_of(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    std::vector<std::string> out;
    if (code == EAI_NONAME || code == EAI_NODATA) return out;
    if (code != 0) return failure(std::string(::gai_strerror(code)));
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        std::string text = text_of(*each);
        if (!text.empty() && std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
    }
    return out;
}

}  // namespace postern
