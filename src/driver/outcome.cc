// SPDX-License-Identifier: Apache-2.0
#include "driver/outcome.h"

#include <algorithm>

#include "driver/wire.h"

namespace postern {
namespace {

// Report := magic, version, MainLine*, PanicLine*, Kept?, AddressRecord*, End.   MainLine := 'M', text.
// PanicLine := 'L', text: for the main log as well.   Kept := 'K'.
// AddressRecord := 'A', u32 length, payload.   End := 'E', u32 count.
constexpr std::string_view kMagic = "PoDR";
constexpr char kVersion = 4;
constexpr char kMainTag = 'M', kLineTag = 'L', kKeptTag = 'K', kAddressTag = 'A', kEndTag = 'E';

void put_lines(WireWriter& out, char tag, const std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < std::min(lines.size(), DeliveryReport::kMostLines); ++i) {
        out.number(static_cast<std::uint8_t>(tag), 1);
        out.text(lines[i]);
    }
}

std::string payload_of(const AddressReport& report) {
    WireWriter out(DeliveryReport::kMaxText);
    const Outcome& outcome = report.outcome;
    out.number(static_cast<std::uint8_t>(outcome.verdict), 1);
    out.number(static_cast<std::uint8_t>(outcome.special), 1);
    out.number(static_cast<std::uint32_t>(outcome.code), 4);
    out.number(static_cast<std::uint32_t>(outcome.more), 4);
    out.text(outcome.message);
    out.text(outcome.user_message);
    out.text(outcome.status);
    out.number(static_cast<std::uint64_t>(report.bytes_written), 8);
    out.text(report.transport);
    out.number(report.local_part ? 1 : 0, 1);
    if (report.local_part) out.text(*report.local_part);
    out.number(report.reply ? 1 : 0, 1);
    if (report.reply) {
        out.text(report.reply->text, DeliveryReport::kMaxReply);
        out.text(report.reply->memo);
    }
    out.number(report.with_affixes ? 1 : 0, 1);
    out.number(report.output_line ? 1 : 0, 1);
    if (report.output_line) out.text(*report.output_line);
    out.text(report.returned_output, DeliveryReport::kMaxOutput);
    out.text(report.confirmation);
    out.text(report.host);
    out.number(report.tls ? 1 : 0, 1);
    if (report.tls) {
        out.text(report.tls->cipher);
        out.text(report.tls->subject);
        out.number(report.tls->verified ? 1 : 0, 1);
    }
    return out.take();
}

std::optional<AddressReport> parse_payload(std::string_view payload) {
    WireReader in(payload, DeliveryReport::kMaxText);
    AddressReport report;
    report.outcome.verdict = static_cast<Verdict>(in.choice(static_cast<std::uint8_t>(Verdict::panic)));
    report.outcome.special = static_cast<Special>(in.choice(static_cast<std::uint8_t>(Special::warn)));
    report.outcome.code = in.signed_number();
    report.outcome.more = in.signed_number();
    report.outcome.message = in.text();
    report.outcome.user_message = in.text();
    report.outcome.status = in.text();
    report.bytes_written = static_cast<std::int64_t>(in.number(8));
    report.transport = in.text();
    if (in.choice(1) == 1) report.local_part = in.text();
    if (in.choice(1) == 1) {
        ReplyOrder& reply = report.reply.emplace();
        reply.text = in.text(DeliveryReport::kMaxReply);
        reply.memo = in.text();
    }
    report.with_affixes = in.choice(1) == 1;
    if (in.choice(1) == 1) report.output_line = in.text();
    report.returned_output = in.text(DeliveryReport::kMaxOutput);
    report.confirmation = in.text();
    report.host = in.text();
    if (in.choice(1) == 1) {
        TlsFacts& tls = report.tls.emplace();
        tls.cipher = in.text();
        tls.subject = in.text();
        tls.verified = in.choice(1) == 1;
    }
    if (!in.at_end() || report.bytes_written < 0) return std::nullopt;
    return report;
}

}  // namespace

std::string DeliveryReport::encode() const {
    WireWriter out(kMaxText);
    out.raw(kMagic);
    out.number(kVersion, 1);
    put_lines(out, kMainTag, main_lines);
    put_lines(out, kLineTag, panic_lines);
    if (keeps_connection) out.number(kKeptTag, 1);
    for (const AddressReport& report : addresses) {
        const std::string payload = payload_of(report);
        out.number(kAddressTag, 1);
        out.number(payload.size(), 4);
        out.raw(payload);
    }
    out.number(kEndTag, 1);
    out.number(addresses.size(), 4);
    return out.take();
}

DeliveryReport::Decoded DeliveryReport::decode(std::string_view bytes) {
    Decoded decoded;
    WireReader in(bytes, kMaxText);
    if (in.raw(kMagic.size()) != kMagic || in.number(1) != static_cast<std::uint64_t>(kVersion)) return decoded;
    std::vector<AddressReport>& addresses = decoded.report.addresses;
    while (true) {
        const std::string_view tag = in.raw(1);
        if (tag.empty()) return decoded;
        if (tag[0] == kEndTag) {
            const std::uint64_t count = in.number(4);
            decoded.complete = in.at_end() && count == addresses.size();
            return decoded;
        }
        const bool to_main = tag[0] == kMainTag && decoded.report.panic_lines.empty();
        std::vector<std::string>& lines = to_main ? decoded.report.main_lines : decoded.report.panic_lines;
        const bool before_kept = addresses.empty() && !decoded.report.keeps_connection;
        if ((to_main || tag[0] == kLineTag) && before_kept && lines.size() < kMostLines) {
            std::string line = in.text();
            if (!in.good()) return decoded;
            lines.push_back(std::move(line));
            continue;
        }
        if (tag[0] == kKeptTag && before_kept) {
            decoded.report.keeps_connection = true;
            continue;
        }
        if (tag[0] != kAddressTag) return decoded;
        const std::uint64_t size = in.number(4);
        const std::string_view payload = in.raw(static_cast<std::size_t>(size));
        if (!in.good()) return decoded;
        std::optional<AddressReport> report = parse_payload(payload);
        if (!report) return decoded;
        addresses.push_back(*std::move(report));
    }
}

}  // namespace postern
