// SPDX-License-Identifier: Apache-2.0
#include "driver/outcome.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

DeliveryReport sample() {
    AddressReport first;
    first.outcome = {Verdict::ok, 0, 0, "", "", Special::none};
    first.bytes_written = 5'000'000'000;
    AddressReport second;
    second.outcome = {Verdict::defer,   code::kQuota,    86400,  "mailbox is full\0x",
                      "Quota exceeded", Special::freeze, "4.2.2"};
    second.transport = "local_maildir";
    second.local_part = "/var/mail/joe";
    AddressReport third;
    third.outcome = {Verdict::panic, 13, -1, std::string("a\0b", 3), "", Special::warn};
    third.local_part = "";
    third.with_affixes = true;
    third.confirmation = "250 2.0.0 ok";
    third.host = "mx [::1]";
    third.tls = TlsFacts{.cipher = "TLS1.3:X:256", .subject = "CN=mx", .verified = true};
    return {{first, second, third}};
}

TEST(DeliveryReport, ComesBackAsItWasSent) {
    const DeliveryReport::Decoded decoded = DeliveryReport::decode(sample().encode());
    EXPECT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.report.addresses, sample().addresses);
}

TEST(DeliveryReport, LinesComeBackForTheirLogs) {
    DeliveryReport sent = sample();
    sent.main_lines = {"one", "two"};
    sent.panic_lines = {"three"};
    const DeliveryReport::Decoded decoded = DeliveryReport::decode(sent.encode());
    EXPECT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.report.main_lines, sent.main_lines);
    EXPECT_EQ(decoded.report.panic_lines, sent.panic_lines);
    EXPECT_EQ(decoded.report.addresses, sent.addresses);
}

TEST(DeliveryReport, LinesComeInOneOrder) {
    DeliveryReport main, panic;
    main.main_lines = {"m"};
    panic.panic_lines = {"p"};
    constexpr std::size_t kHead = 5, kLine = 6, kEnd = 5;
    const std::string head = main.encode().substr(0, kHead), m = main.encode().substr(kHead, kLine),
                      p = panic.encode().substr(kHead, kLine), end = main.encode().substr(kHead + kLine, kEnd);
    EXPECT_TRUE(DeliveryReport::decode(head + m + p + end).complete);
    EXPECT_FALSE(DeliveryReport::decode(head + p + m + end).complete);
}

TEST(DeliveryReport, SaysThatTheConnectionStays) {
    DeliveryReport sent = sample();
    EXPECT_FALSE(DeliveryReport::decode(sent.encode()).report.keeps_connection);
    sent.keeps_connection = true;
    const DeliveryReport::Decoded decoded = DeliveryReport::decode(sent.encode());
    EXPECT_TRUE(decoded.complete);
    EXPECT_TRUE(decoded.report.keeps_connection);
    EXPECT_EQ(decoded.report.addresses, sent.addresses);
}

TEST(DeliveryReport, EmptyReportIsComplete) { EXPECT_TRUE(DeliveryReport::decode(DeliveryReport{}.encode()).complete); }

TEST(DeliveryReport, TornTailKeepsWholeAddresses) {
    const std::string bytes = sample().encode();
    std::size_t most = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const DeliveryReport::Decoded decoded = DeliveryReport::decode(std::string_view(bytes).substr(0, length));
        EXPECT_FALSE(decoded.complete) << length;
        ASSERT_GE(decoded.report.addresses.size(), most) << length;
        most = decoded.report.addresses.size();
        for (std::size_t i = 0; i < most; ++i) EXPECT_EQ(decoded.report.addresses[i], sample().addresses[i]);
    }
    EXPECT_EQ(most, 3U);  // only the end mark was missing
}

TEST(DeliveryReport, NothingMayFollow) {
    EXPECT_FALSE(DeliveryReport::decode(sample().encode() + "x").complete);
    EXPECT_FALSE(DeliveryReport::decode(sample().encode() + sample().encode()).complete);
}

TEST(DeliveryReport, RefusesValuesThatDoNotExist) {
    const std::string good = DeliveryReport{{AddressReport{}}}.encode();
    constexpr std::size_t kVerdict = 4 + 1 + 1 + 4;
    struct Case {
        const char* name;
        std::size_t at;
        char byte;
    };
    for (const Case& c :
         {Case{"magic", 0, 'X'}, Case{"version", 4, 9}, Case{"tag", 5, 'Z'}, Case{"verdict", kVerdict, 4},
          Case{"special", kVerdict + 1, 3}, Case{"text longer than the rest", kVerdict + 12, 1},
          Case{"negative size", kVerdict + 29, '\x80'}}) {
        std::string bad = good;
        bad[c.at] = c.byte;
        const DeliveryReport::Decoded decoded = DeliveryReport::decode(bad);
        EXPECT_FALSE(decoded.complete) << c.name;
        EXPECT_TRUE(decoded.report.addresses.empty()) << c.name;
    }
}

TEST(DeliveryReport, CountMustAgree) {
    std::string bytes = sample().encode();
    bytes[bytes.size() - 4] = 2;
    EXPECT_FALSE(DeliveryReport::decode(bytes).complete);
}

TEST(DeliveryReport, LongTextsAreCut) {
    DeliveryReport report{{AddressReport{}}};
    report.addresses[0].outcome.message = std::string(DeliveryReport::kMaxText + 10, 'm');
    const DeliveryReport::Decoded decoded = DeliveryReport::decode(report.encode());
    ASSERT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.report.addresses[0].outcome.message.size(), DeliveryReport::kMaxText);
}

}  // namespace
}  // namespace postern
