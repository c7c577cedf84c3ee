// SPDX-License-Identifier: Apache-2.0
#include "protocol/offer.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Case {
    const char* name;
    std::string text;
    Offer want;
};
class OfferCases : public testing::TestWithParam<Case> {};
TEST_P(OfferCases, OfReply) { EXPECT_EQ(offer_of({250, GetParam().text}), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    All, OfferCases,
    testing::Values(Case{"OneLine", "250 mx", {}}, Case{"FirstLineIsAName", "250-PIPELINING\n250 DSN", {.dsn = true}},
                    Case{"Dovecot",
                         "250-mx\n250-8BITMIME\n250-CHUNKING\n250-ENHANCEDSTATUSCODES\n250 PIPELINING",
                         {.pipelining = true, .eight_bit = true, .chunking = true}},
                    Case{"LowerCase", "250-mx\n250-ignorequota\n250 Smtputf8", {.utf8 = true, .ignore_quota = true}},
                    Case{"Size", "250-mx\n250 SIZE 1000", {.size = true}},
                    Case{"SizeWithout", "250-mx\n250 SIZE", {.size = true}},
                    Case{"SizeNonsense", "250-mx\n250 SIZE 99999999999999999999999", {.size = true}},
                    Case{"StartTls", "250-mx\n250 STARTTLS", {.start_tls = true}},
                    Case{"Longer", "250-mx\n250 PIPELININGS", {}}, Case{"EmptyLine", "250-mx\n250-\n250", {}}),
    [](const auto& c) { return c.param.name; });

TEST(Offer, ComesBackFromItsBits) {
    for (unsigned bits = 0; bits < 256; ++bits) EXPECT_EQ(bits_of(offer_from(bits)), bits);
    EXPECT_TRUE(offer_from(bits_of({.chunking = true})).chunking);
}

}  // namespace
}  // namespace postern
