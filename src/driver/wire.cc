// SPDX-License-Identifier: Apache-2.0
#include "driver/wire.h"

namespace postern {

void WireWriter::number(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
}

void WireWriter::text(std::string_view value, std::size_t most) {
    value = value.substr(0, most);
    number(value.size(), 4);
    bytes_ += value;
}

std::uint64_t WireReader::number(int bytes) {
    const std::string_view field = raw(static_cast<std::size_t>(bytes));
    std::uint64_t value = 0;
    for (std::size_t i = field.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(field[i]);
    return value;
}

int WireReader::signed_number() { return static_cast<int>(static_cast<std::int32_t>(number(4))); }

std::uint8_t WireReader::choice(std::uint8_t limit) {
    const std::uint64_t value = number(1);
    if (value > limit) good_ = false;
    return good_ ? static_cast<std::uint8_t>(value) : std::uint8_t{0};
}

std::string WireReader::text(std::size_t most) {
    const std::uint64_t size = number(4);
    if (size > most) good_ = false;
    return std::string(raw(static_cast<std::size_t>(size)));
}

std::string_view WireReader::raw(std::size_t size) {
    if (!good_ || rest_.size() < size) {
        good_ = false;
        return {};
    }
    const std::string_view field = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return field;
}

}  // namespace postern
