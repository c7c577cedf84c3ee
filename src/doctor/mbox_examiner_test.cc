// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "doctor/examiners.h"
#include "doctor/mailbox_lines.h"
#include "support/doctor_world.h"

namespace postern {
namespace {

const std::string kFirst = "From a@x Sun Nov 22 03:00:00 2026\nMessage-Id: <1@x>\n\nfirst\n\n";
const std::string kSecond = "From b@x Sun Nov 22 03:00:01 2026\nMessage-Id: <2@x>\n\nsecond\n\n";

Report examined(const std::string& content) {
    World w;
    w.fake.put_file("/box", content);
    const auto before = w.fake.snapshot();
    Report report;
    const auto fd = w.os.open("/box", O_RDONLY);
    EXPECT_TRUE(examine_mbox(w.os, fd->get(), static_cast<std::int64_t>(content.size()), report));
    EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
    return report;
}

struct Case {
    const char* name;
    std::string content;
    std::string want_findings;  // "kind@offset", notes in parentheses
    std::int64_t want_messages;
};

class MboxExaminerCases : public testing::TestWithParam<Case> {};
TEST_P(MboxExaminerCases, Finds) {
    const Report report = examined(GetParam().content);
    EXPECT_EQ(findings_text(report), GetParam().want_findings);
    EXPECT_EQ(report.messages, GetParam().want_messages);
}

INSTANTIATE_TEST_SUITE_P(
    All, MboxExaminerCases,
    testing::Values(
        Case{"empty", "", "", 0}, Case{"whole", kFirst + kSecond, "", 2},
        Case{"no_newline", kFirst + kSecond.substr(0, kSecond.size() - 3), "missing-newline@60", 2},
        Case{"no_blank_line", kFirst + kSecond.substr(0, kSecond.size() - 1), "torn-end@60", 2},
        Case{"torn_before", kFirst.substr(0, kFirst.size() - 1) + kSecond, "torn-message@59", 2},
        Case{"glued", kFirst.substr(0, kFirst.size() - 3) + kSecond, "glued-from-line@57", 1},
        Case{"quoted_is_not_glued", kFirst.substr(0, kFirst.size() - 1) + "> " + kSecond, "", 1},
        Case{"escaped_is_not_glued", kFirst.substr(0, kFirst.size() - 1) + ">" + kSecond, "", 1},
        Case{"in_prose_is_not_glued", kFirst + "see From b@x Sun Nov 22 03:00:01 2026\nand more\n\n", "", 1},
        Case{"foreign_start", "junk\n" + kFirst, "foreign-text@0", 1},
        Case{"loose_after_blank", kFirst + "From here on\n\n", "(loose-from-line@60)", 2},
        Case{"loose_in_text", kFirst.substr(0, kFirst.size() - 1) + "From here on\n\n", "(loose-from-line@59)", 1},
        Case{"twice", kFirst + kSecond + kFirst, "duplicate-message@121", 3},
        Case{"same_id_other_body", kFirst + kFirst.substr(0, kFirst.size() - 2) + "!\n\n", "", 2},
        Case{"hole", kFirst + std::string(600, '\0') + "\n\n" + kSecond, "zeros@60", 2},
        Case{"a_few_zeros", kFirst + std::string(20, '\0') + "\n\n" + kSecond, "", 2},
        Case{"crlf", "From a@x Sun Nov 22 03:00:00 2026\r\nA: b\r\n\r\nx\r\n\r\n", "", 1}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(MboxExaminer, ForeignTextBeforeTheFirstMessageIsNoTornMessage) {
    EXPECT_EQ(findings_text(examined("junk\n\n" + kFirst)), "foreign-text@0");
}

TEST(MboxExaminer, LongLinesAndManyFindingsStayBounded) {
    EXPECT_EQ(findings_text(examined(kFirst + std::string(300'000, 'x') + "\n\n")), "");
    std::string many = kFirst;
    for (int i = 0; i < 1500; ++i) many += kFirst;
    const Report report = examined(many);
    EXPECT_EQ(report.findings.size(), Report::kMostFindings);
    EXPECT_EQ(report.problems(), 1500);
}

TEST(FromLine, HasADate) {
    EXPECT_TRUE(is_from_line("From a Sun Nov  2 03:00:00 2026\n"));
    EXPECT_TRUE(is_from_line("From MAILER-DAEMON Sun Nov 22 03:00 2026 remote from x\n"));
    EXPECT_TRUE(is_from_line("From \"a b\"@x Sun Nov 22 03:00:00 +0000 2026\n"));
    EXPECT_FALSE(is_from_line("From here to there\n"));
    EXPECT_FALSE(is_from_line("From: Sun Nov 22 03:00:00 2026\n"));
}

TEST(MailboxLines, GivesLongLinesInPieces) {
    World w;
    const std::string text = "a\n" + std::string(MailboxLines::kLongestPiece + 10, 'x') + "\nb";
    w.fake.put_file("/f", text);
    const auto fd = w.os.open("/f", O_RDONLY);
    MailboxLines lines(w.os, fd->get(), 0, static_cast<std::int64_t>(text.size()));
    std::string all;
    int begins = 0, ends = 0;
    for (auto line = lines.next(); line && *line; line = lines.next()) {
        EXPECT_EQ((*line)->offset, static_cast<std::int64_t>(all.size()));
        all += (*line)->text;
        begins += (*line)->begins ? 1 : 0;
        ends += (*line)->ends ? 1 : 0;
    }
    EXPECT_EQ(all, text);
    EXPECT_EQ(begins, 3);
    EXPECT_EQ(ends, 2);
}

}  // namespace
}  // namespace postern
