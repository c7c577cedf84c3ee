// SPDX-License-Identifier: Apache-2.0
// Messages of a queue run: which of them share a child, and that nothing of one is seen in another (D-queue-row).
#include "deliver/in_order.h"

#include <gmock/gmock.h>

#include "base/strings.h"
#include "support/delivery_site.h"
#include "support/fault_sweep.h"

namespace postern {
namespace {

using testing::ElementsAre;

// What a server on another machine has taken: one text a message, in order.
std::vector<std::string> came;  // NOLINT: a transport is made by a function without arguments

// A transport to that server. Local parts say how it goes.
class Wire final : public Transport {
public:
    using Options = BoxOptions;
    static constexpr bool kKeepsConnections = true;
    Wire(const TransportInstance&, const Options& options) : options_(options) {}
    DeliveryPlan plan(DeliveryContext&) override { return {}; }
    DeliveryReport deliver(DeliveryContext& context) override {
        const std::string& who = context.batch.front()->local_part;
        const auto deferred = [&](const char* why) { return same_for_all(context, {.message = why}); };
        if (who == "full") return deferred("no room");
        if (who.find("slow") != std::string::npos)
            static_cast<FakeClock&>(context.clock).advance(std::chrono::seconds(2));
        if (who.starts_with("careful") && context.before_commit && !context.before_commit()) return deferred("stopped");
        const Expansion note = context.expander.expand(options_.note, context.scope);
        came.push_back(who + (note ? note->bytes : "?"));
        DeliveryReport report = same_for_all(context, {.verdict = Verdict::ok});
        if (who.starts_with("names-")) report.addresses[0].transport = who.substr(6);
        return report;
    }

private:
    const Options& options_;
};

constexpr TransportDriver kWire = transport_driver_of<Wire>("wire", kBoxRows, nullptr);

Expandable text(std::string source) { return {std::move(source), true, {}}; }

std::string id_of(std::size_t number) { return "1xUyh5-0007zV-" + std::to_string(20 + number); }

// A site whose messages have one recipient each: who begins with "box" gets a box, all others are on the wire; "other…"
// by a transport under another name.
void use_wire(Site& site) {
    site.add_driver(kWire);
    site.configuration.transports.push_back(Site::transport("wire", kWire));
    site.configuration.transports.push_back(Site::transport("other", kWire));
    site.configuration.routers[0].options.transport =
        text("${if match{$local_part}{^box}{box}{${if match{$local_part}{^other}{other}{wire}}}}");
}

void queue_all(Site& site, const std::vector<std::string>& recipients) {
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        Message message = Site::message({});
        for (const std::string& to : split_list_fixed(recipients[i], '+'))
            message.recipients.push_back({.address = to + "@example"});
        message.id = id_of(i);
        ASSERT_TRUE(site.queue(message));
    }
}

// One queue run; how often it said "done".
std::size_t run_queue(Site& site, Os& os, std::size_t messages, std::size_t longest_row = InOrder::kLongestRow) {
    return site.with_engine([&](const Engine& given) {
        IdleConnections idle(os);
        Engine engine = given;
        engine.idle = &idle;
        const RunRequest request{.queue_run = true};
        std::size_t done = 0;
        InOrder in_order(engine, request, longest_row, [&] { ++done; });
        for (std::size_t i = 0; i < messages; ++i) in_order.deliver(id_of(i));
        in_order.finish();
        return done;
    });
}

class InOrderTest : public DeliveryRunTest {
protected:
    InOrderTest() {
        use_wire(site_);
        came.clear();
    }
    std::size_t run(const std::vector<std::string>& recipients, std::size_t longest_row = InOrder::kLongestRow) {
        queue_all(site_, recipients);
        messages_ = recipients.size();
        return run_queue(site_, os_, messages_, longest_row);
    }
    std::size_t children() const { return processes_.shielded.size(); }
    // What the main log says of a message.
    std::string log_of(std::size_t number) const {
        std::string out;
        for (const std::string& line : split_list_fixed(os_.content("/log/mainlog"), '\n')) {
            const std::size_t at = line.find(id_of(number) + " ");
            if (at != std::string::npos) out += line.substr(at + id_of(number).size() + 1) + "\n";
        }
        return out;
    }

    std::size_t messages_ = 0;
};

struct RowCase {
    const char* name;
    std::vector<std::string> recipients;  // one text a message, '+' between recipients
    std::size_t want_children;
    std::vector<std::string> want_came;
};

class Rows : public InOrderTest, public testing::WithParamInterface<RowCase> {};

TEST_P(Rows, ShareChildren) {
    const RowCase& c = GetParam();
    EXPECT_EQ(run(c.recipients), c.recipients.size());
    EXPECT_EQ(children(), c.want_children);
    EXPECT_EQ(came, c.want_came);
    for (std::size_t i = 0; i < messages_; ++i) EXPECT_THAT(log_of(i), testing::EndsWith("Completed\n")) << i;
    EXPECT_THAT(os_.names_in("/spool/input"), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Rows,
    testing::Values(
        RowCase{"GrowOneByOne", {"a", "b", "c", "d", "e", "f", "g"}, 3, {"a", "b", "c", "d", "e", "f", "g"}},
        RowCase{"TheLastIsNotFull", {"a", "b", "c", "d", "e"}, 3, {"a", "b", "c", "d", "e"}},
        // Their order stays: what waits goes first.
        RowCase{"AnotherKindOfTransport", {"a", "b", "box", "c", "d"}, 4, {"a", "b", "c", "d"}},
        RowCase{"AnotherTransport", {"a", "b", "other", "c"}, 4, {"a", "b", "other", "c"}},
        RowCase{"SeveralDeliveries", {"a", "b", "c+d", "e"}, 5, {"a", "b", "c", "d", "e"}},
        // The parent of a fake child cannot say that it may go on: what was not committed is begun again.
        RowCase{"ToldToStop",
                {"careful1", "careful2", "careful3", "careful4"},
                4,
                {"careful1", "careful2", "careful3", "careful4"}},
        // Nobody waits behind one that takes two seconds.
        RowCase{"SlowOnes",
                {"a", "careful-slow1", "careful-slow2", "careful-slow3", "b", "c"},
                6,
                {"a", "careful-slow1", "careful-slow2", "careful-slow3", "b", "c"}}),
    [](const auto& param) { return param.param.name; });

TEST_F(InOrderTest, OneByOne) {
    EXPECT_EQ(run({"a", "b", "c", "d"}, 1), 4u);
    EXPECT_EQ(children(), 4u);
}

TEST_F(InOrderTest, ThatIsDeferredStays) {
    EXPECT_EQ(run({"a", "full", "b"}), 3u);
    EXPECT_THAT(came, ElementsAre("a", "b"));
    EXPECT_EQ(log_of(1), "== full@example R=all T=wire defer (-1): no room\n");
    EXPECT_TRUE(os_.exists("/spool/input/" + id_of(1) + "-H"));
    EXPECT_EQ(run_queue(site_, os_, 3), 3u) << "it is not locked any more";
    EXPECT_EQ(log_of(1),
              "== full@example R=all T=wire defer (-1): no room\n== full@example R=all T=wire defer (-1): no room\n");
}

// Another runner has it, or it is frozen: its place in the row is empty.
TEST_F(InOrderTest, MessagesWithNothingToDoArePassedOver) {
    queue_all(site_, {"a", "b", "c", "d", "e"});
    os_.hold_lock("/spool/input/" + id_of(2) + "-D", LockKind::fcntl_write, {0, 19});
    std::vector<std::string> order;
    EXPECT_EQ(run_queue(site_, os_, 5), 5u);
    EXPECT_THAT(came, ElementsAre("a", "b", "d", "e"));
    EXPECT_EQ(children(), 3u);
}

TEST_F(InOrderTest, AChildThatDiesTakesOneMessageWithIt) {
    queue_all(site_, {"a", "b", "c"});
    processes_.next_child_dies_first(SIGSEGV);
    EXPECT_EQ(run_queue(site_, os_, 3), 3u);
    EXPECT_THAT(came, ElementsAre("b", "c"));
    EXPECT_THAT(log_of(0), testing::HasSubstr("Frozen"));
    EXPECT_THAT(log_of(1), testing::Not(testing::HasSubstr("Frozen")));
}

// The whole child, with three messages in its row: only the first one was in its hands.
TEST_F(InOrderTest, SoDoesOneWithARow) {
    queue_all(site_, {"a", "b", "c", "d", "e", "f"});
    site_.with_engine([&](const Engine& given) {
        IdleConnections idle(os_);
        Engine engine = given;
        engine.idle = &idle;
        const RunRequest request{.queue_run = true};
        InOrder in_order(engine, request, InOrder::kLongestRow, [] {});
        for (std::size_t i = 0; i < 3; ++i) in_order.deliver(id_of(i));  // rows of one and of two
        processes_.next_child_dies_first(SIGSEGV);
        for (std::size_t i = 3; i < 6; ++i) in_order.deliver(id_of(i));
        in_order.finish();
        return 0;
    });
    EXPECT_THAT(came, ElementsAre("a", "b", "c", "e", "f"));
    EXPECT_THAT(log_of(3), testing::HasSubstr("Frozen"));
    for (const std::size_t i : {4U, 5U}) EXPECT_EQ(log_of(i), log_of(0).replace(3, 1, i == 4 ? "e" : "f"));
}

TEST_F(InOrderTest, WhatPreconditionsLeaveBehindStaysWithItsMessage) {
    site_.configuration.routers[0].options.local_parts = text(R"(\N^(.)(.*)$\N)");
    for (TransportInstance& transport : site_.configuration.transports)
        static_cast<BoxOptions*>(transport.private_options.get())->note = text(":$2");
    EXPECT_EQ(run({"a1", "b2", "c3", "d4"}), 4u);
    EXPECT_THAT(came, ElementsAre("a1:1", "b2:2", "c3:3", "d4:4"));
}

// disable_logging of one transport does not silence the others.
TEST_F(InOrderTest, SilenceStaysWithItsMessage) {
    site_.configuration.transports[2].options.disable_logging = true;
    EXPECT_EQ(run({"a", "b", "box", "other", "c", "d"}), 6u);
    EXPECT_THAT(came, ElementsAre("a", "b", "other", "c", "d"));
    for (const std::size_t i : {0U, 1U, 4U, 5U}) EXPECT_EQ(log_of(i), "Completed\n") << i;
    EXPECT_EQ(log_of(2), "=> box@example R=all T=box\nCompleted\n");
    EXPECT_EQ(log_of(3), "=> other@example R=all T=other\nCompleted\n");
}

// Nor does it silence what is said of a message that is opened while it waits.
TEST_F(InOrderTest, NorTheMessageThatIsOpenedNext) {
    site_.configuration.transports[3].options.disable_logging = true;
    queue_all(site_, {"a", "other", "b"});
    os_.hold_lock("/spool/input/" + id_of(2) + "-D", LockKind::fcntl_write, {0, 19});
    EXPECT_EQ(run_queue(site_, os_, 3), 3u);
    EXPECT_EQ(log_of(2), "Spool file for " + id_of(2) + " is locked (another process is handling this message)\n");
}

struct ApartCase {
    const char* name;
    void (*set)(TransportInstance& wire);
};

class Apart : public InOrderTest, public testing::WithParamInterface<ApartCase> {};

// Options that several deliveries at once would get wrong.
TEST_P(Apart, HasAChildOfItsOwn) {
    GetParam().set(site_.configuration.transports[2]);
    EXPECT_EQ(run({"a", "b", "c"}), 3u);
    EXPECT_THAT(came, ElementsAre("a", "b", "c"));
    EXPECT_GE(children(), 3u);
}

INSTANTIATE_TEST_SUITE_P(
    Options, Apart,
    testing::Values(ApartCase{"MaxParallel", [](TransportInstance& wire) { wire.options.max_parallel = text("1"); }},
                    ApartCase{"Shadow",
                              [](TransportInstance& wire) { wire.options.shadow_transport.value = "shadow"; }}),
    [](const auto& param) { return param.param.name; });

TEST_F(InOrderTest, OneThatIsTooLargeHasNoPlaceInTheRow) {
    site_.configuration.transports[2].options.message_size_limit = text("${if eq{$local_part}{c}{1}{1M}}");
    EXPECT_EQ(run({"a", "b", "c", "d"}), 4u);
    EXPECT_THAT(came, ElementsAre("a", "b", "d"));
    EXPECT_THAT(log_of(2), testing::StartsWith("** c@example R=all T=wire: message is too big"));
}

// It is settled in its place, and nothing of those before it waits for it.
TEST_F(InOrderTest, OneThatCannotBePreparedHasNoPlaceEither) {
    site_.configuration.transports[2].options.return_path =
        text("${if eq{$local_part}{c}{${lookup{x}lsearch{/no/such}}}{x@example}}");
    EXPECT_EQ(run({"a", "b", "c", "d"}), 4u);
    EXPECT_THAT(came, ElementsAre("a", "b", "d"));
    EXPECT_THAT(log_of(2), testing::HasSubstr("== c@example R=all T=wire defer (-27)"));
    const std::string log = os_.content("/log/mainlog");
    EXPECT_LT(log.find("=> b@example"), log.find("== c@example"));
}

// If the row is given up its messages are routed again, and the log would have twice what routing has settled.
TEST_F(InOrderTest, NorHasOneOfWhichSomethingIsSettled) {
    EXPECT_EQ(run({"a", "b+hole1", "c+hole2", "d+hole3"}), 4u);
    EXPECT_THAT(came, ElementsAre("a", "b", "c", "d"));
    EXPECT_EQ(children(), 4u);
}

// What waits must not wait, locked, for those behind it to be routed.
TEST_F(InOrderTest, SlowRoutingEndsARow) {
    site_.configuration.routers[0].options.condition = {"${if match{$local_part}{^far}{${run{/bin/slow}{yes}}}{yes}}",
                                                        true};
    std::vector<std::size_t> taken_before;
    processes_.on_run = [&](const ProcessRunner::Command&) -> Result<ProcessRunner::CommandResult> {
        taken_before.push_back(came.size());
        clock_.advance(std::chrono::milliseconds(600));
        return ProcessRunner::CommandResult{};
    };
    EXPECT_EQ(run({"a", "b", "c", "d", "far1", "far2", "far3", "e", "f"}), 9u);
    EXPECT_THAT(came, ElementsAre("a", "b", "c", "d", "far1", "far2", "far3", "e", "f"));
    EXPECT_THAT(taken_before, ElementsAre(3u, 3u, 6u)) << "d waits for two of them, not for a third";
}

// Nor for many that are not to be delivered.
TEST_F(InOrderTest, SoDoManyThatAreNotToBeDelivered) {
    queue_all(site_, {"a", "b", "c", "d"});
    site_.with_engine([&](const Engine& given) {
        IdleConnections idle(os_);
        Engine engine = given;
        engine.idle = &idle;
        const RunRequest request{.queue_run = true};
        std::size_t done = 0;
        InOrder in_order(engine, request, InOrder::kLongestRow, [&] { ++done; });
        for (std::size_t i = 0; i < 4; ++i) in_order.deliver(id_of(i));
        EXPECT_THAT(came, ElementsAre("a", "b", "c"));
        clock_.advance(std::chrono::seconds(1));
        in_order.deliver(id_of(9));  // not there
        EXPECT_THAT(came, ElementsAre("a", "b", "c", "d"));
        EXPECT_EQ(done, 5u);
        in_order.finish();
        return 0;
    });
}

// A child that was taken over can settle its addresses by a transport of its own driver only.
TEST_F(InOrderTest, AReportCannotNameAnyTransport) {
    EXPECT_EQ(run({"names-box", "names-other"}), 2u);
    EXPECT_EQ(log_of(0), "=> names-box@example R=all T=wire\nCompleted\n");
    EXPECT_EQ(log_of(1), "=> names-other@example R=all T=other\nCompleted\n");
}

// --- faults ---

const std::vector<std::string> kCareful = {"careful1", "careful2", "careful3"};

struct SweptQueue {
    explicit SweptQueue(World& w)
        : faulty(w.os, w.fake, w.clock, w.processes), healthy(w.fake, w.fake, w.clock, w.processes) {
        use_wire(faulty);
        use_wire(healthy);
    }
    Site faulty, healthy;
};

// A server cannot be asked what it has: whoever is cut off before it is written down that a message was taken sends it
// again. That may be one message, not the row.
void expect_all_there(World& w) {
    for (const std::string& who : kCareful) EXPECT_THAT(came, testing::Contains(who));
    EXPECT_LE(came.size(), kCareful.size() + 1);
    for (std::size_t i = 0; i < kCareful.size(); ++i)
        EXPECT_FALSE(w.fake.exists("/spool/input/" + id_of(i) + "-H")) << i;
}

void queue_them(World& w) {
    prepare(w.fake);
    came.clear();
    SweptQueue queue(w);
    queue_all(queue.healthy, kCareful);
}

void run_disturbed(World& w) {
    SweptQueue queue(w);
    (void)run_queue(queue.faulty, w.os, kCareful.size());
}

void run_undisturbed(World& w) {
    SweptQueue queue(w);
    for (int run = 0; run < 2; ++run) (void)run_queue(queue.healthy, w.fake, kCareful.size());
    expect_all_there(w);
}

TEST(InOrderFaults, NothingIsLostAndOneMessageAtMostIsSentAgain) {
    for_every_fault({EIO, ENOSPC}, [](World& w) {
        queue_them(w);
        run_disturbed(w);
        run_undisturbed(w);
    });
}

TEST(InOrderFaults, NorByACrash) { for_every_crash(queue_them, run_disturbed, run_undisturbed); }

}  // namespace
}  // namespace postern
