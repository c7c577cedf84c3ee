// SPDX-License-Identifier: Apache-2.0
#include "lookup/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
    if (const auto zone = text.find('%'); zone != std::string_view::npos && contains(text, ":")) {
        const auto may_be_in_name = [](char c) { return is_graph(c) && c != '/'; };
        if (!std::ranges::all_of(text.substr(zone), may_be_in_name)) return std::nullopt;
        text = text.substr(0, zone);
    }
    if (text.size() > 45 || text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string name(text);
    IpAddress address;
    address.v6 = contains(text, ":");
    if (inet_pton(address.v6 ? AF_INET6 : AF_INET, name.c_str(), address.bytes.data()) != 1) return std::nullopt;
    return address;
}

IpAddress IpAddress::masked(unsigned mask) const {
    IpAddress out = *this;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        const std::size_t first = i * 8;
        if (mask >= first + 8) continue;
        out.bytes[i] = mask <= first ? 0 : static_cast<std::uint8_t>(out.bytes[i] & (0xffU << (8 - (mask - first))));
    }
    return out;
}

IpAddress IpAddress::unmapped() const {
    if (!v6 || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) return *this;
    IpAddress out;
    std::copy(bytes.begin() + 12, bytes.end(), out.bytes.begin());
    return out;
}

IpAddress IpAddress::mapped() const {
    if (v6) return *this;
    IpAddress out;
    out.v6 = true;
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), out.bytes.begin());
    std::copy(bytes.begin(), bytes.begin() + 4, out.bytes.begin() + 12);
    return out;
}

std::string IpAddress::text() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), buffer, sizeof buffer);
    return buffer;
}

std::string IpAddress::short_text() const {
    if (!v6) return text();
    const auto group = [this](std::size_t i) { return static_cast<unsigned>(bytes[2 * i]) << 8 | bytes[2 * i + 1]; };
    std::size_t best = 8, longest = 0;
    for (std::size_t start = 0; start < 8; ++start) {
        std::size_t end = start;
        while (end < 8 && group(end) == 0) ++end;
        if (end - start > longest) {
            best = start;
            longest = end - start;
        }
    }
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out += out.empty() ? "::" : ":";
            i += longest - 1;
            continue;
        }
        char digits[8] = {};
        const auto end = std::to_chars(digits, digits + sizeof digits, group(i), 16).ptr;
        out.append(digits, end);
        if (i < 7) out += ':';
    }
    return out;
}

std::string IpAddress::long_text(char separator) const {
    if (!v6) return text();
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0 && i % 2 == 0) out += separator;
        out += kDigits[bytes[i] >> 4];
        out += kDigits[bytes[i] & 15U];
    }
    return out;
}

bool IpNetwork::contains(const IpAddress& host) const {
    return host.v6 == address.v6 && host.masked(mask) == address.masked(mask);
}

std::optional<IpNetwork> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return IpNetwork{*address, address->bits()};
    const auto mask = parse_uint(text.substr(slash + 1));
    if (!mask || *mask > address->bits()) return std::nullopt;
    return IpNetwork{*address, static_cast<unsigned>(*mask)};
}

}  // namespace postern
