// SPDX-License-Identifier: Apache-2.0
#include "expand/digest.h"

#include <array>
#include <bit>
#include <cstdint>

namespace postern {
namespace {

constexpr std::size_t kBlock = 64;

// The message, 0x80, zeros, and its length in bits: whole blocks.
std::string padded(std::string_view text, bool big_endian) {
    std::string out(text);
    out += '\x80';
    while (out.size() % kBlock != kBlock - 8) out += '\0';
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(bits >> (big_endian ? 56 - 8 * i : 8 * i) & 0xffU);
    return out;
}

std::uint32_t word_at(std::string_view block, std::size_t at, bool big_endian) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto byte = static_cast<std::uint32_t>(static_cast<unsigned char>(block[at + i]));
        value |= byte << (big_endian ? 24 - 8 * i : 8 * i);
    }
    return value;
}

template <std::size_t count>
std::string bytes_of(const std::array<std::uint32_t, count>& words, bool big_endian) {
    std::string out;
    for (const std::uint32_t word : words) {
        for (unsigned i = 0; i < 4; ++i) out += static_cast<char>(word >> (big_endian ? 24 - 8 * i : 8 * i) & 0xffU);
    }
    return out;
}

constexpr std::array<std::uint32_t, 64> kMd5Sines{
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<int, 16> kMd5Shifts{7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

void md5_block(std::array<std::uint32_t, 4>& state, std::string_view block) {
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        std::uint32_t mix = 0;
        std::size_t word = 0;
        switch (i / 16) {
            case 0:
                mix = (b & c) | (~b & d), word = i;
                break;
            case 1:
                mix = (d & b) | (~d & c), word = (5 * i + 1) % 16;
                break;
            case 2:
                mix = b ^ c ^ d, word = (3 * i + 5) % 16;
                break;
            default:
                mix = c ^ (b | ~d), word = 7 * i % 16;
        }
        const std::uint32_t sum = a + mix + kMd5Sines[i] + word_at(block, word * 4, false);
        a = d;
        d = c;
        c = b;
        b += std::rotl(sum, kMd5Shifts[i / 16 * 4 + i % 4]);
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

void sha1_block(std::array<std::uint32_t, 5>& state, std::string_view block) {
    std::array<std::uint32_t, 80> w{};
    for (std::size_t i = 0; i < 80; ++i)
        w[i] = i < 16 ? word_at(block, i * 4, true) : std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        std::uint32_t mix = 0, constant = 0;
        switch (i / 20) {
            case 0:
                mix = (b & c) | (~b & d), constant = 0x5a827999;
                break;
            case 1:
                mix = b ^ c ^ d, constant = 0x6ed9eba1;
                break;
            case 2:
                mix = (b & c) | (b & d) | (c & d), constant = 0x8f1bbcdc;
                break;
            default:
                mix = b ^ c ^ d, constant = 0xca62c1d6;
        }
        const std::uint32_t next = std::rotl(a, 5) + mix + e + constant + w[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

std::string hmac(std::string (*digest)(std::string_view), std::string_view key, std::string_view text) {
    std::string block = key.size() > kBlock ? digest(key) : std::string(key);
    block.resize(kBlock, '\0');
    std::string inner, outer;
    for (const char c : block) {
        inner += static_cast<char>(c ^ 0x36);
        outer += static_cast<char>(c ^ 0x5c);
    }
    return digest(outer + digest(inner + std::string(text)));
}

}  // namespace

std::string md5(std::string_view text) {
    std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const std::string message = padded(text, false);
    for (std::size_t at = 0; at < message.size(); at += kBlock)
        md5_block(state, std::string_view(message).substr(at, kBlock));
    return bytes_of(state, false);
}

std::string sha1(std::string_view text) {
    std::array<std::uint32_t, 5> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const std::string message = padded(text, true);
    for (std::size_t at = 0; at < message.size(); at += kBlock)
        sha1_block(state, std::string_view(message).substr(at, kBlock));
    return bytes_of(state, true);
}

std::string hmac_md5(std::string_view key, std::string_view text) { return hmac(md5, key, text); }
std::string hmac_sha1(std::string_view key, std::string_view text) { return hmac(sha1, key, text); }

std::string hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

}  // namespace postern
