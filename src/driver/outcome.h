// SPDX-License-Identifier: Apache-2.0
// driver/outcome.h – what happened to an address, and how a delivery child tells its parent.
//
// An Outcome is a verdict, not an error: numbers and two texts, one for the log and one for the sender (style.md P4).
// Codes: positive are errno values, negative are Exim's own (spec transport-framework.md §14), because retry rules,
// log lines and admins' scripts know them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_text.h"

namespace postern {

enum class Verdict : std::uint8_t { ok, defer, fail, panic };
enum class Special : std::uint8_t { none, freeze, warn };

namespace code {
inline constexpr int kUnknown = -1, kUserSlash = -2, kExistRace = -3, kNotRegular = -4, kNotDirectory = -5,
                     kBadUgid = -6, kBadMode = -7, kInodeChanged = -8, kLockFailed = -9, kBadAddress = -10,
                     kForbidPipe = -11, kForbidFile = -12, kForbidReply = -13, kBadRedirect = -17, kSmtpFormat = -19,
                     kSpoolFormat = -20, kNotAbsolute = -21, kQuota = -22, kHeld = -23, kFilterFail = -24,
                     kHeaderFail = -25, kWriteIncomplete = -26, kExpansionFail = -27, kGidFail = -28, kUidFail = -29,
                     kBadTransport = -30, kMbxLength = -31, kFormatUnknown = -33, kBadCreate = -34, kListDefer = -35,
                     kTlsFailed = -37, kTlsRequired = -38, kChownFail = -39, kPipeFail = -40, kRcpt4xx = -44,
                     kMail4xx = -45, kData4xx = -46, kTainted = -51, kRoutingRetry = -52, kLocalRetry = -53,
                     kQueueDomains = -56, kConcurrency = -57;
}

struct Outcome {
    Verdict verdict = Verdict::defer;
    int code = code::kUnknown;  // basic_errno
    int more = 0;               // more_errno
    std::string message;        // log, retry data; may be empty
    std::string user_message;   // bounces and warnings
    Special special = Special::none;
    std::string status;  // RFC 3463, of a server that refused: "5.1.1"; empty: it gave none
    bool operator==(const Outcome&) const = default;
};

// A message that the parent sends for the child (autoreply): it is spooled before the address is settled. `memo` is the
// driver's own; if there is one, a second child gets it when the message is safe (Transport::message_sent).
struct ReplyOrder {
    std::string text;  // NewMessage's
    std::string memo;
    bool operator==(const ReplyOrder&) const = default;
};

// What a server behind TLS has shown.
struct TlsFacts {
    std::string cipher;     // X=
    std::string subject;    // of its certificate: DN=
    bool verified = false;  // the certificate: CV=
    bool operator==(const TlsFacts&) const = default;
};

// One address's part of a child's report.
struct AddressReport {
    Outcome outcome;
    std::int64_t bytes_written = 0;          // transport_count: S=
    std::string transport;                   // name, if another instance took over (file_format); else empty
    std::optional<std::string> local_part;   // what the log shows instead (expanded file name of a file address)
    bool with_affixes = false;               // a RCPT line named it with prefix and suffix: so does the log
    std::optional<std::string> output_line;  // of what a command said: to be logged
    std::string returned_output;             // of what a command said: goes into the bounce
    std::string confirmation;                // what a server said when it took the message: C=
    std::string host;                        // that was talked to: H=
    std::optional<TlsFacts> tls;             // behind TLS
    std::optional<ReplyOrder> reply = {};
    bool operator==(const AddressReport&) const = default;
};

// The wire form: magic, version, then length-prefixed fields; sizes are bounded by kMaxText and checked by the parser,
// which accepts only exactly one complete report and nothing behind it.
struct DeliveryReport {
    static constexpr std::size_t kMaxText = 64 * 1024;    // encode() cuts longer texts, decode() refuses them
    static constexpr std::size_t kMaxOutput = 16U << 20;  // the same for returned_output
    static constexpr std::size_t kMaxReply = 32U << 20;   // the same for the text of a reply
    static constexpr std::size_t kMostLines = 16;
    std::vector<AddressReport> addresses;    // in batch order
    std::vector<std::string> main_lines{};   // for the main log, ahead of the verdicts
    std::vector<std::string> panic_lines{};  // for the main and the panic log, ahead of the verdicts
    bool keeps_connection = false;  // the one that was taken up (driver/idle_connection.h) can be taken up again
    [[nodiscard]] std::string encode() const;
    // How many complete AddressReports `bytes` holds; a torn tail yields the ones before it and complete = false.
    struct Decoded;
    [[nodiscard]] static Decoded decode(std::string_view bytes);
};
struct DeliveryReport::Decoded {
    DeliveryReport report;
    bool complete = false;
};

}  // namespace postern
