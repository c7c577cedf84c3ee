// SPDX-License-Identifier: Apache-2.0
// Whole delivery runs: what is logged, what is journalled, what stays on the queue.
#include <cerrno>
#include <csignal>

#include "base/strings.h"
#include "support/delivery_site.h"

namespace postern {
namespace {

TEST_F(DeliveryRunTest, DeliversAndForgets) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    const RunResult result = site_.run();
    EXPECT_EQ(result.end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "=> joe@example R=all T=box\nCompleted\n");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.joe.1"});
    EXPECT_EQ(os_.stat_of("/mail/box.joe.1").uid, kUser);
    EXPECT_EQ(os_.names_in("/spool/input"), std::vector<std::string>{});
    EXPECT_EQ(os_.names_in("/spool/msglog"), std::vector<std::string>{});
}

struct VerdictCase {
    const char* name;
    std::vector<std::string> recipients;
    const char* sender;
    const char* want_log;
    const char* want_panic_log;
    RunEnd want_end;
};

class DeliveryVerdict : public DeliveryRunTest, public testing::WithParamInterface<VerdictCase> {};

TEST_P(DeliveryVerdict, IsLoggedAndKept) {
    const VerdictCase& c = GetParam();
    ASSERT_TRUE(site_.queue(Site::message(c.recipients, c.sender)));
    EXPECT_EQ(site_.run().end, c.want_end);
    EXPECT_EQ(site_.log(), c.want_log);
    EXPECT_EQ(site_.log("panic"), c.want_panic_log);
    EXPECT_EQ(queued(), c.want_end == RunEnd::left);
}

INSTANTIATE_TEST_SUITE_P(
    Verdicts, DeliveryVerdict,
    testing::Values(
        VerdictCase{"OrderOfRecipients",
                    {"a@example", "b@example"},
                    "s@x",
                    "=> a@example R=all T=box\n=> b@example R=all T=box\nCompleted\n",
                    "",
                    RunEnd::completed},
        VerdictCase{"Deferred",
                    {"full@example"},
                    "s@x",
                    "== full@example R=all T=box defer (28): No space left on device: no room\n",
                    "",
                    RunEnd::left},
        VerdictCase{"DeferredByRouter",
                    {"later@example"},
                    "s@x",
                    "== later@example R=all defer (-1): come back\n",
                    "",
                    RunEnd::left},
        // D-no-bounce-yet
        VerdictCase{"FailedStaysUntilThereAreBounces",
                    {"bad@example"},
                    "s@x",
                    "** bad@example R=all T=box: refused\n",
                    "",
                    RunEnd::left},
        VerdictCase{
            "Unrouteable", {"nobody@example"}, "s@x", "** nobody@example: Unrouteable address\n", "", RunEnd::left},
        VerdictCase{"PanicIsLoggedTwice",
                    {"broken@example"},
                    "s@x",
                    "== broken@example R=all T=box defer (-1): misconfigured\n",
                    "== broken@example R=all T=box defer (-1): misconfigured\n",
                    RunEnd::left},
        VerdictCase{"NullSenderFreezes",
                    {"bad@example"},
                    "",
                    "** bad@example R=all T=box: refused\nFrozen (message created with -f <>)\n",
                    "",
                    RunEnd::left},
        VerdictCase{"DuplicateGetsOneCopy",
                    {"a@example", "a@EXAMPLE"},
                    "s@x",
                    "=> a@example R=all T=box\nCompleted\n",
                    "",
                    RunEnd::completed}),
    [](const auto& test) { return test.param.name; });

TEST_F(DeliveryRunTest, KeepsOnlyWhatIsLeft) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example", "full@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_TRUE(os_.exists("/mail/box.joe.1"));
    EXPECT_FALSE(os_.exists("/mail/box.joe.2"));
    EXPECT_FALSE(os_.exists("/spool/input/" + std::string(kId) + "-J"));
}

TEST_F(DeliveryRunTest, BatchesWhatMayShareADelivery) {
    site_.box_options().batch_max.value = 10;
    ASSERT_TRUE(site_.queue(Site::message({"a@example", "b@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "=> a@example R=all T=box\n-> b@example R=all T=box\nCompleted\n");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.a.1"});
}

struct ApartCase {
    const char* name;
    void (*set)(Site& site);
};

class DeliveredApart : public DeliveryRunTest, public testing::WithParamInterface<ApartCase> {};

TEST_P(DeliveredApart, DoesNotShareADelivery) {
    site_.box_options().batch_max.value = 10;
    GetParam().set(site_);
    ASSERT_TRUE(site_.queue(Site::message({"a@example", "b@other.example"})));
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(os_.names_in("/mail"), (std::vector<std::string>{"box.a.1", "box.b.1"}));
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, DeliveredApart,
    testing::Values(
        ApartCase{"BatchMaxOne", [](Site& site) { site.box_options().batch_max.value = 1; }},
        ApartCase{"BatchId",
                  [](Site& site) {
                      site.box_options().batch_id = {"${length_1:$local_part}", true, {}};
                  }},
        ApartCase{"LocalPartInAnOption",
                  [](Site& site) {
                      site.box_options().note = {"x $local_part y", true, {}};
                  }},
        ApartCase{"LocalPartDataCountsAsLocalPart",
                  [](Site& site) {
                      site.box_options().note = {"${local_part_data}", true, {}};
                  }},
        // D-batch-mention
        ApartCase{"LocalPartBehindAnotherMention",
                  [](Site& site) {
                      site.box_options().note = {"/local_part/$local_part", true, {}};
                  }},
        ApartCase{"DomainInAnOption",
                  [](Site& site) {
                      site.box_options().note = {"$domain", true, {}};
                  }},
        // D-batch-home
        ApartCase{"HomeFromTheRouter",
                  [](Site& site) {
                      site.configuration.routers[0].options.transport_home_directory = {"/home/$local_part", true, {}};
                  }}),
    [](const auto& test) { return test.param.name; });

TEST_F(DeliveryRunTest, BatchesByEqualBatchId) {
    site_.box_options().batch_max.value = 10;
    site_.box_options().batch_id = {"${if eq{$domain}{example}{here}{there}}", true, {}};
    ASSERT_TRUE(site_.queue(Site::message({"a@example", "b@other.example", "c@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(),
              "=> a@example R=all T=box\n-> c@example R=all T=box\n=> b@other.example R=all T=box\nCompleted\n");
}

TEST_F(DeliveryRunTest, HoldsDomains) {
    site_.configuration.main.hold_domains = {"${if eq{$domain}{held.example}{*}{}}", true, {}};
    site_.configuration.main.queue_domains = {"${if eq{$domain}{later.example}{*}{}}", true, {}};
    ASSERT_TRUE(site_.queue(Site::message({"a@held.example", "b@later.example", "c@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_EQ(site_.log(),
              "== a@held.example defer (-23): domain is held\n"
              "== b@later.example routing defer (-56): domain is in queue_domains\n"
              "=> c@example R=all T=box\n");
}

TEST_F(DeliveryRunTest, MarksWhatWasNotReallyDelivered) {
    site_.box_options().batch_max.value = 10;
    Message message = Site::message({"a@example", "b@example"});
    message.dont_deliver = true;
    ASSERT_TRUE(site_.queue(message));
    (void)site_.run();
    EXPECT_EQ(site_.log(), "*> a@example R=all T=box\n-> b@example R=all T=box\nCompleted\n");
}

TEST_F(DeliveryRunTest, DoesNotFreezeForABounceThatNobodyWaitsFor) {
    Message message = Site::message({"bad@example"}, "");
    message.received.seconds -= site_.configuration.main.ignore_bounce_errors_after.seconds;
    ASSERT_TRUE(site_.queue(message));
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "** bad@example R=all T=box: refused\nbad@example: error ignored\nCompleted\n");
}

struct ReportCase {
    const char* name;
    unsigned flags;
    bool want_forgotten;
};

class FailureReports : public DeliveryRunTest, public testing::WithParamInterface<ReportCase> {};

TEST_P(FailureReports, AreOwedUnlessTheSenderWantsOnlyOthers) {
    Message message = Site::message({"bad@example", "full@example"});
    message.recipients.front().dsn_flags = GetParam().flags;
    ASSERT_TRUE(site_.queue(message));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_EQ(contains(site_.log(), "bad@example: error ignored: RFC 3461 DSN, failure notify not requested\n"),
              GetParam().want_forgotten);
    Spool spool(os_, site_.spool_settings());
    EXPECT_EQ(spool.load(kId, true)->message.non_recipients.contains("bad@example"), GetParam().want_forgotten);
}

INSTANTIATE_TEST_SUITE_P(Notify, FailureReports,
                         testing::Values(ReportCase{"none", 0, false}, ReportCase{"never", kDsnNever, true},
                                         ReportCase{"success", kDsnSuccess, true}, ReportCase{"delay", kDsnDelay, true},
                                         ReportCase{"failure", kDsnFailure | kDsnDelay, false},
                                         ReportCase{"last_hop", kDsnLastHop, false}),
                         [](const auto& instance) { return instance.param.name; });

// D-identity-defers
TEST_F(DeliveryRunTest, DefersWhenTheChildCannotBecomeTheRecipient) {
    site_.configuration.transports[0].options.user.uid = 4242;  // no such account
    site_.configuration.transports[0].options.initgroups = true;
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_TRUE(contains(site_.log("panic"), "cannot run initgroups(): no passwd entry for uid=4242"))
        << site_.log("panic");
    EXPECT_FALSE(contains(site_.log(), "Frozen"));
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{});
}

TEST_F(DeliveryRunTest, ShadowsCopyOnlySuccesses) {
    site_.configuration.transports[0].options.shadow_transport = {"shadow", true};
    ASSERT_TRUE(site_.queue(Site::message({"joe@example", "full@example"})));
    (void)site_.run();
    EXPECT_EQ(site_.log(),
              "=> joe@example R=all T=box ST=shadow\n== full@example R=all T=box defer (28): No space left on device: "
              "no room\n");
    EXPECT_EQ(os_.names_in("/mail"), (std::vector<std::string>{"box.joe.1", "shadow.joe.1"}));
}

TEST_F(DeliveryRunTest, NeverDeliversAsRoot) {
    site_.configuration.transports[0].options.user.uid = 0;
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_EQ(
        site_.log(),
        "User 0 set for box transport is on the fixed_never_users list\n"
        "== joe@example R=all T=box defer (-29): User 0 set for box transport is on the fixed_never_users list\n");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{});
}

TEST_F(DeliveryRunTest, RefusesWhatIsTooBig) {
    site_.configuration.transports[0].options.message_size_limit = {"10", true, {}};
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    (void)site_.run();
    EXPECT_EQ(site_.log(), "** joe@example R=all T=box: message is too big (transport limit = 10)\n");
}

// D-max-parallel-slots
TEST_F(DeliveryRunTest, WaitsForAFreeSlot) {
    site_.configuration.transports[0].options.max_parallel = {"1", true, {}};
    os_.put_file("/spool/db/tpt-serialize-box.0", "");
    os_.hold_lock("/spool/db/tpt-serialize-box.0", LockKind::fcntl_write);
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    os_.release_foreign_locks();
    EXPECT_EQ(site_.run().end, RunEnd::completed);
}

TEST_F(DeliveryRunTest, AChildKilledByAnAdministratorIsOnlyDeferred) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    processes_.next_child_dies_first(SIGKILL);
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_EQ(site_.log(),
              "failed to read delivery status for joe@example from delivery subprocess\n"
              "box transport process returned non-zero status 0x0009: terminated by signal 9\n"
              "== joe@example R=all T=box defer (-1)\n");
}

TEST_F(DeliveryRunTest, AChildThatCrashesFreezesTheMessage) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    processes_.next_child_dies_first(SIGSEGV);
    (void)site_.run();
    EXPECT_TRUE(site_.log().ends_with("== joe@example R=all T=box defer (-1)\nFrozen\n")) << site_.log();
    EXPECT_EQ(site_.run().end, RunEnd::not_attempted);
    EXPECT_TRUE(site_.log().ends_with("Message is frozen\n"));
    EXPECT_EQ(site_.run({.forced = true, .thaw = true}).end, RunEnd::completed);
}

TEST_F(DeliveryRunTest, DefersWhenTheNumberOfSlotsIsUnknown) {
    site_.configuration.transports[0].options.max_parallel = {"${nosuch:x}", true, {}};
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::left);
    EXPECT_TRUE(
        contains(site_.log("panic"),
                 "Failed to expand max_parallel option in box transport (joe@example): unknown expansion operator"));
}

// D-malformed-kept
TEST_F(DeliveryRunTest, KeepsWhatItCannotRead) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    os_.put_file("/spool/input/" + std::string(kId) + "-H", "rubbish\n", 0640, kExim, kEximGroup);
    clock_.advance(std::chrono::hours(24 * 30));
    EXPECT_EQ(site_.run().end, RunEnd::not_attempted);
    EXPECT_EQ(site_.log(), "Format error in spool file " + std::string(kId) + "-H: size=8\n");
    EXPECT_TRUE(queued());
}

TEST_F(DeliveryRunTest, LeavesALockedMessageAlone) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example"})));
    os_.hold_lock("/spool/input/" + std::string(kId) + "-D", LockKind::fcntl_write);
    EXPECT_EQ(site_.run().end, RunEnd::not_attempted);
    EXPECT_EQ(site_.log(),
              "Spool file for " + std::string(kId) + " is locked (another process is handling this message)\n");
}

TEST_F(DeliveryRunTest, SuspectsALoopBeforeRouting) {
    Message message = Site::message({"joe@example"});
    message.headers.insert(message.headers.end(), 31, {HeaderType::received, "Received: again\n"});
    ASSERT_TRUE(site_.queue(message));
    (void)site_.run();
    EXPECT_EQ(site_.log(), "** joe@example: Too many \"Received\" headers - suspected mail loop\n");
}

// D-journal-torn
TEST_F(DeliveryRunTest, BelievesTheJournalOfACrashedRun) {
    ASSERT_TRUE(site_.queue(Site::message({"joe@example", "ann@example"})));
    os_.put_file("/spool/input/" + std::string(kId) + "-J", "joe@example\nann@exam", 0640, kExim, kEximGroup);
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.ann.1"});  // a torn line says nothing
}

}  // namespace
}  // namespace postern
