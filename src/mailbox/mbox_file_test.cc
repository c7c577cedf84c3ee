// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbox_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

constexpr char kBox[] = "/var/mail/joe";
const std::string kOld = "From a Sun Nov 22 03:00:00 2026\n\nold\n\n";

MboxSettings with(const std::function<void(MboxSettings&)>& change) {
    MboxSettings settings = mbox_settings(kBox);
    change(settings);
    return settings;
}

struct Case {
    const char* name;
    std::function<void(World&)> set_up;
    std::function<void(MboxSettings&)> change;
    int want_code;  // 0: delivered
    std::string want_message;
    bool want_freeze = false, want_fail = false;
};

void nothing(MboxSettings& /*settings*/) {}

std::function<void(World&)> file(mode_t mode, uid_t uid = kUser, gid_t gid = kMail) {
    return [=](World& w) { w.fake.put_file(kBox, kOld, mode, uid, gid); };
}

std::vector<Case> cases() {
    const auto two_names = [](World& w) {
        file(0600)(w);
        w.fake.put_link(kBox, "/var/mail/other");
    };
    const auto link_to = [](uid_t link_owner, uid_t target_owner) {
        return [=](World& w) {
            w.fake.put_file("/home/joe/box", kOld, 0600, target_owner, kMail);
            w.fake.put_symlink(kBox, "/home/joe/box", link_owner, kMail);
        };
    };
    const auto fifo = [](bool reader) { return [=](World& w) { w.fake.put_fifo(kBox, reader, 0600, kUser, kMail); }; };
    const auto own_mode = [](mode_t mode) {
        return [=](MboxSettings& s) {
            s.own_mode = true;
            s.common.mode = mode;
        };
    };
    return {
        {"new", [](World&) {}, nothing, 0, ""},
        {"existing", file(0600), nothing, 0, ""},
        {"must exist", [](World&) {}, [](auto& s) { s.file_must_exist = true; }, ENOENT,
         "mailbox /var/mail/joe does not exist, but file_must_exist is set"},
        {"wrong owner", file(0666, 1001), nothing, -6, "mailbox /var/mail/joe has wrong uid (1001 != 1000)"},
        {"wrong owner allowed", file(0666, 1001),
         [](auto& s) {
             s.check_owner = false;
             s.common.mode = 0666;
         },
         0, ""},
        {"wrong group", file(0600, kUser, 9), [](auto& s) { s.check_group = true; }, -6,
         "mailbox /var/mail/joe has wrong gid (9 != 8)"},
        {"wrong group not checked", file(0600, kUser, 9), nothing, 0, ""},
        {"two names", two_names, nothing, -4, "mailbox /var/mail/joe has too many links (2)"},
        {"directory", [](World& w) { w.fake.put_directory(kBox, 0700, kUser, kMail); }, nothing, -4,
         "mailbox /var/mail/joe has too many links (2)"},
        {"symlink", link_to(kUser, kUser), nothing, -4, "mailbox /var/mail/joe is not a regular file"},
        {"symlink allowed", link_to(kUser, kUser), [](auto& s) { s.allow_symlink = true; }, 0, ""},
        {"symlink of somebody else", link_to(0, kUser), [](auto& s) { s.allow_symlink = true; }, -6,
         "mailbox /var/mail/joe (symlink) has wrong uid (0 != 1000)"},
        {"symlink to somebody else's", link_to(kUser, 1001), [](auto& s) { s.allow_symlink = true; }, -6,
         "mailbox /var/mail/joe has wrong uid (1001 != 1000)"},
        {"dangling symlink allowed", [](World& w) { w.fake.put_symlink(kBox, "/home/joe/box", kUser, kMail); },
         [](auto& s) { s.allow_symlink = true; }, 0, ""},
        {"fifo", fifo(true), nothing, -4, "mailbox /var/mail/joe is not a regular file"},
        {"fifo allowed", fifo(true), [](auto& s) { s.allow_fifo = true; }, 0, ""},
        {"fifo without a reader", fifo(false), [](auto& s) { s.allow_fifo = true; }, ENXIO,
         "while opening named pipe /var/mail/joe (could mean no process is reading it)"},
        {"wider mode is narrowed", file(0666), nothing, 0, ""},
        {"narrower mode", file(0400), nothing, -7, "mailbox /var/mail/joe has the wrong mode 400 (600 expected)"},
        {"other mode", file(0606), [](auto& s) { s.common.mode = 0660; }, -7,
         "mailbox /var/mail/joe has the wrong mode 606 (660 expected)"},
        {"narrower mode accepted", file(0600),
         [](auto& s) {
             s.common.mode = 0660;
             s.mode_fail_narrower = false;
         },
         0, ""},
        {"the address's own mode is enforced", file(0600), own_mode(0640), 0, ""},
        {"own mode on a file closed to us", file(0000), own_mode(0600), 0, ""},
        {"read-only file", file(0400), [](auto& s) { s.common.mode = 0400; }, EACCES,
         "while opening mailbox /var/mail/joe"},
        {"no tries", file(0600), [](auto& s) { s.locks.retries = -1; }, -9,
         "failed to lock mailbox /var/mail/joe (lock file)"},
        {"no tries, no dot-lock", file(0600),
         [](auto& s) {
             s.locks.retries = -1;
             s.locks.dot_lock = false;
         },
         -3, "mailbox /var/mail/joe: existence unclear", true},
        {"directory closed", [](World& w) { w.fake.put_directory("/var/mail", 0755, 0, kMail); }, nothing, EACCES,
         "creating lock file hitching post /var/mail/joe.lock.mail.example.net.6b0266f2.00001267 (euid=1000 egid=8)"},
        {"directory closed, no dot-lock", [](World& w) { w.fake.put_directory("/var/mail", 0755, 0, kMail); },
         [](auto& s) { s.locks.dot_lock = false; }, EACCES, "while creating mailbox /var/mail/joe"},
        {"directory closed, from a redirect", [](World& w) { w.fake.put_directory("/var/mail", 0755, 0, kMail); },
         [](auto& s) {
             s.locks.dot_lock = false;
             s.from_redirect = true;
         },
         EACCES, "while creating mailbox /var/mail/joe", false, true},
        {"directory not searchable", [](World& w) { w.fake.put_directory("/var/mail", 0700, 0, kMail); },
         [](auto& s) { s.locks.dot_lock = false; }, EACCES, "attempting to stat mailbox /var/mail/joe"},
        {"directory missing", [](World& w) { w.fake.remove("/var/mail"); }, [](auto& s) { s.locks.dot_lock = false; },
         ENOENT, "while creating mailbox /var/mail/joe"},
    };
}

TEST(MboxFile, ChecksAndTheirWords) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(c.name);
        World w;
        put_home(w);
        w.fake.run_as_root();
        c.set_up(w);
        w.fake.run_as(kUser, kMail);
        const auto before = w.fake.snapshot();
        const Verdict failure = put_message(w, mbox(with(c.change)));
        EXPECT_EQ(failure ? failure->code : 0, c.want_code);
        EXPECT_EQ(failure ? failure->message : "", c.want_message);
        EXPECT_EQ(failure && failure->freeze, c.want_freeze);
        EXPECT_EQ(failure && failure->kind == MailboxFailure::Kind::fail, c.want_fail);
        if (failure) {
            EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
        } else {
            EXPECT_TRUE(w.fake.content(kBox).ends_with(kMessage) ||
                        w.fake.content("/home/joe/box").ends_with(kMessage));
        }
        EXPECT_EQ(w.fake.open_descriptors(), 0u);
        EXPECT_FALSE(w.fake.exists("/var/mail/joe.lock"));
    }
}

TEST(MboxFile, NewFileHasOwnerAndModeWhateverTheUmask) {
    World w;
    put_home(w);
    (void)w.fake.umask(077);
    ASSERT_FALSE(put_message(w, mbox(with([](auto& s) { s.common.mode = 0660; }))));
    const FileStat made = w.fake.stat_of(kBox);
    EXPECT_EQ(made.permissions, 0660u);
    EXPECT_EQ(made.uid, kUser);
    EXPECT_EQ(made.gid, kMail);
    EXPECT_EQ(w.fake.content(kBox), kMessage);
    EXPECT_EQ(w.fake.names_in("/var/mail"), std::vector<std::string>{"joe"});
}

TEST(MboxFile, AppendKeepsAtimeAndSetsMtimeInWholeSeconds) {
    World w;
    put_home(w);
    w.fake.put_file(kBox, kOld, 0600, kUser, kMail);
    w.fake.set_file_times(kBox, {1000, 500000}, {2000, 500000});
    ASSERT_FALSE(put_message(w, mbox(kBox)));
    const FileStat box = w.fake.stat_of(kBox);
    EXPECT_EQ(w.fake.content(kBox), kOld + kMessage);
    EXPECT_EQ(box.atime.tv_sec, 1000);
    EXPECT_EQ(box.atime.tv_nsec, 0);
    EXPECT_EQ(box.mtime.tv_sec, FakeClock::kStart.seconds);
    EXPECT_EQ(box.mtime.tv_nsec, 0);
}

// D-mbox-times: what a failed delivery puts back, it puts back to the nanosecond (W14).
TEST(MboxFile, FullDiskCutsBackAndRestoresTimes) {
    World w;
    put_home(w);
    w.fake.put_file(kBox, kOld, 0600, kUser, kMail);
    w.fake.set_file_times(kBox, {1000, 500000}, {2000, 500000});
    w.fake.set_free_space(10);
    const Verdict failure = put_message(w, mbox(kBox));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, ENOSPC);
    const FileStat box = w.fake.stat_of(kBox);
    EXPECT_EQ(w.fake.content(kBox), kOld);
    EXPECT_EQ(box.mtime.tv_sec, 2000);
    EXPECT_EQ(box.mtime.tv_nsec, 500000000);
    EXPECT_EQ(box.atime.tv_nsec, 500000000);
}

// D-mbox-torn (W18): the next message never becomes part of a torn one's last line.
TEST(MboxFile, TornMailboxIsRepaired) {
    World w;
    put_home(w);
    w.fake.put_file(kBox, kOld + "From b Sun Nov", 0600, kUser, kMail);
    ASSERT_FALSE(put_message(w, mbox(kBox)));
    EXPECT_EQ(w.fake.content(kBox), kOld + "From b Sun Nov\n" + kMessage);

    w.fake.put_file(kBox, "not ours", 0666, 1001, kMail);
    w.fake.set_file_times(kBox, {1000, 0}, {2000, 0});
    ASSERT_FALSE(put_message(w, mbox(with([](auto& s) {
                                 s.check_owner = false;
                                 s.common.mode = 0666;
                             }))));
    EXPECT_EQ(w.fake.content(kBox), "not ours" + kMessage);
    EXPECT_EQ(w.fake.stat_of(kBox).atime.tv_sec, 1000);  // a look would have shown

    w.fake.put_file(kBox, "no newline", 0600, kUser, kMail);
    ASSERT_FALSE(put_message(w, mbox(with([](auto& s) { s.repair_torn = MboxSettings::Repair::none; }))));
    EXPECT_EQ(w.fake.content(kBox), "no newline" + kMessage);
}

// D-close-after-sync: Exim defers, and the message is there twice after the retry.
TEST(MboxFile, CloseThatFailsAfterTheSyncIsNoFailure) {
    World w;
    put_home(w);
    w.fake.put_file(kBox, kOld, 0600, kUser, kMail);
    w.os.fail_only({Call::close});
    w.os.fail_at(1, EIO, true);
    EXPECT_FALSE(put_message(w, mbox(kBox)));
    EXPECT_EQ(w.fake.content(kBox), kOld + kMessage);
    const Verdict unsynced = put_message(w, mbox(with([](auto& s) { s.common.sync = false; })));
    ASSERT_TRUE(unsynced);
    EXPECT_EQ(unsynced->message, "while closing /var/mail/joe");
}

// What other processes do between two calls of the delivery.
class Meanwhile : public FaultOs {
public:
    using FaultOs::FaultOs;
    Result<FileStat> stat(const AtPath& where, Follow follow) override {
        auto found = FaultOs::stat(where, follow);
        run(after_stat);
        return found;
    }
    Result<FileStat> stat(int fd) override { return FaultOs::stat(fd); }
    Status lock(int fd, LockKind kind, LockRange range, Seconds wait) override {
        run(before_lock);
        return FaultOs::lock(fd, kind, range, wait);
    }
    std::function<void()> after_stat, before_lock;

private:
    static void run(std::function<void()>& once) {
        if (auto what = std::exchange(once, nullptr)) what();
    }
};

struct Race : testing::Test {
    Race() {
        put_home(w);
        w.fake.put_file(kBox, kOld, 0600, kUser, kMail);
    }
    Verdict deliver() {
        Place place = find_place(os, "/var/mail", "joe", {});
        auto box = MboxFile::open(os, w.clock, std::move(place), mbox_settings(kBox));
        if (!box) return box.error();
        EXPECT_TRUE(write_all(os, (*box)->fd(), kMessage));
        EXPECT_TRUE((*box)->finish_data());
        TestNaming naming;
        auto done = (*box)->commit(naming);
        return done ? Verdict{} : Verdict{done.error()};
    }
    World w;
    Meanwhile os{w.fake};
};

// D-mbox-lock-replaced (W1): Exim writes into the file that the reader has just unlinked, and the message is lost.
TEST_F(Race, MailboxReplacedWhileWeWaitForTheLock) {
    os.before_lock = [&] {
        w.fake.remove(kBox);
        w.fake.put_file(kBox, "From rewritten\n\n", 0600, kUser, kMail);
    };
    EXPECT_FALSE(deliver());
    EXPECT_EQ(w.fake.content(kBox), "From rewritten\n\n" + kMessage);
}

TEST_F(Race, MailboxRemovedWhileWeWaitForTheLock) {
    os.before_lock = [&] { w.fake.remove(kBox); };
    EXPECT_FALSE(deliver());
    EXPECT_EQ(w.fake.content(kBox), kMessage);
}

TEST_F(Race, AnotherFileAfterTheChecksFreezes) {
    os.after_stat = [&] {
        w.fake.put_file("/var/mail/new", kOld, 0600, kUser, kMail);
        w.fake.remove(kBox);
        w.fake.put_link("/var/mail/new", kBox);
        w.fake.remove("/var/mail/new");
    };
    const Verdict failure = deliver();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, -8);
    EXPECT_TRUE(failure->freeze);
    EXPECT_EQ(w.fake.content(kBox), kOld);
}

TEST_F(Race, LinkAfterTheChecksIsNotFollowed) {
    w.fake.put_file("/home/joe/secret", "", 0600, kUser, kMail);
    os.after_stat = [&] {
        w.fake.remove(kBox);
        w.fake.put_symlink(kBox, "/home/joe/secret", kUser, kMail);
    };
    const Verdict failure = deliver();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, ELOOP);
    EXPECT_EQ(w.fake.content("/home/joe/secret"), "");
}

// D-mbox-lock-replaced (W14): a second name that appears after the check.
TEST_F(Race, SecondNameAfterTheChecksFreezes) {
    os.after_stat = [&] { w.fake.put_link(kBox, "/home/joe/other"); };
    const Verdict failure = deliver();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->message, "mailbox /var/mail/joe has too many links (2)");
    EXPECT_TRUE(failure->freeze);
}

}  // namespace
}  // namespace postern
