// SPDX-License-Identifier: Apache-2.0
#include "expand/interfaces.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

namespace postern {
namespace {

std::optional<IpAddress> address_of_socket(const sockaddr* socket) {
    IpAddress address;
    if (socket && socket->sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, socket, sizeof in);
        std::memcpy(address.bytes.data(), &in.sin_addr, 4);
        return address;
    }
    if (socket && socket->sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, socket, sizeof in);
        address.v6 = true;
        std::memcpy(address.bytes.data(), &in.sin6_addr, 16);
        return address;
    }
    return std::nullopt;
}

}  // namespace

bool is_local_interface(const IpAddress& address) {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return false;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, freeifaddrs);
    for (const ifaddrs* interface = first; interface; interface = interface->ifa_next) {
        if (address_of_socket(interface->ifa_addr) == address) return true;
    }
    return false;
}

}  // namespace postern
