// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "doctor/examiners.h"
#include "mailbox/mbx_file.h"
#include "support/doctor_world.h"

namespace postern {
namespace {

const TimePoint kThen{1795319702, 0};
const std::string kHeader = mbx_file_header(kThen);
const std::string kText = "Message-Id: <1@x>\r\n\r\nhello\r\n";

std::string message(const std::string& text, const std::string& uid = "00000000", const std::string& flags = "0000") {
    std::string line = mbx_message_line(kThen, static_cast<std::int64_t>(text.size()), true);
    line.replace(line.size() - 10, 8, uid);
    line.replace(line.size() - 15, 4, flags);
    return line + text;
}

std::string header_with_last_uid(const std::string& uid) {
    std::string out = kHeader;
    return out.replace(15, 8, uid);
}

struct Case {
    const char* name;
    std::string content, want_findings;
    std::int64_t want_messages;
};

class MbxExaminerCases : public testing::TestWithParam<Case> {};
TEST_P(MbxExaminerCases, Finds) {
    World w;
    const std::string& content = GetParam().content;
    w.fake.put_file("/box", content);
    const auto before = w.fake.snapshot();
    Report report;
    const auto fd = w.os.open("/box", O_RDONLY);
    EXPECT_TRUE(examine_mbx(w.os, fd->get(), static_cast<std::int64_t>(content.size()), report));
    EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
    EXPECT_EQ(findings_text(report), GetParam().want_findings);
    EXPECT_EQ(report.messages, GetParam().want_messages);
}

const std::string kOne = message(kText), kOther = message("other\r\n");

INSTANTIATE_TEST_SUITE_P(
    All, MbxExaminerCases,
    testing::Values(
        Case{"empty", "", "", 0}, Case{"no_messages", kHeader, "", 0}, Case{"whole", kHeader + kOne + kOther, "", 2},
        Case{"torn_header", kHeader.substr(0, 100), "torn-end@0", 0},
        Case{"torn_line", kHeader + kOther + kOne.substr(0, 20), "torn-end@2107", 1},
        Case{"torn_message", kHeader + kOther + kOne.substr(0, 70), "torn-end@2107", 2},
        Case{"no_line", kHeader + kOther + "junk\r\n" + kOther, "mbx-line@2107", 1},
        Case{"bad_validity", kHeader.substr(0, 7) + "xyz" + kHeader.substr(10) + kOther, "mbx-header@0", 1},
        Case{"twice", kHeader + kOne + kOne, "duplicate-message@2129", 2},
        Case{"expunged_is_no_duplicate", kHeader + kOne + message(kText, "00000000", "8000"), "", 2},
        Case{"uids", header_with_last_uid("00000005") + message("a", "00000001") + message("b", "00000005"), "", 2},
        Case{"uid_beyond_last", kHeader + message("a", "00000001"), "mbx-uid@2048", 1},
        Case{"uids_fall", header_with_last_uid("00000005") + message("a", "00000003") + message("b", "00000003"),
             "mbx-uid@2101", 2},
        Case{"hole", kHeader + message(std::string(600, '\0')), "zeros@2102", 1}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace postern
