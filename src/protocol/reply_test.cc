// SPDX-License-Identifier: Apache-2.0
#include "protocol/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts_of(ReplyParser& parser) {
    std::vector<std::string> texts;
    while (const auto reply = parser.next()) texts.push_back(reply->text);
    return texts;
}

struct Case {
    const char* name;
    std::string bytes;
    std::vector<std::string> want_texts;
    std::string want_malformed;  // empty: well-formed
};

class ReplyCases : public testing::TestWithParam<Case> {};

// Any split of the same bytes gives the same result.
TEST_P(ReplyCases, AnySplit) {
    const Case& c = GetParam();
    for (std::size_t piece = 1; piece <= c.bytes.size(); ++piece) {
        ReplyParser parser;
        std::vector<std::string> texts;
        for (std::size_t at = 0; at < c.bytes.size(); at += piece) {
            parser.feed(std::string_view(c.bytes).substr(at, piece));
            for (std::string& text : texts_of(parser)) texts.push_back(std::move(text));
        }
        EXPECT_EQ(texts, c.want_texts) << "in pieces of " << piece;
        EXPECT_EQ(parser.malformed(), !c.want_malformed.empty());
        if (parser.malformed()) {
            EXPECT_EQ(parser.malformed_text(), c.want_malformed);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplyCases,
    testing::Values(Case{"One", "250 ok\r\n", {"250 ok"}, ""},                                         //
                    Case{"LfOnly", "250 ok\n", {"250 ok"}, ""},                                        //
                    Case{"DigitsOnly", "250\r\n", {"250"}, ""},                                        //
                    Case{"DigitsAndBlank", "250 \r\n", {"250"}, ""},                                   //
                    Case{"TrailingBlanks", "250 ok \t\r\r\n", {"250 ok"}, ""},                         //
                    Case{"ManyLines", "250-a\r\n250-b\r\n250 c\r\n", {"250-a\n250-b\n250 c"}, ""},     //
                    Case{"EmptyLastLine", "250-a\r\n250\r\n", {"250-a\n250"}, ""},                     //
                    Case{"TwoReplies", "250 a\r\n550-b\r\n550 c\r\n", {"250 a", "550-b\n550 c"}, ""},  //
                    Case{"NoEnd", "250 a\r\n250-b\r\n", {"250 a"}, ""},                                //
                    Case{"EightBit", "250 \xc3\xa4\r\n", {"250 \xc3\xa4"}, ""},                        //
                    Case{"LoneCr", "250 a\rb\r\n", {"250 a\rb"}, ""},                                  //
                    Case{"OtherCode", "250-a\r\n550 b\r\n250 c\r\n", {}, "250-a\n550 b"},              //
                    Case{"TwoDigits", "25 ok\r\n", {}, "25 ok"},                                       //
                    Case{"FourDigits", "2500 ok\r\n", {}, "2500 ok"},                                  //
                    Case{"Chatter", "warning: x\r\n250 ok\r\n", {}, "warning: x"},                     //
                    Case{"WideDigit",
                         "2\xef\xbc\x95"
                         "0 ok\r\n",
                         {},
                         "2\xef\xbc\x95"
                         "0 ok"},                                                                           //
                    Case{"Nul", std::string("250 a\0b\r\n250 c\r\n", 17), {}, std::string("250 a\0b", 7)},  //
                    Case{"BehindGood", "250 ok\r\njunk\r\n", {"250 ok"}, "junk"}),
    [](const auto& c) { return c.param.name; });

TEST(ReplyParser, BlankLineIsMalformed) {
    ReplyParser parser;
    parser.feed("\r\n");
    EXPECT_TRUE(parser.malformed());
}

TEST(ReplyParser, KeepsOnlyTheBeginningOfALongLine) {
    ReplyParser parser;
    parser.feed("250 ");
    for (int i = 0; i < 1000; ++i) parser.feed(std::string(10'000, 'x'));
    parser.feed("\r\n550 next\r\n");
    const auto reply = parser.next();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->text.size(), ReplyParser::kLongestLine);
    EXPECT_THAT(texts_of(parser), ElementsAre("550 next"));
}

TEST(ReplyParser, ReadsAnyNumberOfLines) {
    ReplyParser parser;
    for (int i = 0; i < 100'000; ++i) parser.feed("250-EXTENSION WITH PARAMETERS\r\n");
    EXPECT_FALSE(parser.next());
    parser.feed("250 LAST\r\n");
    const auto reply = parser.next();
    ASSERT_TRUE(reply);
    EXPECT_LT(reply->text.size(), ReplyParser::kLongestText + ReplyParser::kLongestLine);
    EXPECT_FALSE(parser.has_more());
}

TEST(ReplyParser, SaysWhatIsLeft) {
    ReplyParser parser;
    EXPECT_FALSE(parser.has_more());
    parser.feed("250 a\r\n2");
    EXPECT_TRUE(parser.next());
    EXPECT_TRUE(parser.has_more());
    parser.feed("20 b\r\n");
    EXPECT_TRUE(parser.next());
    EXPECT_FALSE(parser.has_more());
}

struct EnhancedCase {
    const char* name;
    std::string text, want;
};
class EnhancedCodes : public testing::TestWithParam<EnhancedCase> {};
TEST_P(EnhancedCodes, OfText) {
    const Reply reply{.code = 0, .text = GetParam().text};
    EXPECT_EQ(reply.enhanced_code(), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    All, EnhancedCodes,
    testing::Values(EnhancedCase{"Usual", "250 2.1.5 ok", "2.1.5"}, EnhancedCase{"Alone", "550 5.12.345", "5.12.345"},
                    EnhancedCase{"LastLine", "550-5.1.1 a\n550 5.2.2 b", "5.2.2"},
                    EnhancedCase{"OtherKind", "250 5.1.1 x", ""}, EnhancedCase{"None", "250 ok", ""},
                    EnhancedCase{"Short", "250", ""}, EnhancedCase{"FourParts", "250 2.1.5.4", ""},
                    EnhancedCase{"TooLong", "250 2.1.5555", ""}, EnhancedCase{"NoBlank", "250 2.1.5x", ""}),
    [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace postern
