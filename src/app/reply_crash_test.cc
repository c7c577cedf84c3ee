// SPDX-License-Identifier: Apache-2.0
// A message that is answered, with the run cut short behind every call and another queue runner that delivers whatever
// it finds in between: the sender gets one reply, and `once` says so (D-autoreply-once-order). The whole program but
// its main() runs over FakeOs.
#include <gtest/gtest.h>

#include "app/workplace.h"
#include "base/strings.h"
#include "support/fault_sweep.h"
#include "support/program_site.h"

namespace postern {
namespace {

using namespace program_site;

constexpr pid_t kOtherRunner = 6000;
constexpr char kDrivers[] = R"(begin routers
answer:
  driver = accept
  local_parts = joe
  transport = answer
stuck:
  driver = accept
  local_parts = stuck
  transport = stuck
rest:
  driver = accept
  transport = rest
begin transports
rest:
  driver = appendfile
  file = /mail/out
  user = joe
  lock_interval = 0s
stuck:
  driver = appendfile
  file = /none/box
  no_create_directory
  user = joe
answer:
  driver = autoreply
  to = $sender_address
  text = gone fishing
  user = joe
)";

struct Story {
    const char* name;
    const char* options;
    std::vector<std::string> recipients = {"joe@example"};
    bool split = false;
};

class ReplyCrash : public testing::TestWithParam<Story> {
protected:
    static void prepare(World& w) {
        prepare_machine(w);
        Spool spool(w.fake, {.directory = "/spool", .split = GetParam().split, .owner = kExim, .group = kExim});
        ASSERT_TRUE(put_on_queue(w.fake, spool));
    }

    static void prepare_machine(World& w) {
        put_machine(w.fake, std::string(kDrivers) + GetParam().options,
                    GetParam().split ? "split_spool_directory\n" : "");
        for (const char* area : {"/spool/input", "/spool/intent"}) w.fake.put_directory(area, 0750, kExim, kExim);
    }

    static Result<std::unique_ptr<HeldMessage>> put_on_queue(Os& os, Spool& spool) {
        POSTERN_TRY_ASSIGN(auto held, spool.begin(kId));
        POSTERN_TRY(write_all(os, held->data_fd(), "body\n"));
        POSTERN_TRY(spool.commit(*held, message()));
        return held;
    }

    static Message message() {
        Message message;
        message.id = kId;
        message.login = "root";
        message.sender = "ann@elsewhere";
        for (const std::string& recipient : GetParam().recipients) message.recipients.push_back({.address = recipient});
        message.received = message.received_complete = FakeClock::kStart;
        message.headers = {{HeaderType::received, "Received: by mx.example id " + std::string(kId) + "\n"},
                           {HeaderType::from, "From: ann@elsewhere\n"}};
        return message;
    }

    static void run(World& w, Os& os, const std::string& id) {
        w.clock.advance(std::chrono::seconds(1));
        const auto line = parse_command_line("exim", {"-C", "/etc/conf", "-M", id});
        Workplace place({os, w.clock, w.processes}, *line);
        if (place.open()) (void)deliver_from_spool(place.engine(), id, {.forced = true, .thaw = true});
    }

    // -odf
    static void deliver_on_the_spot(World& w) {
        const auto line = parse_command_line("exim", {"-C", "/etc/conf", "-odf", "joe@example"});
        Workplace place({w.os, w.clock, w.processes}, *line);
        if (!place.open() || place.spool_is_durable()) return;
        auto held = put_on_queue(w.os, place.spool());
        if (held) (void)deliver_held(place.engine(), std::move(*held), message(), false);
    }

    // Everything that it finds but the message that was cut short.
    static void other_runner(World& w) {
        for (const std::string& id : queue(w.fake))
            if (id != kId) run(w, w.fake, id);
    }

    static std::vector<std::string> queue(FakeOs& os) {
        std::vector<std::string> out;
        const auto listed = Spool(os, {.directory = "/spool", .split = GetParam().split}).list();
        EXPECT_TRUE(listed);
        if (!listed) return out;
        for (const Spool::Entry& entry : *listed) out.push_back(entry.id);
        return out;
    }

    static std::size_t replies(const FakeOs& os) {
        std::size_t found = 0;
        const std::string text = os.content("/mail/out"), mark = "\ngone fishing\n";
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) ++found;
        return found;
    }

    static void settle(World& w) {
        w.clock.advance(std::chrono::hours(1));  // old locks may be broken
        for (int again = 0; again < 2; ++again) {
            run(w, w.fake, kId);
            other_runner(w);
        }
    }

    static void expect_one_reply(World& w) {
        settle(w);
        const std::string state = w.fake.tree_text("/spool") + w.fake.content("/log/mainlog");
        EXPECT_EQ(replies(w.fake), 1U) << state;
        const bool stuck = GetParam().recipients.size() > 1;
        EXPECT_EQ(queue(w.fake), stuck ? std::vector<std::string>{kId} : std::vector<std::string>{}) << state;
        if (!contains(GetParam().options, "once =")) return;
        const std::string once = w.fake.content("/mail/once");
        EXPECT_EQ(once.substr(std::min<std::size_t>(once.size(), 8)), std::string("ann@elsewhere\0", 14)) << state;
    }
};

TEST_P(ReplyCrash, LeavesOneReply) {
    for_every_crash([](World& w) { prepare(w); }, [](World& w) { run(w, w.os, kId); },
                    [](World& w) {
                        other_runner(w);
                        expect_one_reply(w);
                    });
}

// Nobody has been answered, and nothing of the message is synced: if its files are there all the same, so is the record
// of its reply.
TEST_P(ReplyCrash, OnTheSpotWithThePowerCut) {
    const FakeOs::Disk disk{{"/spool/intent"}, 4096};
    bool hit = true;
    for (long n = 1; hit; ++n) {
        std::size_t count = 1;
        for (std::size_t state = 0; state < count; ++state) {
            World w;
            prepare_machine(w);
            w.fake.sync_everything();
            const FakeOs::Process machine = w.fake.save_process();
            w.os.crash_at(n);
            deliver_on_the_spot(w);
            hit = w.os.hit();
            w.fake.leave_child(machine);
            other_runner(w);
            count = w.fake.power_cut_states(disk);
            w.fake.power_cut_to(state, disk);
            settle(w);
            ASSERT_LE(replies(w.fake), 1U) << "call " << n << ", " << w.os.hit_at() << ", state " << state << "\n"
                                           << w.fake.tree_text("/spool") << w.fake.content("/log/mainlog");
        }
    }
}

// The reply is delivered and gone before the power goes, too.
TEST_P(ReplyCrash, WithThePowerCutAfterTheOtherRunner) {
    const FakeOs::Disk disk{{"/spool/input", "/spool/intent", "/mail"}, 4096};
    constexpr std::size_t kSample = 6;
    bool hit = true;
    for (long n = 1; hit; ++n) {
        std::size_t count = 1;
        for (std::size_t state = 0; state < count; state += count / kSample + 1) {
            World w;
            prepare(w);
            w.fake.sync_everything();
            const FakeOs::Process machine = w.fake.save_process();
            w.os.crash_at(n);
            run(w, w.os, kId);
            hit = w.os.hit();
            w.fake.leave_child(machine);
            other_runner(w);
            count = w.fake.power_cut_states(disk);
            w.fake.power_cut_to(state, disk);
            expect_one_reply(w);
            ASSERT_FALSE(HasFailure()) << "call " << n << ", " << w.os.hit_at() << ", state " << state;
        }
    }
}

TEST_P(ReplyCrash, AndAgainInTheRecovery) {
    constexpr long kStep = 17;
    bool hit = true;
    for (long n = 1; hit; ++n) {
        bool hit_again = true;
        for (long m = 1 + n % kStep; hit_again; m += kStep) {
            World w;
            prepare(w);
            const FakeOs::Process machine = w.fake.save_process();
            for (const bool first : {true, false}) {
                w.os.crash_at(first ? n : m);
                run(w, w.os, kId);
                (first ? hit : hit_again) = w.os.hit();
                w.fake.leave_child(machine);
                w.os.disarm();
                other_runner(w);
            }
            expect_one_reply(w);
            ASSERT_FALSE(HasFailure()) << "calls " << n << ", " << m;
        }
    }
}

// Whatever fails: the address waits, and is answered once.
TEST_P(ReplyCrash, FaultsLeaveOneReply) {
    for_every_fault({EIO, ENOSPC, EACCES}, [](World& w) {
        prepare(w);
        run(w, w.os, kId);
        other_runner(w);
        expect_one_reply(w);
    });
}

// An Os that lets somebody act right before the n-th call that changes something.
class Interrupted final : public FaultOs {
public:
    Interrupted(Os& inner, long at, std::function<void()> act) : FaultOs(inner), left_(at), act_(std::move(act)) {}
    [[nodiscard]] bool acted() const { return left_ <= 0; }

    Result<UniqueFd> open(const AtPath& where, int flags, mode_t mode = 0) override {
        if ((flags & O_CREAT) != 0) step();
        return FaultOs::open(where, flags, mode);
    }
    Result<std::size_t> write(int fd, std::string_view bytes) override { return step(), FaultOs::write(fd, bytes); }
    Status fsync(int fd) override { return step(), FaultOs::fsync(fd); }
    Status unlink(const AtPath& where) override { return step(), FaultOs::unlink(where); }
    Status rename(const AtPath& from, const AtPath& to) override { return step(), FaultOs::rename(from, to); }

private:
    void step() {
        if (--left_ == 0) act_();
    }
    long left_;
    std::function<void()> act_;
};

// Nothing goes wrong, but another queue runner is there all the time.
TEST_P(ReplyCrash, BesideAnotherRunnerLeavesOneReply) {
    bool acted = true;
    for (long n = 1; acted; ++n) {
        World w;
        prepare(w);
        const FakeOs::Process machine = w.fake.save_process();
        Interrupted os(w.fake, n, [&] {
            const FakeOs::Process here = w.fake.save_process();
            FakeOs::Process other = machine;
            other.pid = kOtherRunner;
            other.descriptors = here.descriptors;
            w.fake.enter_child(kOtherRunner);
            w.fake.leave_child(other);
            for (const std::string& id : queue(w.fake)) run(w, w.fake, id);
            w.fake.leave_child(here);
        });
        run(w, os, kId);
        acted = os.acted();
        expect_one_reply(w);
        ASSERT_FALSE(HasFailure()) << "before call " << n;
    }
}

const Story kStories[] = {
    {"Alone", ""},
    {"OnceAndMessageStays",
     "  once = /mail/once\n  once_file_size = 1000\n  log = /mail/log\n",
     {"joe@example", "stuck@example"},
     true},
};

INSTANTIATE_TEST_SUITE_P(Stories, ReplyCrash, testing::ValuesIn(kStories),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
