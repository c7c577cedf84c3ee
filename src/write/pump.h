// SPDX-License-Identifier: Apache-2.0
// write/pump.h – the byte pump below MessageWriter: line ends and escaping of a stream that comes in arbitrary pieces.
//
// The result does not depend on where the pieces are cut. Only bytes that may still turn out to be the beginning of a
// match (or a CR before a LF) are kept back, never more than the check string is long. Output goes to the sink in
// blocks of kBlock bytes and more; what is left goes out with flush().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "write/message_writer.h"

namespace postern {

class Pump {
public:
    static constexpr std::size_t kBlock = 64 * 1024;

    struct Rules {
        std::string_view check, escape;  // at each line start, check becomes escape; both non-empty or it is off
        bool add_cr = false;             // LF -> CR LF
        bool drop_cr = false;            // CR LF -> LF
    };

    explicit Pump(ByteSink& sink) : sink_(sink) {}

    // A new part begins: headers, body, end. The views in `rules` must outlive it. `at_line_start`: its first byte
    // counts as the start of a line for the check string.
    [[nodiscard]] Status start_part(const Rules& rules, bool at_line_start);
    [[nodiscard]] Status feed(std::string_view bytes);
    [[nodiscard]] Status raw(std::string_view bytes);  // as they are, uncounted: prefix and suffix
    [[nodiscard]] Status flush();                      // everything, also what was kept back

    [[nodiscard]] std::int64_t newlines() const { return newlines_; }
    [[nodiscard]] bool mid_line() const { return last_ != '\n'; }

private:
    [[nodiscard]] Status run(std::string_view bytes);
    [[nodiscard]] Status emit(std::string_view bytes);
    [[nodiscard]] Status release_kept();

    ByteSink& sink_;
    Rules rules_;
    std::string buffer_, kept_;
    std::int64_t newlines_ = 0;
    bool escaping_ = false, at_line_start_ = false;
    char last_ = '\n';
};

}  // namespace postern
