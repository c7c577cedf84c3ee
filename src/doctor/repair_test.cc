// SPDX-License-Identifier: Apache-2.0
#include "doctor/repair.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "mailbox/mbx_file.h"
#include "mailbox/mbx_lock.h"
#include "support/doctor_world.h"

namespace postern {
namespace {

constexpr uid_t kJoe = 1000;
constexpr gid_t kMail = 8;
const std::string kBox = "/var/mail/joe";
const std::string kWhole = "From a@x Sun Nov 22 03:00:00 2026\nMessage-Id: <1@x>\n\nfirst\n\n";
const TimePoint kThen{1795319702, 0};

RepairSettings settings(bool set_stale_aside = false) {
    return {.hostname = "h", .set_stale_aside = set_stale_aside, .lock_tries = 2, .lock_interval = Seconds{0}};
}

void put_box(World& w, const std::string& content) {
    w.fake.put_directory("/var/mail", 02775, 0, kMail);
    w.fake.put_directory("/tmp", 01777);
    w.fake.put_file(kBox, content, 0660, kJoe, kMail);
    w.fake.set_file_times(kBox, {1000, 5}, {2000, 5});
    w.fake.run_as(kJoe, kMail);
}

Result<Report> repaired(World& w, const std::string& path, std::optional<MailboxFormat> format = {},
                        bool set_stale_aside = false) {
    const auto patient = find_patient(w.os, path, format);
    if (!patient) return Unexpected(patient.error());
    return repair(w.os, w.clock, *patient, settings(set_stale_aside));
}

std::string findings_after(World& w, const std::string& path) {
    const auto patient = find_patient(w.os, path, {});
    if (!patient) return patient.error().to_string();
    const auto report = examine(w.os, w.clock, *patient);
    return report ? findings_text(*report) : report.error().to_string();
}

struct EndCase {
    const char* name;
    std::string content, want_added;
};
class MboxEnds : public testing::TestWithParam<EndCase> {};
TEST_P(MboxEnds, AreCompleted) {
    World w;
    put_box(w, GetParam().content);
    const auto report = repaired(w, kBox);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problems(), 0);
    EXPECT_EQ(w.fake.content(kBox), GetParam().content + GetParam().want_added);
    EXPECT_EQ(w.fake.stat_of(kBox).mtime.tv_sec, 2000);
    if (!GetParam().want_added.empty()) {
        EXPECT_EQ(w.fake.stat_of(kBox).atime.tv_sec, 1000);
    }
    EXPECT_EQ(w.fake.stat_of(kBox).permissions, 0660u);
    EXPECT_EQ(w.fake.locks_held(), 0u);
    EXPECT_EQ(w.fake.names_in("/var/mail"), std::vector<std::string>{"joe"});
    EXPECT_EQ(findings_after(w, kBox), "");
    w.fake.power_cut();
    EXPECT_EQ(w.fake.content(kBox), GetParam().content + GetParam().want_added);
}
INSTANTIATE_TEST_SUITE_P(All, MboxEnds,
                         testing::Values(EndCase{"whole", kWhole, ""}, EndCase{"empty", "", ""},
                                         EndCase{"no_newline", kWhole.substr(0, kWhole.size() - 3), "\n\n"},
                                         EndCase{"no_blank_line", kWhole.substr(0, kWhole.size() - 1), "\n"},
                                         EndCase{"in_from_line", kWhole + "From b@x Sun Nov 22 03:00:", "\n\n"},
                                         EndCase{"crlf", "From a Sun Nov 22 03:00:00 2026\r\n\r\nx", "\r\n\r\n"},
                                         EndCase{"crlf_half", "From a Sun Nov 22 03:00:00 2026\r\n\r\nx\r", "\n\r\n"},
                                         EndCase{"crlf_no_blank", "From a Sun Nov 22 03:00:00 2026\r\n\r\nx\r\n",
                                                 "\r\n"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Repair, LeavesWhatIsInTheMiddle) {
    World w;
    const std::string content = kWhole + kWhole.substr(0, kWhole.size() - 3) + kWhole + kWhole.substr(0, 40);
    put_box(w, content);
    const auto report = repaired(w, kBox);
    ASSERT_TRUE(report);
    EXPECT_EQ(findings_text(*report).find("glued-from-line"), 0u) << findings_text(*report);
    EXPECT_GT(report->problems(), 0);
    EXPECT_EQ(w.fake.content(kBox), content + "\n\n");
    EXPECT_EQ(report->findings.front().left, wording::left_for_a_person());
}

TEST(Repair, WaitsForLocksAndGivesUp) {
    World w;
    const std::string torn = kWhole.substr(0, 50);
    for (const std::string& held : {std::string("dot"), std::string("fcntl")}) {
        put_box(w, torn);
        if (held == "dot") w.fake.put_file(kBox + ".lock", "", 0600, kJoe, kMail);
        if (held == "fcntl") w.fake.hold_lock(kBox, LockKind::fcntl_write);
        const auto report = repaired(w, kBox);
        ASSERT_TRUE(report) << held;
        EXPECT_EQ(report->problems(), 1) << held;
        EXPECT_NE(report->findings.front().left, "") << held;
        EXPECT_EQ(w.fake.content(kBox), torn) << held;
        w.fake.run_as_root();
        w.fake.remove(kBox + ".lock");
    }
}

TEST(Repair, DoesNotFollowLinksOrTouchHardLinks) {
    World w;
    put_box(w, kWhole.substr(0, 50));
    w.fake.put_link(kBox, "/var/mail/again");
    const auto report = repaired(w, kBox);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problems(), 1);
    EXPECT_EQ(w.fake.content(kBox), kWhole.substr(0, 50));
}

TEST(Repair, FailedMboxRepairLeavesItAsItWas) {
    const std::string torn = kWhole.substr(0, 50);
    for (const Lasting lasting : {Lasting::no, Lasting::yes}) {
        for_every_fault(
            {EIO, ENOSPC, EDQUOT, EINTR},
            [&](World& w) {
                put_box(w, torn);
                const auto report = repaired(w, kBox);
                const std::string now = w.fake.content(kBox);
                const bool mended = report && report->problems() == 0;
                if (mended) {
                    EXPECT_EQ(now, torn + "\n\n");
                } else {  // even if cutting back fails, what is there is still there
                    EXPECT_TRUE(now == torn || now == torn + "\n" || now == torn + "\n\n") << now;
                }
                EXPECT_EQ(w.fake.locks_held(), 0u);
            },
            lasting);
    }
}

TEST(Repair, CrashedMboxRepairIsDoneTheNextTime) {
    const std::string torn = kWhole.substr(0, 50);
    for_every_crash([&](World& w) { put_box(w, torn); }, [](World& w) { (void)repaired(w, kBox).has_value(); },
                    [&](World& w) {
                        w.fake.run_as_root();
                        for (const std::string& name : w.fake.names_in("/var/mail")) {
                            if (name != "joe") w.fake.remove("/var/mail/" + name);  // stale some day
                        }
                        w.fake.run_as(kJoe, kMail);
                        ASSERT_TRUE(w.fake.content(kBox).starts_with(torn));
                        const auto report = repaired(w, kBox);
                        ASSERT_TRUE(report);
                        EXPECT_EQ(w.fake.content(kBox), torn + "\n\n");
                    });
}

TEST(Repair, TornMbxMessageIsCompleted) {
    const std::string whole = mbx_file_header(kThen) + mbx_message_line(kThen, 20, true) + std::string(20, 'x');
    for (const std::size_t length : {std::size_t{100}, kMbxHeaderSize + 10, kMbxHeaderSize + 60}) {
        World w;
        put_box(w, whole.substr(0, length));
        const auto report = repaired(w, kBox);
        ASSERT_TRUE(report);
        EXPECT_EQ(report->problems(), 0) << length;
        EXPECT_TRUE(w.fake.content(kBox).starts_with(whole.substr(0, length)));
        EXPECT_EQ(findings_after(w, kBox), "") << length;
        EXPECT_TRUE(w.fake.names_in("/tmp").empty());
    }
}

TEST(Repair, FailedMbxRepairLeavesItAsItWasOrBetter) {
    const std::string torn = (mbx_file_header(kThen) + mbx_message_line(kThen, 20, true)).substr(0, 2070);
    for_every_fault({EIO, ENOSPC}, [&](World& w) {
        put_box(w, torn);
        const auto report = repaired(w, kBox);
        EXPECT_TRUE(w.fake.content(kBox).starts_with(torn));
        if (report && report->problems() > 0) {
            EXPECT_EQ(w.fake.content(kBox), torn);
        }
    });
}

class MaildirRepair : public testing::Test {
protected:
    static void put_maildir(World& w) {
        for (const char* name : {"/home/joe/M", "/home/joe/M/cur", "/home/joe/M/new", "/home/joe/M/tmp"})
            w.fake.put_directory(name, 0700, kJoe, kJoe);
        w.fake.put_file("/home/joe/M/cur/1", "A: b\n\nx\n", 0600, kJoe, kJoe);
        w.fake.put_file("/home/joe/M/maildirsize", "1000S,10C\n7 7\n", 0600, kJoe, kJoe);
        w.fake.run_as(kJoe, kJoe);
    }
};

TEST_F(MaildirRepair, CountsAgain) {
    World w;
    put_maildir(w);
    w.clock.advance(Seconds{10});
    const auto report = repaired(w, "/home/joe/M");
    ASSERT_TRUE(report);
    EXPECT_EQ(findings_text(*report), "[maildirsize-wrong:maildirsize]");
    EXPECT_EQ(w.fake.content("/home/joe/M/maildirsize"), "1000S,10C\n8 1\n");
    EXPECT_EQ(w.fake.locks_held(), 0u);
}

TEST_F(MaildirRepair, TornSizeFileKeepsItsLimits) {
    World w;
    put_maildir(w);
    w.fake.put_file("/home/joe/M/maildirsize", "1000S,10C\n7 7", 0600, kJoe, kJoe);
    ASSERT_TRUE(repaired(w, "/home/joe/M"));
    EXPECT_EQ(w.fake.content("/home/joe/M/maildirsize"), "1000S,10C\n8 1\n");
    w.fake.put_file("/home/joe/M/maildirsize", "1000S,1", 0600, kJoe, kJoe);
    const auto report = repaired(w, "/home/joe/M");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->findings.front().left, wording::maildirsize_limits_unknown());
    EXPECT_EQ(w.fake.content("/home/joe/M/maildirsize"), "1000S,1");
}

TEST_F(MaildirRepair, MakesMissingDirectories) {
    World w;
    put_maildir(w);
    w.fake.put_directory("/home/joe/M/.Sent/cur", 0700, kJoe, kJoe);
    w.fake.put_directory("/home/joe/M/.Sent", 0700, kJoe, kJoe);
    w.fake.remove("/home/joe/M/tmp");
    const auto report = repaired(w, "/home/joe/M");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problems(), 0) << findings_text(*report);
    EXPECT_EQ(w.fake.stat_of("/home/joe/M/tmp").permissions, 0700u);
    EXPECT_TRUE(w.fake.exists("/home/joe/M/.Sent/new") && w.fake.exists("/home/joe/M/.Sent/tmp"));
}

// Without "new" nobody could say what maildirsize should be.
TEST_F(MaildirRepair, CountsAgainWhenADirectoryWasMissing) {
    World w;
    put_maildir(w);
    w.clock.advance(Seconds{10});
    w.fake.remove("/home/joe/M/new");
    const auto report = repaired(w, "/home/joe/M");
    ASSERT_TRUE(report);
    EXPECT_EQ(findings_text(*report), "[missing-directory:new],[maildirsize-wrong:maildirsize]");
    EXPECT_EQ(w.fake.content("/home/joe/M/maildirsize"), "1000S,10C\n8 1\n");
    EXPECT_EQ(findings_after(w, "/home/joe/M"), "");
}

TEST_F(MaildirRepair, SetsStaleFilesAsideOnlyWhenAsked) {
    World w;
    put_maildir(w);
    w.fake.put_file("/home/joe/M/tmp/old", "half", 0600, kJoe, kJoe);
    w.fake.put_file("/home/joe/M/tmp/locked", "half", 0600, kJoe, kJoe);
    w.fake.hold_lock("/home/joe/M/tmp/locked", LockKind::flock_exclusive);
    w.clock.advance(Seconds{kStaleAfter + 10});
    w.fake.put_file("/home/joe/M/tmp/young", "half", 0600, kJoe, kJoe);
    ASSERT_TRUE(repaired(w, "/home/joe/M"));
    EXPECT_TRUE(w.fake.exists("/home/joe/M/tmp/old"));
    const auto report = repaired(w, "/home/joe/M", {}, true);
    ASSERT_TRUE(report);
    EXPECT_EQ(findings_text(*report), "stale-temporary:tmp/locked,[stale-temporary:tmp/old]");
    EXPECT_EQ(w.fake.content("/home/joe/M/tmp.old/old"), "half");
    EXPECT_EQ(w.fake.names_in("/home/joe/M/tmp"), (std::vector<std::string>{"locked", "young"}));
}

TEST_F(MaildirRepair, FaultsLoseNothing) {
    for_every_fault({EIO, ENOSPC, EACCES}, [](World& w) {
        put_maildir(w);
        w.fake.put_file("/home/joe/M/tmp/old", "half", 0600, kJoe, kJoe);
        w.clock.advance(Seconds{kStaleAfter + 10});
        (void)repaired(w, "/home/joe/M", {}, true).has_value();
        EXPECT_EQ(w.fake.content("/home/joe/M/cur/1"), "A: b\n\nx\n");
        EXPECT_EQ(w.fake.content("/home/joe/M/tmp/old") + w.fake.content("/home/joe/M/tmp.old/old"), "half");
        // Right, as it was, or gone: then the next delivery makes it anew.
        const std::string size = w.fake.content("/home/joe/M/maildirsize");
        EXPECT_TRUE(size.empty() || size == "1000S,10C\n7 7\n" || size == "1000S,10C\n8 1\n") << size;
        EXPECT_EQ(w.fake.locks_held(), 0u);
    });
}

TEST(Repair, MailstoreIsLeftAlone) {
    World w;
    w.fake.put_file("/store/1.env", "a\nb\n", 0600);
    const auto before = w.fake.snapshot();
    const auto report = repaired(w, "/store");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problems(), 1);
    EXPECT_EQ(report->findings.front().left, wording::left_for_a_person());
    EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
}

}  // namespace
}  // namespace postern
