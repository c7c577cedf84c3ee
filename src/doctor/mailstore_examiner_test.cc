// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "doctor/examination.h"
#include "support/doctor_world.h"

namespace postern {
namespace {

const std::string kMail = "Message-Id: <1@x>\n\nhello\n", kEnvelope = "a@x\njoe@x\n";

class MailstoreDoctor : public testing::Test {
protected:
    void put(const std::string& name, const std::string& content) { w_.fake.put_file("/store/" + name, content, 0600); }
    std::string findings() {
        const auto before = w_.fake.snapshot();
        const auto patient = find_patient(w_.os, "/store", MailboxFormat::mailstore);
        if (!patient) return patient.error().to_string();
        const auto report = examine(w_.os, w_.clock, *patient);
        EXPECT_THAT(w_.fake.snapshot(), UnchangedSince(before));
        if (!report) return report.error().to_string();
        messages_ = report->messages;
        return findings_text(*report);
    }
    World w_;
    std::int64_t messages_ = 0;
};

TEST_F(MailstoreDoctor, InOrder) {
    put("1.env", kEnvelope);
    put("1.msg", kMail);
    EXPECT_EQ(findings(), "");
    EXPECT_EQ(messages_, 1);
}

TEST_F(MailstoreDoctor, HalfMessages) {
    put("1.env", kEnvelope);
    put("2.msg", kMail);
    put("3.tmp", kEnvelope);
    put("3.msg", kMail);
    EXPECT_EQ(findings(), "missing-message:1.env,(missing-envelope:2.msg),(missing-envelope:3.msg)");
    w_.clock.advance(Seconds{kStaleAfter + 10});
    EXPECT_EQ(findings(), "missing-message:1.env,missing-envelope:2.msg,stale-temporary:3.tmp,missing-envelope:3.msg");
}

TEST_F(MailstoreDoctor, DamagedAndForeign) {
    put("1.env", "");
    put("1.msg", "");
    put("2.env", "a@x\njo");
    put("2.msg", kMail);
    put("3.env", kEnvelope);
    put("3.msg", kMail);
    put("notes.txt", "x");
    put(".env", "x");
    w_.fake.put_symlink("/store/4.msg", "/etc/shadow");
    put("4.env", kEnvelope);
    EXPECT_EQ(findings(),
              "foreign-file:.env,foreign-file:notes.txt,empty-message:1.msg,torn-envelope:1.env,torn-envelope:2.env,"
              "duplicate-message:3.msg,foreign-file:4.msg");
}

}  // namespace
}  // namespace postern
