// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace postern {
namespace {

constexpr std::size_t kLane = 8;

// Multiplying spreads a difference upwards, the shift brings it down again: every byte reaches every bit.
std::uint64_t mix(std::uint64_t state, std::uint64_t lane) {
    state = (state ^ lane) * 0xff51afd7ed558ccdULL;
    return std::rotl(state ^ (state >> 32U), 27) * 0xc4ceb9fe1a85ec53ULL;
}

std::uint64_t lane_at(const char* bytes) {
    std::uint64_t lane = 0;  // little-endian everywhere: a load where the machine is
    for (std::size_t i = 0; i < kLane; ++i)
        lane |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return lane;
}

}  // namespace

void Checksum::add(std::string_view bytes) {
    const std::size_t kept = count_ % kLane;
    count_ += bytes.size();
    if (kept != 0) {
        const std::size_t taken = std::min(kLane - kept, bytes.size());
        std::memcpy(kept_.data() + kept, bytes.data(), taken);
        bytes.remove_prefix(taken);
        if (kept + taken < kLane) return;
        state_ = mix(state_, lane_at(kept_.data()));
    }
    while (bytes.size() >= kLane) {
        state_ = mix(state_, lane_at(bytes.data()));
        bytes.remove_prefix(kLane);
    }
    if (!bytes.empty()) std::memcpy(kept_.data(), bytes.data(), bytes.size());
}

std::uint64_t Checksum::value() const {
    std::array<char, kLane> last{};
    std::memcpy(last.data(), kept_.data(), count_ % kLane);
    std::uint64_t sum = mix(mix(state_, lane_at(last.data())), count_);
    sum ^= sum >> 29U;
    return sum;
}

}  // namespace postern
