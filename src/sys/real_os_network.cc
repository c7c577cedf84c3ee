// SPDX-License-Identifier: Apache-2.0
// Services by name, single datagrams.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "sys/real_call.h"
#include "sys/real_os.h"

namespace postern {

Result<std::optional<std::uint16_t>> RealOs::service_port(const std::string& name, const std::string& protocol) {
    std::array<char, 4096> buffer{};
    servent entry{};
    servent* found = nullptr;
    const int code = ::getservbyname_r(name.c_str(), protocol.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (code != 0 && code != ENOENT) return failure(code, "getservbyname", name);
    if (found == nullptr) return std::optional<std::uint16_t>{};
    return ntohs(static_cast<std::uint16_t>(found->s_port));
}

Status RealOs::send_datagram(const std::string& address, std::uint16_t port, std::string_view bytes) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) return failure(EINVAL, "sendto", address);
    const UniqueFd socket(*this, ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return real::failed("socket", address);
    const auto sent = ::sendto(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return real::checked(sent, "sendto", address);
}

}  // namespace postern
