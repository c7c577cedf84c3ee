// SPDX-License-Identifier: Apache-2.0
#include "mailbox/message_shape.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

const std::string kId = "1xVcye-0000BV-2w";

MessageShape shape_of(std::string_view text, std::size_t piece = 1000) {
    ShapeSink sink(kId);
    for (std::size_t at = 0; at < text.size(); at += piece) EXPECT_TRUE(sink.write(text.substr(at, piece)));
    return sink.shape();
}

const std::string kPlain =
    "From joe Sun Nov 22 03:52:18 2026\nReceived: x\n\tid 1\nSubject: x\n\nStatus: no header\n\nb\n\n";

struct LastingCase {
    const char* name;
    std::string text;
    bool want_same;
};

class LastingPart : public testing::TestWithParam<LastingCase> {};

TEST_P(LastingPart, IsWhatReadersLeave) {
    const MessageShape plain = shape_of(kPlain);
    for (std::size_t piece : {1, 2, 3, 7, 1000}) {
        const MessageShape other = shape_of(GetParam().text, piece);
        EXPECT_EQ(other.lasting_sum == plain.lasting_sum && other.lasting_size == plain.lasting_size,
                  GetParam().want_same)
            << piece;
    }
}

std::string with(std::string_view what, std::string_view instead) {
    std::string text = kPlain;
    return text.replace(text.find(what), what.size(), instead);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, LastingPart,
    testing::Values(LastingCase{"Same", kPlain, true},
                    LastingCase{"StatusAdded", with("Subject: x\n", "Subject: x\nStatus: RO\nX-Status: A\nX-UID: 5\n"),
                                true},
                    LastingCase{"Continued", with("Subject: x\n", "X-Keywords: a\n\tb\n c\nSubject: x\n"), true},
                    LastingCase{"AnyCase", with("Subject: x\n", "Subject: x\ncontent-LENGTH: 3\n"), true},
                    LastingCase{"FewerNewlines", kPlain.substr(0, kPlain.size() - 2), true},
                    LastingCase{"MoreNewlines", kPlain + "\n\n", true},
                    LastingCase{"OtherHeader", with("Subject: x\n", "Subject: x\nX-Other: RO\n"), false},
                    LastingCase{"OtherContinuation", with("\tid 1\n", "\tid 2\n"), false},
                    LastingCase{"StatusInTheBody", with("Status: no header\n", ""), false},
                    LastingCase{"NewlineInTheBody", with("header\n\nb", "header\nb"), false},
                    LastingCase{"Torn", kPlain.substr(0, kPlain.size() - 3), false}),
    [](const auto& test) { return test.param.name; });

TEST(MessageShape, KnowsItsHead) {
    const std::string early = "From joe\nReceived: id " + kId + "\n\nb\n" + std::string(5000, 'x');
    EXPECT_EQ(shape_of(early).own_from, early.find(kId) + kId.size());
    EXPECT_EQ(shape_of(early).head, early.substr(0, MessageShape::kShortHead));
    const std::string late = "From joe\nTo: " + std::string(700, 'x') + kId + "\n\nb\n" + std::string(5000, 'x');
    EXPECT_EQ(shape_of(late, 3).head, late.substr(0, late.find(kId) + kId.size()));
    const std::string never = "From joe\nTo: " + std::string(5000, 'x') + kId;
    EXPECT_EQ(shape_of(never).own_from, 0U);
    EXPECT_EQ(shape_of(never).head, never.substr(0, MessageShape::kLongHead));
    EXPECT_EQ(shape_of("short").head, "short");
    EXPECT_EQ(shape_of(never, 7).sum, checksum(never));
    EXPECT_EQ(shape_of(never).size, never.size());
}

TEST(LastingSum, StopsAtItsLimit) {
    const MessageShape plain = shape_of(kPlain);
    LastingSum sum(plain.lasting_size);
    sum.add("Status: RO\n" + kPlain + "From next\n");
    EXPECT_TRUE(sum.full());
    EXPECT_EQ(sum.value(), plain.lasting_sum);
}

}  // namespace
}  // namespace postern
