// SPDX-License-Identifier: Apache-2.0
// Every format at every call: a fault, a crash, a power cut. A message is whole or not there; what was reported OK is
// there (D-directory-sync, W5); doing it again after a crash makes at most one copy more, and with intent records none
// (D-intent-records).
#include <gtest/gtest.h>

#include <cerrno>

#include "mailbox/mbx_file.h"
#include "support/intent_file.h"
#include "support/mailbox_delivery.h"

namespace postern {
namespace {

const std::string kOld = "From a Sun Nov 22 03:00:00 2026\n\nold\n\n";

struct Subject {
    const char* name;
    Opening open;
    std::function<void(World&)> set_up;                        // after put_home()
    std::function<std::vector<std::string>(World&)> messages;  // what a reader would see, new ones only
    Lead lead = repair_only;
    std::string old = kOld;  // what the mailbox held before
};

// An mbox shows a torn message after a crash in the middle of a write; the next delivery ends its line (W18).
std::vector<std::string> in_box(World& w) {
    std::string text = w.fake.content("/var/mail/joe");
    if (text.starts_with(kOld)) text.erase(0, kOld.size());
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t next = text.find(kMessage);
        if (next == 0) {
            out.push_back(kMessage);
            text.erase(0, kMessage.size());
            continue;
        }
        std::string torn = text.substr(0, next);
        text.erase(0, next);
        out.push_back(torn);
        if (next != std::string::npos) {
            EXPECT_EQ(torn.back(), '\n');
            torn.pop_back();
        }
        EXPECT_TRUE(kMessage.starts_with(torn)) << torn;
    }
    return out;
}

std::function<std::vector<std::string>(World&)> files_in(const std::string& directory) {
    return [=](World& w) {
        std::vector<std::string> out;
        for (const std::string& name : w.fake.names_in(directory)) {
            if (!name.starts_with("temp.")) out.push_back(w.fake.content(directory + "/" + name));
        }
        return out;
    };
}

// An MBX mailbox in /var/mail, with its locks.
Opening mbx_box() {
    MboxSettings settings = mbox_settings("/var/mail/joe");
    settings.locks.dot_lock = false;
    settings.locks.mbx = true;
    settings.repair_torn = MboxSettings::Repair::mbx;
    return mbox(settings);
}

const TimePoint kThen{1795319702, 0};

// What the transport writes before the message.
std::string mbx_lead(Mailbox& box) {
    return (box.size_before() == 0 ? mbx_file_header(kThen) : "") +
           mbx_message_line(kThen, static_cast<std::int64_t>(kMessage.size()), true);
}

const std::string kOldMbx = mbx_file_header(kThen) + mbx_message_line(kThen, 5, true) + "old\r\n";

// A message that was torn by a crash has been completed with something, or ends the mailbox.
std::vector<std::string> in_mbx(World& w) {
    std::string text = w.fake.content("/var/mail/joe");
    if (text.starts_with(kOldMbx)) text.erase(kMbxHeaderSize, kOldMbx.size() - kMbxHeaderSize);
    std::vector<std::string> out;
    for (std::size_t at = kMbxHeaderSize; at < text.size();) {
        const auto line = parse_mbx_message_line(std::string_view(text).substr(at));
        if (!line) {
            out.push_back(text.substr(at));
            break;
        }
        at += line->length;
        out.push_back(text.substr(at, static_cast<std::size_t>(line->message_size)));
        at += static_cast<std::size_t>(line->message_size);
    }
    return out;
}

// A reader sees a message when its envelope is there; then both have to be whole.
std::vector<std::string> in_store(World& w) {
    std::vector<std::string> out;
    for (const std::string& name : w.fake.names_in("/home/joe/store")) {
        if (!name.ends_with(".env")) continue;
        EXPECT_EQ(w.fake.content("/home/joe/store/" + name), kEnvelope);
        out.push_back(w.fake.content("/home/joe/store/" + name.substr(0, name.size() - 4) + ".msg"));
    }
    return out;
}

Opening plain_with_new_names() { return plain("/home/joe/inbox"); }

std::vector<Subject> subjects() {
    const auto nothing = [](World&) {};
    MboxSettings flock = mbox_settings("/var/mail/joe");
    flock.locks.flock = true;
    return {
        {"new mbox", mbox("/var/mail/joe"), nothing, in_box},
        {"existing mbox", mbox(flock), [](World& w) { w.fake.put_file("/var/mail/joe", kOld, 0600, kUser, kMail); },
         in_box},
        {"new maildir", maildir("/home/joe/Maildir"), nothing, files_in("/home/joe/Maildir/new")},
        {"existing maildir", maildir("/home/joe/Maildir"),
         [](World& w) {
             for (const char* sub : {"", "/tmp", "/new", "/cur"})
                 w.fake.put_directory("/home/joe/Maildir" + std::string(sub), 0700, kUser, kMail);
         },
         files_in("/home/joe/Maildir/new")},
        {"new directory", plain_with_new_names(), nothing, files_in("/home/joe/inbox")},
        {"new mbx", mbx_box(), nothing, in_mbx, mbx_lead, ""},
        {"existing mbx", mbx_box(), [](World& w) { w.fake.put_file("/var/mail/joe", kOldMbx, 0600, kUser, kMail); },
         in_mbx, mbx_lead, kOldMbx},
        {"new mailstore", mailstore("/home/joe/store"), nothing, in_store},
        {"existing mailstore", mailstore("/home/joe/store"),
         [](World& w) { w.fake.put_directory("/home/joe/store", 0700, kUser, kMail); }, in_store},
    };
}

// A plain directory gets a new name each time, as with the time in directory_file.
Verdict deliver(World& w, const Subject& subject) {
    TestNaming naming;
    for (int i = 1; i < 9; ++i) naming.names.push_back("q" + std::to_string(i));
    return put_message(w, subject.open, naming, kMessage, {}, subject.lead);
}

Verdict deliver_once(World& w, const Subject& subject) {
    IntentFileLog intents(w.os, "/intents/i");
    w.intents = &intents;
    TestNaming naming;
    for (int i = 1; i < 9; ++i) naming.names.push_back("q" + std::to_string(i));
    Verdict verdict =
        put_message(w, subject.open, naming, kMessage, IntentFileLog(w.fake, "/intents/i").earlier(), subject.lead);
    w.intents = nullptr;
    return verdict;
}

void check_fault(World& w, const Subject& subject) {
    put_home(w);
    subject.set_up(w);
    const bool there_before = w.fake.exists("/var/mail/joe");
    const Verdict failure = deliver(w, subject);
    const auto found = subject.messages(w);
    if (!failure) {
        EXPECT_EQ(found, std::vector<std::string>{kMessage});
    } else {
        EXPECT_EQ(found, std::vector<std::string>{}) << failure->message;
    }
    EXPECT_TRUE(!there_before || w.fake.content("/var/mail/joe").starts_with(subject.old));
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
    EXPECT_EQ(w.fake.locks_held(), 0u);
}

TEST(Sweep, EveryFaultLeavesAWholeMessageOrNone) {
    for (const Subject& subject : subjects()) {
        SCOPED_TRACE(subject.name);
        if (testing::Test::HasFailure()) return;
        for_every_fault({ENOSPC, EDQUOT, EIO, EINTR, EACCES, ENOENT, EMFILE, ENOLCK, ESTALE},
                        [&](World& w) { check_fault(w, subject); });
    }
}

TEST(Sweep, ShortWritesMakeNoDifference) {
    for (const Subject& subject : subjects()) {
        SCOPED_TRACE(subject.name);
        if (testing::Test::HasFailure()) return;
        World w;
        w.os.limit_writes(3);
        check_fault(w, subject);
    }
}

TEST(Sweep, EveryCrashThenAgainMakesAtMostOneMore) {
    for (const Subject& subject : subjects()) {
        SCOPED_TRACE(subject.name);
        if (testing::Test::HasFailure()) return;
        bool promised = false;
        for_every_crash(
            [&](World& w) {
                put_home(w);
                subject.set_up(w);
            },
            [&](World& w) { promised = !deliver(w, subject); },
            [&](World& w) {
                const std::size_t after_crash = subject.messages(w).size();
                EXPECT_TRUE(!promised || subject.messages(w) == std::vector<std::string>{kMessage});
                w.clock.advance(std::chrono::hours(1));  // older than the dead process's dot-lock may get
                const Verdict failure = deliver(w, subject);
                EXPECT_FALSE(failure) << failure->message;
                const auto found = subject.messages(w);
                ASSERT_FALSE(found.empty());
                EXPECT_LE(found.size(), after_crash + 1);
                EXPECT_EQ(found.back(), kMessage);
            });
    }
}

void expect_one_copy(World& w, const Subject& subject) {
    EXPECT_EQ(subject.messages(w), std::vector<std::string>{kMessage});
    if (w.fake.exists("/var/mail/joe.lock")) w.fake.remove("/var/mail/joe.lock");
    for (const std::string& name : w.fake.names_in("/home/joe/inbox")) EXPECT_FALSE(name.starts_with("temp.")) << name;
}

// Whenever it is cut short, and however often: one copy, nothing torn, also in front of it.
TEST(Sweep, EveryCrashThenAgainMakesOne) {
    for (const Subject& subject : subjects()) {
        SCOPED_TRACE(subject.name);
        if (testing::Test::HasFailure()) return;
        for_every_crash(
            [&](World& w) {
                w.fake.put_directory("/intents", 0700, kUser, kMail);
                put_home(w);
                subject.set_up(w);
            },
            [&](World& w) { (void)deliver_once(w, subject); },
            [&](World& w) {
                w.clock.advance(std::chrono::hours(1));
                for (int run = 0; run < 2; ++run) {
                    const Verdict failure = deliver_once(w, subject);
                    EXPECT_FALSE(failure) << failure->message;
                    expect_one_copy(w, subject);
                }
            });
    }
}

TEST(Sweep, EveryFaultThenAgainMakesOne) {
    for (const Subject& subject : subjects()) {
        SCOPED_TRACE(subject.name);
        if (testing::Test::HasFailure()) return;
        for_every_fault({ENOSPC, EIO, EINTR, EACCES, EMFILE, ENOLCK}, [&](World& w) {
            w.fake.put_directory("/intents", 0700, kUser, kMail);
            put_home(w);
            subject.set_up(w);
            (void)deliver_once(w, subject);
            w.clock.advance(std::chrono::hours(1));
            (void)deliver_once(w, subject);  // the fault may hit the look for the first one
            w.clock.advance(std::chrono::hours(1));
            if (w.os.hit()) {
                const Verdict failure = deliver_once(w, subject);
                EXPECT_FALSE(failure) << failure->message;
            }
            expect_one_copy(w, subject);
        });
    }
}

// A crash, then another one in the run that should put it right.
TEST(Sweep, ACrashInTheRecoveryMakesOneToo) {
    for (const Subject& subject : subjects()) {
        SCOPED_TRACE(subject.name);
        if (testing::Test::HasFailure()) return;
        for (long first = 1;; ++first) {
            bool hit = false;
            for_every_crash(
                [&](World& w) {
                    w.fake.put_directory("/intents", 0700, kUser, kMail);
                    put_home(w);
                    subject.set_up(w);
                    w.os.crash_at(first, FaultOs::AtWrite::halfway);
                    const FakeOs::Process restarted = w.fake.save_process();
                    (void)deliver_once(w, subject);
                    hit = w.os.hit();
                    w.fake.leave_child(restarted);
                    w.clock.advance(std::chrono::hours(1));
                },
                [&](World& w) { (void)deliver_once(w, subject); },
                [&](World& w) {
                    w.clock.advance(std::chrono::hours(1));
                    const Verdict failure = deliver_once(w, subject);
                    EXPECT_FALSE(failure) << failure->message;
                    expect_one_copy(w, subject);
                });
            if (!hit || testing::Test::HasFailure()) break;
        }
    }
}

}  // namespace
}  // namespace postern
