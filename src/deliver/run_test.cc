// SPDX-License-Identifier: Apache-2.0
// Whole delivery runs over the fake operating system, with a router and a transport made for the purpose: what is
// logged, what is journalled, what stays on the queue.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "base/strings.h"
#include "deliver/engine.h"
#include "mail/address.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"
#include "support/fault_sweep.h"

namespace postern {
namespace {

constexpr uid_t kExim = 102, kUser = 1000;
constexpr gid_t kEximGroup = 105, kUserGroup = 1000;
constexpr const char* kId = "1xUyh5-0007zV-2L";

// --- a router that takes everybody but "nobody…", and delays "later…" ---
class TakeAll final : public RouterDriverBase {
public:
    explicit TakeAll(const RouterInstance& instance) : instance_(instance) {}
    RouteResult route(AddressItem& item, RouteContext& context) override {
        if (item.local_part.starts_with("nobody")) return {.verdict = RouteVerdict::decline};
        if (item.local_part.starts_with("later")) {
            return {.verdict = RouteVerdict::defer, .outcome = {.verdict = Verdict::defer, .message = "come back"}};
        }
        if (auto refused = choose_transport(instance_, instance_.options.transport, "transport", item, context))
            return *refused;
        if (auto refused = apply_user_and_home(instance_, item, context)) return *refused;
        item.home = instance_.options.transport_home_directory.set ? "/home/" + item.local_part : "";
        return {.verdict = RouteVerdict::ok};
    }

private:
    const RouterInstance& instance_;
};

struct BoxOptions {
    Integer batch_max{1};
    Expandable batch_id, note, quota_warn_message;
};

// --- a transport that writes one file a batch, named after the first local part, and records the name first ---
class BoxTransport final : public Transport {
public:
    using Options = BoxOptions;
    static constexpr bool kRecordsIntents = true;
    BoxTransport(const TransportInstance&, const Options&) {}
    DeliveryPlan plan(DeliveryContext&) override { return {}; }
    DeliveryReport deliver(DeliveryContext& context) override {
        const std::string& who = context.batch.front()->local_part;
        if (who == "full")
            return same_for_all(context, {.verdict = Verdict::defer, .code = ENOSPC, .message = "no room"});
        if (who == "bad") return same_for_all(context, {.verdict = Verdict::fail, .message = "refused"});
        if (who == "broken") return same_for_all(context, {.verdict = Verdict::panic, .message = "misconfigured"});
        auto outcome = write_box(context, "/mail/" + context.instance.name + "." + who);
        if (who.starts_with("filling")) outcome.special = Special::warn;
        DeliveryReport report = same_for_all(context, outcome);
        for (AddressReport& address : report.addresses) address.bytes_written = 42;
        return report;
    }

private:
    static Outcome write_box(DeliveryContext& context, const std::string& path) {
        const auto failed = [](const Error& error) { return Outcome{.verdict = Verdict::defer, .code = error.code}; };
        for (const EarlierIntent& intent : context.earlier_intents) {
            const auto found = context.os.stat(AtPath(intent.text.substr(4)), Follow::no);
            if (!found && found.error().code != ENOENT) return failed(found.error());
            if (!intent.ours || !found) continue;
            const Status synced = sync_directory(context.os, kCwd, "/mail");
            return synced ? Outcome{.verdict = Verdict::ok} : failed(synced.error());
        }
        auto file = context.os.open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (!file) return failed(file.error());
        Status done = write_all(context.os, file->get(), "message");
        if (done) done = context.os.fsync(file->get());
        if (done) done = context.os.close(std::move(*file));
        // One more copy each time: a test counts them.
        const std::string copy = path + "." + std::to_string(copies_of(context.os, path) + 1);
        if (done && context.intents != nullptr) done = context.intents->record("box " + copy);
        if (done) done = context.os.rename(path + ".tmp", copy);
        if (done) done = sync_directory(context.os, kCwd, "/mail");
        return done ? Outcome{.verdict = Verdict::ok} : failed(done.error());
    }
    static int copies_of(Os& os, const std::string& path) {
        int n = 0;
        while (os.stat(AtPath(path + "." + std::to_string(n + 1)), Follow::no)) ++n;
        return n;
    }
};

constexpr OptionRow kBoxRows[] = {opt<&BoxOptions::batch_id>("batch_id"), opt<&BoxOptions::batch_max>("batch_max"),
                                  opt<&BoxOptions::note>("note"),
                                  opt<&BoxOptions::quota_warn_message>("quota_warn_message")};
constexpr TransportDriver kBox = transport_driver_of<BoxTransport>("box", kBoxRows, nullptr);
const RouterDriver kTakeAll{{.name = "takeall"},
                            [](const RouterInstance& instance) -> std::unique_ptr<RouterDriverBase> {
                                return std::make_unique<TakeAll>(instance);
                            }};

// Takes what it is given, and says in the main log what it is asked to do.
class Outgoing final : public NewMessages {
public:
    explicit Outgoing(Log& log, std::vector<std::string>& texts, bool& refuses, bool& holds)
        : log_(log), texts_(texts), refuses_(refuses), holds_(holds) {}
    std::optional<std::string> submit(const NewMessage& message) override {
        log_.set_message_id(kOther);
        if (refuses_) return std::nullopt;
        log_.main("<= <" + message.sender + "> R=" + message.about.id);
        texts_.push_back(message.text);
        return kOther;
    }
    void deliver(const std::string& id) override {
        log_.set_message_id(id);
        log_.main("deliver");
    }
    bool held_back() override { return holds_; }
    static constexpr const char* kOther = "1xUyh5-0007zV-3M";

private:
    Log& log_;
    std::vector<std::string>& texts_;
    bool& refuses_;
    bool& holds_;
};

// One machine with one configuration; engines are made for each run, as processes are.
class Site {
public:
    explicit Site(Os& os, FakeOs& tree, FakeClock& clock, ProcessRunner& processes)
        : os_(os), tree_(tree), clock_(clock), processes_(processes) {
        configuration.main.primary_hostname = {"mx.example", true};
        configuration.main.qualify_domain = {"example", true};
        drivers_.routers = {&kTakeAll};
        drivers_.transports = {&kBox};
        configuration.transports.resize(2);
        configuration.transports[0] = transport("box");
        configuration.transports[1] = transport("shadow");
        configuration.routers.resize(1);
        RouterInstance& router = configuration.routers[0];
        router.name = "all";
        router.driver = &kTakeAll.description;
        router.options.transport = {"box", true, {}};
    }

    static TransportInstance transport(const char* name) {
        TransportInstance instance;
        instance.name = name;
        instance.driver = &kBox.description;
        instance.private_options = kBox.description.make_options();
        instance.options.user.uid = kUser;
        instance.options.group.gid = kUserGroup;
        return instance;
    }
    BoxOptions& box_options() { return *static_cast<BoxOptions*>(configuration.transports[0].private_options.get()); }

    static Message message(const std::vector<std::string>& recipients, std::string sender = "sender@example") {
        Message message;
        message.id = kId;
        message.login = "root";
        message.sender = std::move(sender);
        for (const std::string& address : recipients) message.recipients.push_back({.address = address});
        message.received = message.received_complete = FakeClock::kStart;
        message.first_delivery = true;
        message.local = true;
        message.headers = {{HeaderType::received, "Received: from x\n"}, {HeaderType::from, "From: a@b\n"}};
        return message;
    }

    // A message on the queue, as intake leaves it.
    Status queue(const Message& message) {
        Spool spool(os_, spool_settings());
        POSTERN_TRY_ASSIGN(const auto held, spool.begin(message.id));
        POSTERN_TRY(write_all(os_, held->data_fd(), "body\n"));
        return spool.commit(*held, message);
    }

    RunResult run(const RunRequest& request = {}) {
        Log log(os_, clock_, {.path_template = "/log/%slog", .owner = kExim, .group = kEximGroup}, 2);
        Spool spool(os_, spool_settings());
        Expander expander({.configuration = &configuration,
                           .os = &os_,
                           .clock = &clock_,
                           .processes = &processes_,
                           .panic_log = [&log](const std::string& text) { log.main_and_panic(text); }});
        Rewriter rewriter(expander, configuration.main, {});
        Outgoing outgoing(log, new_texts, refuse_new, hold_new);
        const Engine engine{.configuration = configuration,
                            .drivers = drivers_,
                            .os = os_,
                            .clock = clock_,
                            .processes = processes_,
                            .expander = expander,
                            .rewriter = rewriter,
                            .log = log,
                            .selectors = selectors,
                            .spool = spool,
                            .new_messages = outgoing,
                            .exim_uid = kExim,
                            .exim_gid = kEximGroup};
        if (!on_the_spot) return deliver_from_spool(engine, kId, request);
        auto held = spool.open(kId);
        auto loaded = spool.load(kId, true);
        return deliver_held(engine, std::move(*held), std::move(loaded->message), false);
    }

    // The main log without stamps and id.
    std::string log(std::string_view which = "main") const {
        std::string out;
        const std::string text = tree_.content("/log/" + std::string(which) + "log");
        constexpr std::size_t kPrefix = 20 + 17;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            out += text.substr(at + kPrefix, end - at - kPrefix) + "\n";
            at = end + 1;
        }
        return out;
    }

    SpoolSettings spool_settings() const { return {.directory = "/spool", .owner = kExim, .group = kEximGroup}; }

    Configuration configuration;
    SelectorSet selectors;
    bool on_the_spot = false;
    std::vector<std::string> new_texts;  // of messages that the engine sent
    bool refuse_new = false, hold_new = false;

private:
    Os& os_;
    FakeOs& tree_;
    FakeClock& clock_;
    ProcessRunner& processes_;
    DriverSet drivers_;
};

void prepare(FakeOs& os) {
    setenv("TZ", "UTC", 1);
    os.add_user("user", kUser, kUserGroup, "/home/user");
    os.put_directory("/mail", 0777);
    for (const char* home : {"/home/user", "/home/a", "/home/b"}) os.put_directory(home, 0755);
    os.put_directory("/spool", 0750, kExim, kEximGroup);
    os.put_directory("/log", 0750, kExim, kEximGroup);
}

class DeliveryRunTest : public testing::Test {
protected:
    DeliveryRunTest() { prepare(os_); }
    bool queued() const { return os_.exists("/spool/input/" + std::string(kId) + "-H"); }

    FakeClock clock_;
    FakeOs os_{clock_};
    FakeProcesses processes_{os_};
    Site site_{os_, os_, clock_, processes_};
};

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

// --- the quota warning ---

class QuotaWarning : public DeliveryRunTest {
protected:
    QuotaWarning() {
        site_.box_options().quota_warn_message = {"To: $local_part@$domain\nSubject: full\n\nx\n", true, {}};
        EXPECT_TRUE(site_.queue(Site::message({"filling@example"})));
    }
};

TEST_F(QuotaWarning, IsSentBeforeTheDeliveryIsLogged) {
    site_.on_the_spot = true;
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "<= <> R=1xUyh5-0007zV-2L\ndeliver\n=> filling@example R=all T=box\nCompleted\n");
    ASSERT_EQ(site_.new_texts.size(), 1u);
    EXPECT_EQ(site_.new_texts[0],
              "Auto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@example>\n"
              "To: filling@example\nSubject: full\n\nx\n");
    EXPECT_TRUE(os_.content("/log/mainlog").find(std::string(kId) + " =>") != std::string::npos);
}

TEST_F(QuotaWarning, IsDeliveredAfterTheRunInAQueueRun) {
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "<= <> R=1xUyh5-0007zV-2L\n=> filling@example R=all T=box\nCompleted\ndeliver\n");
}

TEST_F(QuotaWarning, WaitsWhereNewMessagesAreHeldBack) {
    site_.hold_new = true;
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "<= <> R=1xUyh5-0007zV-2L\n=> filling@example R=all T=box\nCompleted\n");
}

TEST_F(QuotaWarning, ThatCannotBeSentDoesNotUndoTheDelivery) {
    site_.refuse_new = true;
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "=> filling@example R=all T=box\nCompleted\n");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.filling.1"});
}

TEST_F(QuotaWarning, TextThatDoesNotExpandIsLogged) {
    site_.box_options().quota_warn_message.source = "${nosuch:x}";
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_TRUE(
        site_.log("panic").starts_with("Failed to expand \"${nosuch:x}\" (warning message for box transport): "))
        << site_.log("panic");
    EXPECT_EQ(os_.names_in("/mail"), std::vector<std::string>{"box.filling.1"});
}

TEST_F(QuotaWarning, HeadersThatTheTextHasAreNotAdded) {
    site_.configuration.main.errors_reply_to = {"help@example", true};
    site_.configuration.main.dsn_from = {"${nosuch:x}", true, {}};
    site_.box_options().quota_warn_message.source = "from : me@example\nTo: you\n\nx\n";
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    ASSERT_EQ(site_.new_texts.size(), 1u);
    EXPECT_EQ(site_.new_texts[0],
              "Reply-To: help@example\nAuto-Submitted: auto-replied\nfrom : me@example\nTo: you\n\nx\n");
}

TEST_F(DeliveryRunTest, NoWarningWithoutText) {
    ASSERT_TRUE(site_.queue(Site::message({"filling@example"})));
    EXPECT_EQ(site_.run().end, RunEnd::completed);
    EXPECT_EQ(site_.log(), "=> filling@example R=all T=box\nCompleted\n");
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

// --- faults: whatever call fails, a run ends with the copies delivered or the message on the queue, never neither ---

int copies(const FakeOs& os, const std::string& box) {
    int n = 0;
    for (const std::string& name : os.names_in("/mail"))
        n += name.starts_with(box + ".") && !name.ends_with(".tmp") ? 1 : 0;
    return n;
}

// A site on the world of a sweep; queueing goes around the faults, running goes through them.
struct SweptSite {
    explicit SweptSite(World& w)
        : faulty(w.os, w.fake, w.clock, w.processes), healthy(w.fake, w.fake, w.clock, w.processes) {}
    Site faulty, healthy;
};

void queue_two(World& w) {
    prepare(w.fake);
    ASSERT_TRUE(SweptSite(w).healthy.queue(Site::message({"joe@example", "ann@example"})));
}

// D-intent-records
TEST(DeliveryFaults, OneCopyForEachWhateverFails) {
    for_every_fault({EIO, ENOSPC, EACCES}, [](World& w) {
        queue_two(w);
        SweptSite site(w);
        (void)site.faulty.run();
        for (int run = 0; run < 2; ++run) (void)site.healthy.run();  // queue runs on a healthy machine
        for (const char* box : {"box.joe", "box.ann"}) EXPECT_EQ(copies(w.fake, box), 1) << box;
        EXPECT_FALSE(w.fake.exists("/spool/input/" + std::string(kId) + "-H"));  // a -D without it is only litter
    });
}

void queue_one(World& w) {
    prepare(w.fake);
    ASSERT_TRUE(SweptSite(w).healthy.queue(Site::message({"joe@example"})));
}

struct CrashCase {
    const char* name;
    void (*queue)(World& w);
    std::int64_t batch_max;
    const char* want_boxes[2];
    bool twice = false;  // a crash in the run before, too
};

class DeliveryCrashes : public testing::TestWithParam<CrashCase> {};

// Wherever it is cut short, also in the run that should put it right: one copy for each.
TEST_P(DeliveryCrashes, OneCopyForEach) {
    const CrashCase& c = GetParam();
    const auto run = [&](World& w, bool faulty) {
        SweptSite site(w);
        Site& one = faulty ? site.faulty : site.healthy;
        one.box_options().batch_max.value = c.batch_max;
        (void)one.run();
    };
    for (long first = 0; !testing::Test::HasFailure(); ++first) {  // 0: the first run is not disturbed before the sweep
        bool hit = first == 0;
        for_every_crash(
            [&](World& w) {
                c.queue(w);
                if (first == 0) return;
                w.os.crash_at(first);
                const FakeOs::Process restarted = w.fake.save_process();
                run(w, true);
                hit = w.os.hit();
                w.fake.leave_child(restarted);
                w.os.disarm();
            },
            [&](World& w) { run(w, true); },
            [&](World& w) {
                for (int again = 0; again < 2; ++again) run(w, false);
                for (const char* box : c.want_boxes) {
                    if (box == nullptr) continue;
                    EXPECT_EQ(copies(w.fake, box), 1) << box;
                }
                EXPECT_FALSE(w.fake.exists("/spool/input/" + std::string(kId) + "-H"));
            });
        if (!hit || !c.twice) break;
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, DeliveryCrashes,
                         testing::Values(CrashCase{"One", queue_one, 1, {"box.joe", nullptr}, true},
                                         CrashCase{"Two", queue_two, 1, {"box.joe", "box.ann"}},
                                         CrashCase{"Batch", queue_two, 10, {"box.joe", nullptr}}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
