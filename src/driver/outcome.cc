// SPDX-License-Identifier: Apache-2.0
#include "driver/outcome.h"

namespace postern {
namespace {

// Report := magic, version, AddressRecord*, End.   AddressRecord := 'A', u32 length, payload.   End := 'E', u32 count.
// Numbers are little endian whatever the machine: tests and the fuzzer's corpus are files.
constexpr std::string_view kMagic = "PoDR";
constexpr char kVersion = 1;
constexpr char kAddressTag = 'A', kEndTag = 'E';

void put_number(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void put_text(std::string& out, std::string_view text) {
    text = text.substr(0, DeliveryReport::kMaxText);
    put_number(out, text.size(), 4);
    out += text;
}

// Takes fields off the front; after the first one that is not there everything fails.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t number(int bytes) {
        const std::string_view field = take(static_cast<std::size_t>(bytes));
        std::uint64_t value = 0;
        for (std::size_t i = field.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(field[i]);
        return value;
    }
    int code() { return static_cast<int>(static_cast<std::int32_t>(number(4))); }
    std::string text() {
        const std::uint64_t size = number(4);
        if (size > DeliveryReport::kMaxText) good_ = false;
        return std::string(take(static_cast<std::size_t>(size)));
    }
    std::string_view take(std::size_t size) {
        if (!good_ || rest_.size() < size) {
            good_ = false;
            return {};
        }
        const std::string_view field = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return field;
    }
    // A byte that must not be above `limit`.
    std::uint8_t choice(std::uint8_t limit) {
        const std::uint64_t value = number(1);
        if (value > limit) good_ = false;
        return good_ ? static_cast<std::uint8_t>(value) : std::uint8_t{0};
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

std::string payload_of(const AddressReport& report) {
    std::string out;
    const Outcome& outcome = report.outcome;
    put_number(out, static_cast<std::uint8_t>(outcome.verdict), 1);
    put_number(out, static_cast<std::uint8_t>(outcome.special), 1);
    put_number(out, static_cast<std::uint32_t>(outcome.code), 4);
    put_number(out, static_cast<std::uint32_t>(outcome.more), 4);
    put_text(out, outcome.message);
    put_text(out, outcome.user_message);
    put_number(out, static_cast<std::uint64_t>(report.bytes_written), 8);
    put_text(out, report.transport);
    put_number(out, report.local_part ? 1 : 0, 1);
    if (report.local_part) put_text(out, *report.local_part);
    return out;
}

std::optional<AddressReport> parse_payload(std::string_view payload) {
    Reader in(payload);
    AddressReport report;
    report.outcome.verdict = static_cast<Verdict>(in.choice(static_cast<std::uint8_t>(Verdict::panic)));
    report.outcome.special = static_cast<Special>(in.choice(static_cast<std::uint8_t>(Special::warn)));
    report.outcome.code = in.code();
    report.outcome.more = in.code();
    report.outcome.message = in.text();
    report.outcome.user_message = in.text();
    report.bytes_written = static_cast<std::int64_t>(in.number(8));
    report.transport = in.text();
    if (in.choice(1) == 1) report.local_part = in.text();
    if (!in.at_end() || report.bytes_written < 0) return std::nullopt;
    return report;
}

}  // namespace

std::string DeliveryReport::encode() const {
    std::string out(kMagic);
    out += kVersion;
    for (const AddressReport& report : addresses) {
        const std::string payload = payload_of(report);
        out += kAddressTag;
        put_number(out, payload.size(), 4);
        out += payload;
    }
    out += kEndTag;
    put_number(out, addresses.size(), 4);
    return out;
}

DeliveryReport::Decoded DeliveryReport::decode(std::string_view bytes) {
    Decoded decoded;
    Reader in(bytes);
    if (in.take(kMagic.size()) != kMagic || in.number(1) != static_cast<std::uint64_t>(kVersion)) return decoded;
    std::vector<AddressReport>& addresses = decoded.report.addresses;
    while (true) {
        const std::string_view tag = in.take(1);
        if (tag.empty()) return decoded;
        if (tag[0] == kEndTag) {
            const std::uint64_t count = in.number(4);
            decoded.complete = in.at_end() && count == addresses.size();
            return decoded;
        }
        if (tag[0] != kAddressTag) return decoded;
        const std::string_view payload = in.take(static_cast<std::size_t>(in.number(4)));
        if (!in.good()) return decoded;
        std::optional<AddressReport> report = parse_payload(payload);
        if (!report) return decoded;
        addresses.push_back(*std::move(report));
    }
}

}  // namespace postern
