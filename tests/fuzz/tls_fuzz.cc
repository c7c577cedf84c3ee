// SPDX-License-Identifier: Apache-2.0
// Whatever a peer says instead of TLS, or in the middle of it, in pieces of any size: a handshake that ends in words,
// no crash, and nothing that passes for the peer's text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "protocol/tls_stream.h"
#include "sys/clock.h"

namespace {

// The input, one piece at a time; then the end.
class Peer final : public postern::Stream {
public:
    Peer(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
    postern::Result<std::size_t> read(std::span<char> into, postern::Instant) override {
        const std::size_t count = std::min({rest_.size(), into.size(), piece_});
        std::memcpy(into.data(), rest_.data(), count);
        rest_.remove_prefix(count);
        return count;
    }
    postern::Status write(std::string_view bytes, postern::Instant) override {
        written_ += static_cast<std::int64_t>(bytes.size());
        return {};
    }
    bool has_input() override { return true; }

private:
    std::string_view rest_;
    std::size_t piece_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static postern::RealClock clock;
    Peer peer({reinterpret_cast<const char*>(data) + 1, size - 1}, std::max<std::size_t>(data[0], 1));
    postern::TlsStream stream(clock, peer);
    const auto started =
        stream.start({.verify = postern::TlsSettings::Verify::no, .host = "mx.test.ex"}, postern::kNever);
    // Nobody can finish a handshake without knowing what we have just chosen at random.
    if (started || started.error().text.empty()) std::abort();
    (void)stream.has_input();
    char buffer[64];
    const auto got = stream.read(buffer, postern::kNever);
    if (got && *got > 0) std::abort();
    return 0;
}
