// SPDX-License-Identifier: Apache-2.0
// The writer's pump against its byte-wise reference. Input: rules, length of check and escape, the two, then the text;
// its first byte also says how long the pieces are.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "write/pump.h"
#include "write/reference_writer.h"

namespace {

class StringSink final : public postern::ByteSink {
public:
    postern::Status write(std::string_view piece) override {
        bytes += piece;
        return {};
    }
    std::string bytes;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4) return 0;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const unsigned bits = data[0];
    const std::size_t check_length = data[1] % 8U, escape_length = data[2] % 8U, piece = 1 + data[3] % 32U;
    rest.remove_prefix(4);
    if (rest.size() < check_length + escape_length) return 0;
    postern::Pump::Rules rules{.check = rest.substr(0, check_length),
                               .escape = rest.substr(check_length, escape_length)};
    rules.add_cr = (bits & 1U) != 0;
    rules.drop_cr = !rules.add_cr && (bits & 2U) != 0;
    if (rules.drop_cr && rules.check.find('\r') != std::string_view::npos) return 0;
    const bool at_line_start = (bits & 4U) != 0;
    const std::string_view text = rest.substr(check_length + escape_length);

    StringSink sink;
    postern::Pump pump(sink);
    if (!pump.start_part(rules, at_line_start)) std::abort();
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (!pump.feed(text.substr(at, piece))) std::abort();
    }
    if (!pump.flush()) std::abort();
    const postern::Pumped want = postern::pump_reference(text, rules, at_line_start);
    if (sink.bytes != want.bytes || pump.newlines() != want.newlines) std::abort();
    return 0;
}
