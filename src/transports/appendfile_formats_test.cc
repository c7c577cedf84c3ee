// SPDX-License-Identifier: Apache-2.0
// appendfile: MBX, Mailstore, file_format, comsat.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "mailbox/mbx_file.h"
#include "support/appendfile_delivery.h"

namespace postern {
namespace {

using namespace appendfile_test;
using testing::ElementsAre;

constexpr char kBox[] = "/var/mail/joe";

std::string with_crlf(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, 1, '\r');
    return text;
}

const std::string kMbxMessage = with_crlf(kHeaders + "body\n");

std::string mbx_line() {
    return mbx_message_line(FakeClock::kStart, static_cast<std::int64_t>(kMbxMessage.size()), true);
}

Change mbx() {
    return both(mbox(), [](O& o) {
        o.mbx_format = true;
        o.message_prefix = o.message_suffix = text("");
        o.check_string = o.escape_string = {"", true};
    });
}

Change mailstore() {
    return [](O& o) {
        o.directory = text("/home/joe/store");
        o.mailstore_format = true;
    };
}

// --- MBX ---

TEST(AppendfileMbx, LocksUnlessTheOptionsSayOtherwise) {
    struct Case {
        const char* name;
        Change change;
        bool want_lockfile, want_fcntl, want_flock, want_mbx;
    };
    const Case kCases[] = {
        {"nothing said", [](O&) {}, false, true, false, true},
        {"mbx lock said",
         [](O& o) {
             o.use_mbx_lock = {true, true};
         },
         false, true, false, true},
        {"mbx lock and flock",
         [](O& o) {
             o.use_mbx_lock = o.use_flock_lock = {true, true};
         },
         false, false, true, true},
        {"mbx lock and lock file",
         [](O& o) {
             o.use_mbx_lock = o.use_lockfile = {true, true};
         },
         true, true, false, true},
        {"lock file only",
         [](O& o) {
             o.use_lockfile = {true, true};
         },
         true, true, false, false},
        {"no mbx lock",
         [](O& o) {
             o.use_mbx_lock = {false, true};
         },
         true, true, false, false},
    };
    for (const Case& c : kCases) {
        SCOPED_TRACE(c.name);
        const Delivery d(both(mbx(), c.change));
        EXPECT_EQ(d.options().use_lockfile.value, c.want_lockfile);
        EXPECT_EQ(d.options().use_fcntl_lock.value, c.want_fcntl);
        EXPECT_EQ(d.options().use_flock_lock.value, c.want_flock);
        EXPECT_EQ(d.options().use_mbx_lock.value, c.want_mbx);
    }
}

TEST(AppendfileMbx, NewAndAppended) {
    Delivery d(mbx());
    const std::string first = mbx_file_header(FakeClock::kStart) + mbx_line() + kMbxMessage;
    EXPECT_EQ(d.run().bytes_written, static_cast<std::int64_t>(first.size()));
    EXPECT_EQ(d.fake.content(kBox), first);
    EXPECT_EQ(d.run().bytes_written, static_cast<std::int64_t>((mbx_line() + kMbxMessage).size()));
    EXPECT_EQ(d.fake.content(kBox), first + mbx_line() + kMbxMessage);
    EXPECT_THAT(d.fake.names_in("/tmp"), ElementsAre());
}

TEST(AppendfileMbx, FilesOfTheirOwnHaveNoHeaderBlock) {
    Delivery d([](O& o) {
        o.directory = text("/home/joe/in");
        o.directory_file = text("q");
        o.mbx_format = true;
    });
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    EXPECT_EQ(d.fake.content("/home/joe/in/q"), mbx_line() + kMbxMessage);
}

TEST(AppendfileMbx, ATornMailboxIsCompletedFirst) {
    Delivery d(mbx());
    const std::string whole = mbx_file_header(FakeClock::kStart) + mbx_line() + kMbxMessage;
    d.fake.put_file(kBox, whole.substr(0, whole.size() - 4), 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    EXPECT_EQ(d.run().bytes_written, static_cast<std::int64_t>((mbx_line() + kMbxMessage).size()));
    EXPECT_EQ(d.fake.content(kBox), whole.substr(0, whole.size() - 4) + "\r\n\r\n" + mbx_line() + kMbxMessage);
}

// D-mbx-temporary: no second copy, and the text where Exim's temporary file could fail.
TEST(AppendfileMbx, ABodyThatCannotBeReadIsNotWritten) {
    Delivery d(mbx());
    d.os.fail_only({Call::read});
    d.os.fail_at(1, EIO);
    const AddressReport report = d.run();
    EXPECT_EQ(report.outcome.verdict, Verdict::defer);
    EXPECT_EQ(report.outcome.code, EIO);
    EXPECT_EQ(report.outcome.message, "error while writing to temporary file");
    EXPECT_EQ(d.fake.content(kBox), "");
}

// The body ends earlier when it is read for the second time (a small one is read once).
TEST(AppendfileMbx, ABodyThatChangesIsALengthMismatch) {
    Delivery d(mbx());
    d.set_body(std::string(300'000, 'x') + "\n");
    class Shrinking final : public FaultOs {
    public:
        explicit Shrinking(FakeOs& fake) : FaultOs(fake) {}
        Result<std::size_t> pread(int fd, std::span<char> into, std::int64_t offset) override {
            if (++reads > 6) return std::size_t{0};  // the first pass reads the body, and its end
            return FaultOs::pread(fd, into, offset);
        }
        int reads = 0;
    } os(d.fake);
    DeliveryContext like = d.context();
    DeliveryContext context{like.configuration, like.instance,    os,         like.clock,           like.processes,
                            like.expander,      like.message,     like.scope, like.batch,           like.duplicates,
                            like.identity,      like.return_path, like.body,  like.primary_hostname};
    const Outcome outcome = d.transport->deliver(context).addresses.front().outcome;
    EXPECT_EQ(outcome.code, code::kMbxLength);
    EXPECT_EQ(outcome.message, "length mismatch while copying MBX temporary file to /var/mail/joe");
    EXPECT_EQ(d.fake.content(kBox), "");
}

TEST(AppendfileMbx, InADirectoryIsAWarning) {
    DeliveryWorld world;
    const auto error = world.use<O>(appendfile(), both(mbx(), [](O& o) {
                                        o.file = {};
                                        o.directory = text("/home/joe/in");
                                    }));
    EXPECT_EQ(error.text, "");
    EXPECT_EQ(error.warning,
              "transport t1: mbx_format with \"directory\" writes files that no MBX program can read; use \"file\"");
}

// --- Mailstore ---

TEST(AppendfileMailstore, EnvelopeAndMessage) {
    Delivery d(both(mailstore(), [](O& o) {
        o.mailstore_prefix = text("first");
        o.mailstore_suffix = text("last\n");
    }));
    d.add_address("Ann@other.ex");
    const AddressReport report = d.run();
    EXPECT_EQ(report.outcome.verdict, Verdict::ok);
    EXPECT_EQ(report.bytes_written, static_cast<std::int64_t>((kHeaders + "body\n").size()));
    const std::string base = "/home/joe/store/1xVdQd-00080K-0j-0001Dz";
    EXPECT_EQ(d.fake.content(base + ".env"), "first\nann@test.ex\njoe@test.ex\nann@other.ex\nlast\n");
    EXPECT_EQ(d.fake.content(base + ".msg"), kHeaders + "body\n");
}

TEST(AppendfileMailstore, RefusedWithoutATrace) {
    const struct {
        const char* name;
        Change change;
        std::string want_message;
    } kCases[] = {
        {"prefix", [](O& o) { o.mailstore_prefix = text("${nosuch:x}"); },
         "Expansion of \"${nosuch:x}\" (mailstore prefix for t1 transport) failed: unknown expansion operator "
         "\"nosuch\""},
        {"suffix", [](O& o) { o.mailstore_suffix = text("${nosuch:x}"); },
         "Expansion of \"${nosuch:x}\" (mailstore suffix for t1 transport) failed: unknown expansion operator "
         "\"nosuch\""},
        {"file", both(mbox(), [](O& o) { o.directory = {}; }),
         "mailstore_format requires \"directory\" to be specified for the t1 transport"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(both(mailstore(), c.change));
        const AddressReport report = d.run();
        EXPECT_EQ(report.outcome.verdict, Verdict::panic);
        EXPECT_EQ(report.outcome.message, c.want_message);
        EXPECT_THAT(d.fake.names_in("/home/joe/store"), ElementsAre());
    }
}

// --- every format ---

TEST(AppendfileFormats, EveryFaultLeavesAWholeMessageOrNone) {
    for (const Change& change : {mbx(), mailstore()}) {
        for (const int code : {ENOSPC, EIO, EINTR, EDQUOT, ESTALE, EACCES}) {
            bool hit = true;
            for (long n = 1; hit; ++n) {
                Delivery d(change);
                d.set_body(std::string(150000, 'x') + "\n");
                d.os.fail_at(n, code);
                const Outcome outcome = d.deliver().addresses.front().outcome;
                hit = d.os.hit();
                std::string found = d.fake.content(kBox);
                for (const std::string& name : d.fake.names_in("/home/joe/store"))
                    found += d.fake.content("/home/joe/store/" + name);
                ASSERT_EQ(outcome.verdict == Verdict::ok, found.size() > 150000)
                    << d.os.hit_at() << ": " << outcome.message;
                ASSERT_EQ(outcome.verdict == Verdict::ok, !found.empty()) << d.os.hit_at() << ": " << outcome.message;
            }
        }
    }
}

TEST(AppendfileFormats, ARefusedChownIsToldToThePanicLog) {
    Delivery d(mbox());
    d.os.fail_only({Call::chown});
    d.os.fail_at(1, EPERM);
    const DeliveryReport report = d.deliver();
    EXPECT_EQ(report.addresses.front().outcome.verdict, Verdict::fail);
    EXPECT_THAT(report.panic_lines, ElementsAre("chown(/var/mail/joe, 1000:8) failed (Operation not permitted)"));
}

TEST(AppendfileFormats, PlansAgreeWithDeliveries) {
    for (const Change& change : {mbx(), mailstore()}) {
        Delivery d(change);
        DeliveryContext context = d.context();
        const auto before = d.fake.snapshot();
        const DeliveryPlan plan = d.transport->plan(context);
        EXPECT_EQ(diff(before, d.fake.snapshot()), "");
        EXPECT_FALSE(plan.refusal);
        EXPECT_TRUE(plan.kind == "MBX mailbox" || plan.kind == "mailstore");
        EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    }
}

// --- file_format ---

struct Switching : Delivery {
    explicit Switching(const std::string& list, const std::string& list_of_second = "")
        : Delivery(both(mbox(), [=](O& o) {
              o.file_format = {list, true};
          })) {
        TransportInstance& second = configuration.transports.emplace_back();
        second.name = "t2";
        second.driver = instance->driver;
        second.private_options = second.driver->make_options();
        O& options = *static_cast<O*>(second.private_options.get());
        mbx()(options);
        if (!list_of_second.empty()) options.file_format = {list_of_second, true};
        EXPECT_EQ(second.driver->init_transport(second).text, "");
    }
    AddressReport deliver_to(const std::string& content) {
        fake.put_file(kBox, content, 0600, kUser, kGroup);
        DeliveryContext given = context();
        EXPECT_FALSE(transport->setup(given));
        const DeliveryPlan plan = transport->plan(given);
        AddressReport report = transport->deliver(given).addresses.front();
        EXPECT_EQ(plan.refusal.has_value(), report.outcome.verdict != Verdict::ok);
        if (plan.refusal) {
            EXPECT_EQ(*plan.refusal, report.outcome);
        }
        return report;
    }
};

TEST(AppendfileSwitch, TheOtherTransportGoesOn) {
    Switching d("From : t1 : *mbx* : t2");
    const std::string old = mbx_file_header(FakeClock::kStart);
    AddressReport report = d.deliver_to(old);
    EXPECT_EQ(report.outcome.verdict, Verdict::ok);
    EXPECT_EQ(report.transport, "t2");
    EXPECT_EQ(d.fake.content(kBox), old + mbx_line() + kMbxMessage);

    report = d.deliver_to("From x\n\nold\n\n");
    EXPECT_EQ(report.transport, "");
    EXPECT_EQ(d.fake.content(kBox), "From x\n\nold\n\n" + kMboxMessage);
}

TEST(AppendfileSwitch, Refusals) {
    const struct {
        const char* name;
        const char *first, *second;
        int want_code;
        std::string want_message;
        const char* want_transport;
    } kCases[] = {
        {"unknown format", "From : t1", "", code::kFormatUnknown, "mailbox file format unrecognized", ""},
        {"unknown transport", "*mbx* : t9", "", code::kBadTransport, "t9 transport (for *mbx* format) not found", ""},
        // D-format-circle (W12): Exim's stack overflows.
        {"circle", "*mbx* : t2", "*mbx* : t1", code::kFormatUnknown,
         "mailbox file format: file_format leads back to the t1 transport", "t2"},
        {"unknown to the second", "*mbx* : t2", "From : t1", code::kFormatUnknown, "mailbox file format unrecognized",
         "t2"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Switching d(c.first, c.second);
        const std::string old = mbx_file_header(FakeClock::kStart);
        const AddressReport report = d.deliver_to(old);
        EXPECT_EQ(report.outcome.verdict, Verdict::defer);
        EXPECT_EQ(report.outcome.code, c.want_code);
        EXPECT_EQ(report.outcome.message, c.want_message);
        EXPECT_EQ(report.transport, c.want_transport);
        EXPECT_EQ(d.fake.content(kBox), old);
    }
}

TEST(AppendfileSwitch, AFormatThatChangesBetweenLookAndLockIsRefused) {
    Switching d("From : t1 : *mbx* : t2");
    d.fake.put_file(kBox, "From x\n\nold\n\n", 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    class Rewriting final : public FaultOs {
    public:
        explicit Rewriting(FakeOs& fake) : FaultOs(fake), fake_(fake) {}
        Status link(const AtPath& from, const AtPath& to) override {  // while we get the dot-lock
            fake_.put_file(kBox, "*mbx*\r\n", 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
            return FaultOs::link(from, to);
        }

    private:
        FakeOs& fake_;
    } os(d.fake);
    DeliveryContext like = d.context();
    EXPECT_FALSE(d.transport->setup(like));
    DeliveryContext context{like.configuration, like.instance,    os,         like.clock,           like.processes,
                            like.expander,      like.message,     like.scope, like.batch,           like.duplicates,
                            like.identity,      like.return_path, like.body,  like.primary_hostname};
    const Outcome outcome = d.transport->deliver(context).addresses.front().outcome;
    EXPECT_EQ(outcome.verdict, Verdict::defer);
    EXPECT_EQ(outcome.message, "open mailbox has changed format");
    EXPECT_EQ(d.fake.content(kBox), "*mbx*\r\n");
}

// --- comsat ---

TEST(AppendfileComsat, TellsUserAndOffset) {
    Delivery d(both(mbox(), [](O& o) { o.notify_comsat = true; }));
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    EXPECT_TRUE(d.fake.datagrams().empty()) << "no biff in the services";
    d.fake.add_service("biff/udp", 512);
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    const std::string note = "joe@" + std::to_string(kMboxMessage.size()) + "\n" + '\0';
    EXPECT_THAT(d.fake.datagrams(), ElementsAre(FakeOs::Datagram{"127.0.0.1", 512, note}));
}

TEST(AppendfileComsat, AFailureOfItsOwnChangesNothing) {
    for (const int code : {ECONNREFUSED, EPERM, EIO}) {
        Delivery d(both(mbox(), [](O& o) { o.notify_comsat = true; }));
        d.fake.add_service("biff/udp", 512);
        d.os.fail_only({Call::network, Call::accounts});
        d.os.fail_at(1, code, true);
        EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
        EXPECT_EQ(d.fake.content(kBox), kMboxMessage);
    }
}

TEST(AppendfileComsat, AFailedDeliveryIsNoNews) {
    Delivery d(both(mbox(), [](O& o) {
        o.notify_comsat = true;
        o.message_suffix = text("${nosuch:x}");
    }));
    d.fake.add_service("biff/udp", 512);
    EXPECT_EQ(d.run().outcome.verdict, Verdict::defer);
    EXPECT_TRUE(d.fake.datagrams().empty());
}

}  // namespace
}  // namespace postern
