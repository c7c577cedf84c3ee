// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "mailbox/mailbox.h"
#include "support/appendfile_delivery.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Frame = DriverDescription::InitError::Frame;
using namespace appendfile_test;

// --- reading the configuration ---

struct InitCase {
    const char* name;
    Change change;
    std::string want;
    Frame want_frame = Frame::for_instance;
};

TEST(AppendfileInit, Errors) {
    const InitCase kCases[] = {
        {"file and directory", both(mbox(), maildir()), "only one of \"file\" or \"directory\" can be specified"},
        {"filecount with file", both(mbox(), [](O& o) { o.quota_filecount = text(""); }),
         "quota_filecount must not be set without \"directory\""},
        {"no locks",
         both(maildir(),
              [](O& o) {
                  o.use_lockfile = o.use_fcntl_lock = {false, true};
              }),
         "no locking configured"},
        {"maildir and mailstore", both(maildir(), [](O& o) { o.mailstore_format = true; }),
         "only one of maildir and mailstore may be specified"},
        {"filecount without quota", both(maildir(), [](O& o) { o.quota_filecount = text("3"); }),
         "quota must be set if quota_filecount is set"},
        {"create_file", both(mbox(), [](O& o) { o.create_file.value = "home"; }),
         "invalid value given for \"create_file\" for the t1 transport: 'home'", Frame::general},
    };
    for (const InitCase& c : kCases) {
        SCOPED_TRACE(c.name);
        DeliveryWorld world;
        const auto error = world.use<O>(appendfile(), c.change);
        EXPECT_EQ(error.text, c.want);
        EXPECT_EQ(error.frame, c.want_frame);
    }
    DeliveryWorld world;
    world.instance->options.user.uid = 1000;
    EXPECT_EQ(world.use<O>(appendfile(), mbox()).text, "user set without group for the t1 transport");
    world.instance->options.group.gid = 8;
}

TEST(AppendfileInit, Defaults) {
    const Delivery file(mbox());
    EXPECT_EQ(file.options().check_string.value, "From ");
    EXPECT_EQ(file.options().escape_string.value, ">From ");
    EXPECT_EQ(file.options().message_suffix.source, "\n");
    EXPECT_TRUE(file.options().message_prefix.set);

    const Delivery emptied(both(mbox(), [](O& o) {
        o.message_prefix = text("");
        o.check_string = {"", true};
        o.lock_retries.value = 0;
    }));
    EXPECT_EQ(emptied.options().message_prefix.source, "");
    EXPECT_EQ(emptied.options().check_string.value, "");
    EXPECT_EQ(emptied.options().lock_retries.value, 1);

    EXPECT_FALSE(Delivery(maildir()).options().message_prefix.set);
    const Delivery batch(both(mbox(), [](O& o) {
        o.use_bsmtp = true;
        o.check_string = {"x", true};
    }));
    EXPECT_EQ(batch.options().check_string.value, ".");
    EXPECT_FALSE(batch.options().message_prefix.set);

    const Delivery flock(both(mbox(), [](O& o) {
        o.use_flock_lock = {true, true};
        o.lock_fcntl_timeout.seconds = 9;
    }));
    EXPECT_FALSE(flock.options().use_fcntl_lock.value);
    EXPECT_EQ(flock.options().lock_fcntl_timeout.seconds, 0);
}

// --- deliveries ---

TEST(Appendfile, Mbox) {
    Delivery d(mbox());
    d.set_body("From x\nbody\n");
    const AddressReport report = d.run();
    EXPECT_EQ(report.outcome.verdict, Verdict::ok);
    EXPECT_EQ(d.fake.content("/var/mail/joe"), kFromLine + kHeaders + ">From x\nbody\n\n");
    EXPECT_EQ(report.bytes_written, static_cast<std::int64_t>(d.fake.content("/var/mail/joe").size()));
    EXPECT_EQ(report.local_part, std::nullopt);
    d.message.sender.clear();
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    EXPECT_THAT(d.fake.content("/var/mail/joe"), HasSubstr("\n\nFrom MAILER-DAEMON Sun"));
}

TEST(Appendfile, SmallAppendIsOneWriteAndOneSync) {
    Delivery d(mbox());
    d.fake.put_file("/var/mail/joe", kMboxMessage, 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    class Counting : public FaultOs {
    public:
        using FaultOs::FaultOs;
        Result<std::size_t> write(int fd, std::string_view bytes) override {
            return ++writes, FaultOs::write(fd, bytes);
        }
        Status fsync(int fd) override { return ++syncs, FaultOs::fsync(fd); }
        int writes = 0, syncs = 0;
    } os(d.fake);
    DeliveryContext like = d.context();
    DeliveryContext context{like.configuration, like.instance,    os,         like.clock,           like.processes,
                            like.expander,      like.message,     like.scope, like.batch,           like.duplicates,
                            like.identity,      like.return_path, like.body,  like.primary_hostname};
    EXPECT_EQ(d.transport->deliver(context).addresses.front().outcome.verdict, Verdict::ok);
    EXPECT_EQ(os.writes, 1);
    EXPECT_EQ(os.syncs, 1);
    EXPECT_EQ(d.fake.content("/var/mail/joe"), kMboxMessage + kMboxMessage);
}

TEST(Appendfile, RepairOfATornMailboxIsNotCounted) {
    Delivery d(mbox());
    d.fake.put_file("/var/mail/joe", "torn", 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    EXPECT_EQ(d.run().bytes_written, static_cast<std::int64_t>(kMboxMessage.size()));
    EXPECT_EQ(d.fake.content("/var/mail/joe"), "torn\n" + kMboxMessage);
}

TEST(Appendfile, MaildirWithExactSizeInTheTag) {
    Delivery d(both(maildir(), [](O& o) { o.maildir_tag = text("S=$message_size / $message_linecount"); }));
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    const std::string name = "1795319538.M123456P4711.host.test.ex:S=" + std::to_string(kHeaders.size() + 5) + "6";
    EXPECT_THAT(d.fake.names_in("/home/joe/Maildir/new"), ElementsAre(name));
    EXPECT_EQ(d.fake.content("/home/joe/Maildir/new/" + name), kHeaders + "body\n");
}

TEST(Appendfile, PlainDirectory) {
    Delivery d([](O& o) { o.directory = text("/home/joe/in"); });
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    ASSERT_EQ(d.fake.names_in("/home/joe/in").size(), 1u);
    const std::string name = d.fake.names_in("/home/joe/in").front();
    EXPECT_EQ(name, "q1xUyck-" + std::to_string(d.fake.stat_of("/home/joe/in/" + name).inode));
    EXPECT_EQ(d.fake.content("/home/joe/in/" + name), kHeaders + "body\n");
}

TEST(Appendfile, BatchSmtp) {
    Delivery d(both(mbox("/home/joe/batch"), [](O& o) {
        o.use_bsmtp = true;
        o.message_prefix = text("#\n");
    }));
    AddressItem& second = d.add_address("pre-Ann-post@test.ex");
    second.prefix = "pre-";
    second.suffix = "-post";
    d.set_body(".dot\n");
    const AddressReport report = d.run();
    const std::string want =
        "MAIL FROM:<ann@test.ex>\nRCPT TO:<joe@test.ex>\nRCPT TO:<Ann@test.ex>\nDATA\n" + kHeaders + "..dot\n.\n";
    EXPECT_EQ(d.fake.content("/home/joe/batch"), "#\n" + want);
    EXPECT_EQ(report.bytes_written, static_cast<std::int64_t>(want.size()));
}

TEST(Appendfile, FileAddresses) {
    Delivery d([](O&) {});
    AddressItem& item = d.redirect_to("/home/joe/saved", AddressKind::file, false);
    item.file_mode = 0640;
    EXPECT_EQ(d.run().local_part, "/home/joe/saved");
    EXPECT_EQ(d.fake.stat_of("/home/joe/saved").permissions, 0640u);
    EXPECT_EQ(d.fake.content("/home/joe/saved"), kMboxMessage);

    d.redirect_to("/home/joe/many/", AddressKind::file, false);
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    ASSERT_EQ(d.fake.names_in("/home/joe/many").size(), 1u);
    // Exim gives such a transport the defaults of a file, also when it makes a directory of it.
    EXPECT_EQ(d.fake.content("/home/joe/many/" + d.fake.names_in("/home/joe/many").front()), kMboxMessage);
}

// --- what is refused ---

struct RefusedCase {
    const char* name;
    std::function<void(Delivery&)> set_up;
    Change change;
    Verdict want_verdict;
    int want_code;
    std::string want_message;
};

TEST(Appendfile, RefusedTargets) {
    const auto nothing = [](Delivery&) {};
    const auto below = [](const std::string& file) {
        return both(mbox(file), [](O& o) { o.create_file.value = "belowhome"; });
    };
    const RefusedCase kCases[] = {
        {"no target", nothing, [](O&) {}, Verdict::panic, -1,
         "Mandatory file or directory option missing from t1 transport"},
        {"maildir with file", nothing, both(mbox(), [](O& o) { o.maildir_format = true; }), Verdict::panic, -1,
         "maildir_format requires \"directory\" to be specified for the t1 transport"},
        {"expansion", nothing, mbox("${nosuch:x}"), Verdict::panic, -1,
         "Expansion of \"${nosuch:x}\" (file or directory name for t1 transport) failed: unknown expansion operator "
         "\"nosuch\""},
        {"relative", nothing, mbox("box"), Verdict::defer, -21,
         "appendfile: file or directory name \"box\" is not absolute"},
        {"tainted", nothing, mbox("/var/mail/$local_part"), Verdict::panic, -1,
         "Tainted '/var/mail/joe' (file or directory name for t1 transport) not permitted"},
        {"tainted outside of home", nothing, below("/var/mail/$local_part"), Verdict::panic, -1,
         "Tainted '/var/mail/joe' (file or directory name for t1 transport) not permitted"},
        // D-create-below: Exim takes the name as checked.
        {"tainted, no home", [](Delivery& d) { d.identity.home.clear(); }, below("/home/joe/$local_part"),
         Verdict::panic, -1, "Tainted '/home/joe/joe' (file or directory name for t1 transport) not permitted"},
        {"file outside of home", nothing, below("/var/mail/box"), Verdict::defer, -34,
         "mailbox /var/mail/box does not exist, but creation outside the home directory is not permitted"},
        {"directory outside of home", nothing,
         both(maildir("/var/mail/md"), [](O& o) { o.create_file.value = "inhome"; }), Verdict::defer, -34,
         "tried to create file in /var/mail/md, but file creation outside the home directory is not permitted"},
        {"link out of home", [](Delivery& d) { d.fake.put_symlink("/home/joe/out", "/var/mail"); },
         below("/home/joe/out/box"), Verdict::defer, -34,
         "mailbox /home/joe/out/box does not exist, but creation outside the home directory is not permitted"},
        {"wrong user", [](Delivery& d) { d.identity.uid = 1001; }, mbox(), Verdict::panic, -1,
         "appendfile: the delivery process has uid 1000, not 1001"},
        {"directories", nothing, mbox("/closed/a/box"), Verdict::defer, EACCES,
         "failed to create directories for /closed/a/box: Permission denied"},
        {"prefix", nothing, both(mbox(), [](O& o) { o.message_prefix = text("${nosuch:x}"); }), Verdict::defer, -27,
         "Expansion of \"${nosuch:x}\" (prefix for t1 transport) failed"},
        {"headers",
         [](Delivery& d) {
             d.instance->options.headers_add = {"${nosuch:x}", true};
         },
         mbox(), Verdict::panic, -25,
         "failed to expand headers_add or headers_remove while writing to /var/mail/joe: unknown expansion operator "
         "\"nosuch\""},
        {"maildir_tag", nothing, both(maildir(), [](O& o) { o.maildir_tag = text("${nosuch:x}"); }), Verdict::panic, -1,
         "Expansion of \"${nosuch:x}\" (maildir_tag for t1 transport) failed: unknown expansion operator \"nosuch\""},
        {"directory_file", nothing,
         [](O& o) {
             o.directory = text("/home/joe/in");
             o.directory_file = text("${nosuch:x}");
         },
         Verdict::panic, 0,
         "Expansion of \"${nosuch:x}\" (directory_file for t1 transport) failed: unknown expansion operator "
         "\"nosuch\""},
        // D-plain-taint
        {"directory_file with a tainted slash", nothing,
         [](O& o) {
             o.directory = text("/home/joe/in");
             o.directory_file = text("../$local_part");
         },
         Verdict::panic, 0, "Tainted '../joe' (directory_file for t1 transport) not permitted"},
        {"folder regex", nothing,
         both(maildir(),
              [](O& o) {
                  o.maildirfolder_create_regex = {"(", true};
              }),
         Verdict::defer, -1,
         "appendfile: regular expression error: missing closing parenthesis at offset 1 while compiling ("},
        {"lock", [](Delivery& d) { d.fake.put_file("/var/mail/joe.lock", ""); }, mbox(), Verdict::defer, -9,
         "failed to lock mailbox /var/mail/joe (lock file)"},
    };
    for (const RefusedCase& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(c.change);
        d.fake.put_directory("/closed", 0755);
        c.set_up(d);
        const AddressReport report = d.run();
        EXPECT_EQ(report.outcome.verdict, c.want_verdict);
        EXPECT_EQ(report.outcome.code, c.want_code);
        EXPECT_EQ(report.outcome.message, c.want_message);
        for (const char* directory : {"/home/joe/in", "/home/joe/Maildir/tmp", "/home/joe/Maildir/new"})
            EXPECT_EQ(d.fake.names_in(directory).size(), 0u) << directory;
        EXPECT_EQ(d.fake.content("/var/mail/joe"), "");
    }
}

TEST(Appendfile, TaintedNameBelowHomeIsAccepted) {
    Delivery d(both(mbox("/home/joe/mail/$local_part"), [](O& o) { o.create_file.value = "belowhome"; }));
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    EXPECT_EQ(d.fake.content("/home/joe/mail/joe"), kMboxMessage);
}

TEST(Appendfile, ExistingFileOutsideOfHomeIsUsed) {
    Delivery d(both(mbox(), [](O& o) { o.create_file.value = "inhome"; }));
    d.fake.put_file("/var/mail/joe", "", 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
}

TEST(Appendfile, NothingToDo) {
    Delivery d(mbox("/dev/null"));
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    Delivery not_really(mbox());
    DeliveryContext context = not_really.context();
    context.dont_deliver = true;
    EXPECT_EQ(not_really.transport->deliver(context).addresses.front().outcome.verdict, Verdict::ok);
    EXPECT_FALSE(not_really.fake.exists("/var/mail/joe"));
}

TEST(Appendfile, FullMailboxes) {
    Delivery d(mbox());
    d.fake.put_file("/var/mail/joe", "old\n", 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    d.fake.set_file_times("/var/mail/joe", {FakeClock::kStart.seconds - 100, 0}, {1, 0});
    d.fake.set_quota(DeliveryWorld::kUser, 20);
    const Outcome over = d.run().outcome;
    EXPECT_EQ(over.code, EDQUOT);
    EXPECT_EQ(over.message, "mailbox is full");
    EXPECT_EQ(over.user_message, "mailbox is full");
    EXPECT_EQ(over.more, 100);
    EXPECT_EQ(d.fake.content("/var/mail/joe"), "old\n");

    Delivery disk(mbox());
    disk.fake.set_free_space(20);
    const Outcome full = disk.run().outcome;
    EXPECT_EQ(full.code, ENOSPC);
    EXPECT_EQ(full.message, "error while writing to /var/mail/joe");
    EXPECT_EQ(full.user_message, "");
    EXPECT_EQ(disk.fake.content("/var/mail/joe"), "");
}

// Every call of a whole delivery fails once: the message is there as a whole and reported so, or neither.
TEST(Appendfile, EveryFaultLeavesAWholeMessageOrNone) {
    const Change plain = [](O& o) { o.directory = text("/home/joe/in"); };
    for (const Change& change : {mbox(), maildir(), plain}) {
        for (const int code : {ENOSPC, EIO, EINTR, EDQUOT, ESTALE}) {
            bool hit = true;
            for (long n = 1; hit; ++n) {
                Delivery d(change);
                d.set_body(std::string(150000, 'x') + "\n");
                d.os.fail_at(n, code);
                const Outcome outcome = d.deliver().addresses.front().outcome;
                hit = d.os.hit();
                std::string found = d.fake.content("/var/mail/joe");
                for (const std::string directory : {"/home/joe/Maildir/new", "/home/joe/in"})
                    for (const std::string& name : d.fake.names_in(directory))
                        if (!name.starts_with("temp.")) found += d.fake.content(directory + "/" + name);
                ASSERT_EQ(outcome.verdict == Verdict::ok, found.size() > 150000)
                    << d.os.hit_at() << ": " << outcome.message;
                ASSERT_EQ(outcome.verdict == Verdict::ok, !found.empty()) << d.os.hit_at() << ": " << outcome.message;
            }
        }
    }
}

// --- explain ---

TEST(AppendfilePlan, ChangesNothingAndAgreesWithTheDelivery) {
    for (const Change& change :
         {mbox(), mbox("/home/joe/a/b/box"), maildir(), Change([](O& o) { o.directory = text("/home/joe/in"); })}) {
        Delivery d(change);
        DeliveryContext context = d.context();
        const auto before = d.fake.snapshot();
        const DeliveryPlan plan = d.transport->plan(context);
        EXPECT_TRUE(diff(before, d.fake.snapshot()).empty());
        EXPECT_FALSE(plan.refusal);
        EXPECT_FALSE(plan.target.empty());
        EXPECT_FALSE(plan.steps.empty());
        EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    }
}

TEST(AppendfilePlan, Mbox) {
    Delivery d(both(mbox(), [](O& o) { o.use_flock_lock = o.use_fcntl_lock = {true, true}; }));
    d.instance->options.envelope_to_add = true;
    d.instance->options.headers_remove = {"Subject", true};
    DeliveryContext context = d.context();
    const DeliveryPlan plan = d.transport->plan(context);
    EXPECT_EQ(plan.kind, "mbox");
    EXPECT_EQ(plan.target, "/var/mail/joe");
    EXPECT_THAT(plan.locks, ElementsAre("dot-lock /var/mail/joe.lock", "fcntl write lock", "flock exclusive lock"));
    EXPECT_THAT(plan.header_lines, ElementsAre("Envelope-to: joe@test.ex\n"));
    EXPECT_THAT(plan.removed_headers, ElementsAre("Subject"));
    EXPECT_THAT(plan.steps, testing::Contains("create the file with mode 0600"));
}

TEST(AppendfilePlan, RefusalsAreThoseOfTheDelivery) {
    const auto somebody_elses = [](Delivery& d) {
        d.fake.put_file("/var/mail/joe", "", 0600, 1001, DeliveryWorld::kGroup);
    };
    const auto narrow = [](Delivery& d) {
        d.fake.put_file("/var/mail/joe", "", 0400, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    };
    const auto nothing = [](Delivery&) {};
    const struct {
        Change change;
        std::function<void(Delivery&)> set_up;
    } kCases[] = {{mbox("relative"), nothing},
                  {mbox("/x/$local_part"), nothing},
                  {mbox(), somebody_elses},
                  {mbox(), narrow},
                  {both(mbox(), [](O& o) { o.file_must_exist = true; }), nothing}};
    for (const auto& c : kCases) {
        Delivery d(c.change);
        c.set_up(d);
        DeliveryContext context = d.context();
        const DeliveryPlan plan = d.transport->plan(context);
        ASSERT_TRUE(plan.refusal);
        EXPECT_EQ(*plan.refusal, d.run().outcome);
    }
}

// mailbox/ may not know driver/: the numbers are written down in both.
TEST(Appendfile, CodesOfTheMailboxesAreExims) {
    EXPECT_EQ(mailbox_code::kExistRace, code::kExistRace);
    EXPECT_EQ(mailbox_code::kNotRegular, code::kNotRegular);
    EXPECT_EQ(mailbox_code::kNotDirectory, code::kNotDirectory);
    EXPECT_EQ(mailbox_code::kBadUgid, code::kBadUgid);
    EXPECT_EQ(mailbox_code::kBadMode, code::kBadMode);
    EXPECT_EQ(mailbox_code::kInodeChanged, code::kInodeChanged);
    EXPECT_EQ(mailbox_code::kLockFailed, code::kLockFailed);
    EXPECT_EQ(mailbox_code::kNotAbsolute, code::kNotAbsolute);
    EXPECT_EQ(mailbox_code::kQuota, code::kQuota);
    EXPECT_EQ(mailbox_code::kBadCreate, code::kBadCreate);
}

}  // namespace
}  // namespace postern
