// SPDX-License-Identifier: Apache-2.0
// lookup/ip_address.h – IP addresses and networks as text, for iplsearch and for the expander's host lists and
// operators.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

struct IpAddress {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{};  // network order; IPv4 uses the first four
    bool operator==(const IpAddress&) const = default;

    [[nodiscard]] unsigned bits() const { return v6 ? 128 : 32; }
    [[nodiscard]] IpAddress masked(unsigned mask) const;
    [[nodiscard]] IpAddress unmapped() const;                   // ::ffff:1.2.3.4 as 1.2.3.4
    [[nodiscard]] IpAddress mapped() const;                     // the other way
    [[nodiscard]] std::string text() const;                     // inet_ntop's form
    [[nodiscard]] std::string short_text() const;               // IPv6: groups in hex, the longest run of zeros as ::
    [[nodiscard]] std::string long_text(char separator) const;  // IPv6: eight groups of four digits
};

// Dotted quad, or IPv6 with an optional %zone. No brackets, no mask.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);

struct IpNetwork {
    IpAddress address;
    unsigned mask = 0;
    [[nodiscard]] bool contains(const IpAddress& host) const;
};
// "1.2.3.0/24", or a lone address (whole mask). A mask that is too big gives nothing.
[[nodiscard]] std::optional<IpNetwork> parse_network(std::string_view text);

}  // namespace postern
