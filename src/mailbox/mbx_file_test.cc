// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbx_file.h"

#include <gtest/gtest.h>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

const TimePoint kNow{1795319702, 0};  // 22 Nov 2026 03:55:02 UTC

TEST(MbxFile, HeaderBlock) {
    const std::string header = mbx_file_header(kNow);
    ASSERT_EQ(header.size(), kMbxHeaderSize);
    std::string start = "*mbx*\r\n6b026796" + std::string(8, '0') + "\r\n";
    for (int i = 0; i < 30; ++i) start += "\r\n";
    EXPECT_EQ(header.substr(0, start.size()), start);
    EXPECT_EQ(header.find_first_not_of('\0', start.size()), std::string::npos);
    EXPECT_TRUE(is_mbx_header(header));
    EXPECT_FALSE(is_mbx_header("*mbx*\n"));
    EXPECT_FALSE(is_mbx_header("*mbx*"));
}

TEST(MbxFile, MessageLine) {
    const std::string line = mbx_message_line(kNow, 292, true);
    EXPECT_EQ(line, "22-Nov-2026 03:55:02 +0000,292;000000000000-00000000\r\n");
    const auto parsed = parse_mbx_message_line(line + "Subject: x\r\n");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, (MbxMessageLine{.message_size = 292, .length = line.size()}));
}

struct LineCase {
    const char* name;
    std::string text;
    std::optional<MbxMessageLine> want;
};

TEST(MbxFile, ReadsLines) {
    const LineCase kCases[] = {
        {"of a reader", " 1-Nov-2026 03:55:02 -0930,5;0000000a8001-0000002F\r\n",
         MbxMessageLine{5, 10, 0x8001, 0x2f, 52}},
        {"empty", "", {}},
        {"without end", "22-Nov-2026 03:55:02 +0000,292;000000000000-00000000", {}},
        {"LF only", "22-Nov-2026 03:55:02 +0000,292;000000000000-00000000\n", {}},
        {"no size", "22-Nov-2026 03:55:02 +0000,;000000000000-00000000\r\n", {}},
        {"negative size", "22-Nov-2026 03:55:02 +0000,-1;000000000000-00000000\r\n", {}},
        {"size that overflows", "22-Nov-2026 03:55:02 +0000,9999999999999999999;000000000000-00000000\r\n", {}},
        {"short flags", "22-Nov-2026 03:55:02 +0000,292;00000000000-00000000\r\n", {}},
        {"flags that are none", "22-Nov-2026 03:55:02 +0000,292;00000000000x-00000000\r\n", {}},
        {"sign in flags", "22-Nov-2026 03:55:02 +0000,292;+00000000000-00000000\r\n", {}},
        {"no date", "22/Nov/2026 03:55:02 +0000,292;000000000000-00000000\r\n", {}},
        {"binary date", std::string(26, '\0') + ",292;000000000000-00000000\r\n", {}},
        {"mbox", "From joe Sun Nov 22 03:52:18 2026\r\n", {}},
    };
    for (const LineCase& c : kCases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(parse_mbx_message_line(c.text), c.want);
    }
}

// --- locking ---

MboxSettings mbx_box() {
    MboxSettings settings = mbox_settings("/home/joe/box");
    settings.locks.dot_lock = false;
    settings.locks.mbx = true;
    settings.repair_torn = MboxSettings::Repair::none;
    return settings;
}

std::string lock_name(World& w) { return MbxLock::name_for(w.fake.stat_of("/home/joe/box")); }

TEST(MbxLock, IsHeldWhileWritingAndGoneAfterwards) {
    World w;
    put_home(w);
    w.fake.put_file("/home/joe/box", "", 0600, kUser, kMail);
    auto box = mbox(mbx_box())(w);
    ASSERT_TRUE(box) << box.error().message;
    EXPECT_EQ(w.fake.stat_of(lock_name(w)).permissions, 0600u);
    EXPECT_EQ(w.fake.locks_held(), 2u);
    ASSERT_TRUE(write_all(w.os, (*box)->fd(), kMessage));
    ASSERT_TRUE((*box)->finish_data());
    TestNaming naming;
    EXPECT_TRUE((*box)->commit(naming));
    EXPECT_FALSE(w.fake.exists(lock_name(w)));
    EXPECT_EQ(w.fake.locks_held(), 0u);
    EXPECT_EQ(w.fake.content("/home/joe/box"), kMessage);
}

TEST(MbxLock, IsGoneAfterAFailure) {  // D-mbx-lock-left
    World w;
    put_home(w);
    w.fake.put_file("/home/joe/box", "old", 0600, kUser, kMail);
    { auto box = mbox(mbx_box())(w); }
    EXPECT_FALSE(w.fake.exists(lock_name(w)));
    EXPECT_EQ(w.fake.content("/home/joe/box"), "old");
}

TEST(MbxLock, StaysWhileSomebodyElseUsesTheMailbox) {
    World w;
    put_home(w);
    w.fake.put_file("/home/joe/box", "", 0600, kUser, kMail);
    w.fake.hold_lock("/home/joe/box", LockKind::fcntl_read);
    EXPECT_FALSE(put_message(w, mbox(mbx_box())));
    EXPECT_TRUE(w.fake.exists(lock_name(w)));
}

struct LockCase {
    const char* name;
    std::function<void(World&, const std::string& lock)> set_up;
    std::string want_message;  // LOCK stands for the lock file; empty: delivered
};

TEST(MbxLock, DoubtsRefuseTheDelivery) {
    const std::string busy = "failed to lock mailbox /home/joe/box (fcntl/flock)";
    const LockCase kCases[] = {
        {"left behind", [](World& w, auto& lock) { w.fake.put_file(lock, "", 0600, kUser, kMail); }, ""},
        {"link", [](World& w, auto& lock) { w.fake.put_symlink(lock, "/etc/passwd"); },
         "symbolic link on MBX lock file LOCK"},
        {"dangling link", [](World& w, auto& lock) { w.fake.put_symlink(lock, "/home/joe/new"); },
         "symbolic link on MBX lock file LOCK"},
        {"two names",
         [](World& w, auto& lock) {
             w.fake.put_file("/home/joe/other", "", 0600, kUser, kMail);
             w.fake.put_link("/home/joe/other", lock);
         },
         "hard link to MBX lock file LOCK"},
        {"somebody else's", [](World& w, auto& lock) { w.fake.put_file(lock, "", 0400, 1001, kMail); },
         "failed to open MBX lock file LOCK :Permission denied"},
        {"FIFO", [](World& w, auto& lock) { w.fake.put_fifo(lock, true, 0600, kUser, kMail); },
         "RACE CONDITION detected: mismatch post-initial-checks between \"LOCK\" and opened fd lead us to abort!"},
        {"lock file locked",
         [](World& w, auto& lock) {
             w.fake.put_file(lock, "", 0600, kUser, kMail);
             w.fake.hold_lock(lock, LockKind::fcntl_write);
         },
         busy},
        {"mailbox locked", [](World& w, auto&) { w.fake.hold_lock("/home/joe/box", LockKind::fcntl_write); }, busy},
        {"mailbox in use", [](World& w, auto&) { w.fake.hold_lock("/home/joe/box", LockKind::fcntl_read); }, ""},
    };
    for (const LockCase& c : kCases) {
        SCOPED_TRACE(c.name);
        World w;
        put_home(w);
        w.fake.put_file("/home/joe/box", "old", 0600, kUser, kMail);
        const std::string lock = lock_name(w);
        c.set_up(w, lock);
        const Verdict failure = put_message(w, mbox(mbx_box()));
        std::string want = c.want_message;
        if (const std::size_t at = want.find("LOCK"); at != std::string::npos) want.replace(at, 4, lock);
        EXPECT_EQ(failure ? failure->message : "", want);
        EXPECT_EQ(failure ? failure->code : 0, want.empty() ? 0 : -9);
        EXPECT_EQ(w.fake.content("/home/joe/box"), want.empty() ? "old" + kMessage : "old");
        EXPECT_EQ(w.fake.locks_held(), 0u);
        EXPECT_EQ(w.fake.open_descriptors(), 0u);
    }
}

TEST(MbxLock, WaitsForAMailboxThatBecomesFree) {
    World w;
    put_home(w);
    w.fake.put_file("/home/joe/box", "", 0600, kUser, kMail);
    w.fake.hold_lock("/home/joe/box", LockKind::fcntl_write, {}, Seconds{5});
    EXPECT_FALSE(put_message(w, mbox(mbx_box())));
    EXPECT_EQ(w.fake.content("/home/joe/box"), kMessage);
}

// Between our open() and our lock its holder removed the lock file: whoever comes next makes a new one.
TEST(MbxLock, ARemovedLockFileIsNoLock) {
    World w;
    put_home(w);
    w.fake.put_file("/home/joe/box", "", 0600, kUser, kMail);
    const std::string lock = lock_name(w);
    class Removing final : public FaultOs {
    public:
        Removing(FakeOs& fake, std::string name) : FaultOs(fake), fake_(fake), name_(std::move(name)) {}
        Status chmod(int fd, mode_t mode) override {
            const Status done = FaultOs::chmod(fd, mode);
            if (removals++ == 0) fake_.remove(name_);
            return done;
        }
        int removals = 0;

    private:
        FakeOs& fake_;
        std::string name_;
    } os(w.fake, lock);
    MboxSettings settings = mbx_box();
    Place place = find_place(os, "/home/joe", "box", {});
    auto box = MboxFile::open(os, w.clock, std::move(place), settings);
    ASSERT_TRUE(box) << box.error().message;
    EXPECT_EQ(os.removals, 2);
    EXPECT_TRUE(w.fake.exists(lock));
}

}  // namespace
}  // namespace postern
