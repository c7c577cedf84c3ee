// SPDX-License-Identifier: Apache-2.0
// driver/wire.h – the fields of what a child tells its parent through a pipe: little-endian numbers and length-prefixed
// texts. The reader belongs to the privileged side and trusts nothing: sizes are bounded, and after the first field
// that is not there, or not allowed, everything fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern {

class WireWriter {
public:
    explicit WireWriter(std::size_t most_text) : most_text_(most_text) {}

    void number(std::uint64_t value, int bytes);
    void text(std::string_view value) { text(value, most_text_); }  // cut at most_text
    void text(std::string_view value, std::size_t most);
    void raw(std::string_view bytes) { bytes_ += bytes; }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
    std::size_t most_text_;
};

class WireReader {
public:
    WireReader(std::string_view bytes, std::size_t most_text) : rest_(bytes), most_text_(most_text) {}

    [[nodiscard]] std::uint64_t number(int bytes);
    [[nodiscard]] int signed_number();                      // four bytes
    [[nodiscard]] std::uint8_t choice(std::uint8_t limit);  // one byte, not above limit
    [[nodiscard]] std::string text() { return text(most_text_); }
    [[nodiscard]] std::string text(std::size_t most);
    [[nodiscard]] std::string_view raw(std::size_t size);
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    std::size_t most_text_;
    bool good_ = true;
};

}  // namespace postern
