// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "doctor/examination.h"
#include "support/doctor_world.h"

namespace postern {
namespace {

const std::string kMail = "Message-Id: <1@x>\n\nhello\n";

class Maildir : public testing::Test {
protected:
    Maildir() {
        for (const char* name : {"/home/joe/Maildir/cur", "/home/joe/Maildir/new", "/home/joe/Maildir/tmp"})
            put_directory(name);
    }
    void put_directory(const std::string& path) { w_.fake.put_directory(path, 0700); }
    void put(const std::string& name, const std::string& content) {
        w_.fake.put_file("/home/joe/Maildir/" + name, content, 0600);
    }
    // Looks at it, and makes sure that nothing has changed.
    std::string findings() {
        const auto before = w_.fake.snapshot();
        const auto patient = find_patient(w_.os, "/home/joe/Maildir", {});
        if (!patient) return patient.error().to_string();
        EXPECT_EQ(patient->format, MailboxFormat::maildir);
        const auto report = examine(w_.os, w_.clock, *patient);
        EXPECT_THAT(w_.fake.snapshot(), UnchangedSince(before));
        if (!report) return report.error().to_string();
        messages_ = report->messages;
        details_.clear();
        for (const Finding& finding : report->findings) details_ += finding.detail;
        return findings_text(*report);
    }

    World w_;
    std::int64_t messages_ = 0;
    std::string details_;
};

TEST_F(Maildir, InOrder) {
    put("cur/1.M1P1.h:2,S", kMail);
    put("new/2.M1P1.h,S=1", "x");
    put("tmp/3.M1P1.h", "still bein");
    put("maildirsize", "1000S,10C\n25 1\n1 1\n");
    EXPECT_EQ(findings(), "");
    EXPECT_EQ(messages_, 2);
}

TEST_F(Maildir, FoldersCountAndHaveTheirOwnMessages) {
    put_directory("/home/joe/Maildir/.Sent/cur");
    put_directory("/home/joe/Maildir/.Sent/new");
    put_directory("/home/joe/Maildir/.Sent/tmp");
    put_directory("/home/joe/Maildir/.cache");
    put("cur/1.M1P1.h:2,S", kMail);
    put(".Sent/cur/1.M1P1.h:2,S", kMail);  // a copy in another folder is no duplicate
    put("maildirsize", "0S,0C\n50 2\n");
    EXPECT_EQ(findings(), "(foreign-file:.cache)");
    EXPECT_EQ(messages_, 2);
}

TEST_F(Maildir, WhatDoesNotBelongThere) {
    put_directory("/home/joe/Maildir/cur/dir");
    w_.fake.put_symlink("/home/joe/Maildir/cur/link", "/etc/shadow");
    w_.fake.put_fifo("/home/joe/Maildir/new/fifo", false);
    put("new/.hidden", "x");
    EXPECT_EQ(findings(), "foreign-file:cur/dir,foreign-file:cur/link,foreign-file:new/.hidden,foreign-file:new/fifo");
    EXPECT_EQ(messages_, 0);
}

TEST_F(Maildir, DamagedMessages) {
    put("cur/1.h,S=30:2,S", kMail);
    put("cur/2.h", "");
    put("cur/3.h", "A: b\n\n" + std::string(4096, '\0'));
    put("new/1.h,S=30", "other");
    EXPECT_EQ(findings(),
              "size-in-name:cur/1.h,S=30:2,S,empty-message:cur/2.h,zeros:cur/3.h@6,size-in-name:new/1.h,S=30,"
              "duplicate-name:new/1.h,S=30");
}

TEST_F(Maildir, TheSameMessageTwice) {
    put("cur/1.h:2,S", kMail);
    put("new/2.h", kMail);
    put("new/3.h", "Message-Id: <1@x>\n\nother\n");
    put("new/4.h", "\nhello\n");
    put("new/5.h", "\nhello\n");
    EXPECT_EQ(findings(), "duplicate-message:new/2.h");
    EXPECT_EQ(details_, "first: cur/1.h:2,S");
}

TEST_F(Maildir, StaleTemporaryFiles) {
    put("tmp/old", "x");
    w_.clock.advance(Seconds{kStaleAfter + 10});
    put("tmp/young", "x");
    EXPECT_EQ(findings(), "stale-temporary:tmp/old");
}

TEST_F(Maildir, SizeFile) {
    put("cur/1.h:2,S", kMail);
    put("maildirsize", "1000S,10C\n24 1\n");
    EXPECT_EQ(findings(), "maildirsize-wrong:maildirsize");
    EXPECT_EQ(details_, "it says 24 bytes in 1 files, there are 25 bytes in 1 files");
    for (const std::string& torn : {std::string("1000S"), std::string("1000S\n25 1"), std::string(6000, '1')}) {
        put("maildirsize", torn);
        EXPECT_EQ(findings(), "maildirsize-malformed:maildirsize");
    }
    w_.fake.remove("/home/joe/Maildir/maildirsize");
    w_.fake.put_symlink("/home/joe/Maildir/maildirsize", "/etc/shadow");
    EXPECT_EQ(findings(), "foreign-file:maildirsize");
}

TEST_F(Maildir, NobodyKnowsTheSizeWithFoldersInFolders) {
    put("maildirsize", "1000S,10C\n24 1\n");
    put_directory("/home/joe/Maildir/.Sent/new");
    put_directory("/home/joe/Maildir/.Sent/cur");
    put_directory("/home/joe/Maildir/.Sent/tmp");
    EXPECT_EQ(findings(), "maildirsize-wrong:maildirsize");
    put_directory("/home/joe/Maildir/.Sent/.Inner");
    EXPECT_EQ(findings(), "");
}

TEST_F(Maildir, MissingDirectoryAndFileInItsPlace) {
    w_.fake.remove("/home/joe/Maildir/tmp");
    EXPECT_EQ(findings(), "missing-directory:tmp");
    put("tmp", "x");
    EXPECT_EQ(findings(), "foreign-file:tmp");
}

TEST_F(Maildir, RootDoesNotEnterAUsersDirectory) {
    w_.fake.remove("/home/joe/Maildir/cur");
    w_.fake.put_directory("/home/joe/Maildir/cur", 0700, 1000, 1000);
    EXPECT_EQ(findings(), "not-looked-at:cur");
}

TEST(MaildirExaminer, FaultsBecomeFindingsOrErrors) {
    for_every_fault({EIO, EACCES}, [](World& w) {
        w.fake.put_directory("/M/cur", 0700);
        w.fake.put_directory("/M/new", 0700);
        w.fake.put_directory("/M/tmp", 0700);
        w.fake.put_file("/M/cur/1", kMail, 0600);
        w.fake.put_file("/M/maildirsize", "0S,0C\n25 1\n", 0600);
        const auto before = w.fake.snapshot();
        const auto patient = find_patient(w.os, "/M", {});
        const auto report = patient ? examine(w.os, w.clock, *patient) : Unexpected(patient.error());
        EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
        EXPECT_EQ(w.fake.open_descriptors(), patient ? 1u : 0u);  // the place
        if (report) {
            for (const Finding& finding : report->findings)
                EXPECT_TRUE(finding.note || finding.fault == MailboxFault::not_looked_at) << findings_text(*report);
        }
    });
}

}  // namespace
}  // namespace postern
