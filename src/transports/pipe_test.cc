// SPDX-License-Identifier: Apache-2.0
// What tests/compat cannot show: the end of every command against every option, faults at each step, and what happens
// to processes and output when time is up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "support/delivery_world.h"
#include "transports/all.h"
#include "transports/pipe_outcome.h"

namespace postern {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using O = PipeOptions;
using Change = std::function<void(O&)>;

Expandable text(std::string source) { return {std::move(source), true, {}}; }

const TransportDriver& pipe_record() {
    for (const TransportDriver* driver : all_transports())
        if (driver->description.name == "pipe") return *driver;
    std::abort();
}

struct Delivery : DeliveryWorld {
    explicit Delivery(
        FakeProgram program, const Change& change = [](O&) {}) {
        const auto error = use<O>(pipe_record(), [&](O& o) {
            o.command = text("/bin/cmd a");
            change(o);
        });
        EXPECT_EQ(error.text, "");
        processes.on_spawn = [program](const Spawn&) { return program; };
    }
    AddressReport run() {
        const DeliveryReport report = deliver();
        EXPECT_EQ(report.addresses.size(), batch.size());
        body_fd.reset();
        EXPECT_EQ(fake.open_descriptors(), 0u);
        EXPECT_EQ(processes.unreaped(), 0u);
        return report.addresses.front();
    }
};

const std::string kMessage =
    "From ann@test.ex Sun Nov 22 03:52:18 2026\nReceived: from a\n\tby b\nFrom: ann@test.ex\nTo: joe@test.ex\nSubject: "
    "x\n\nbody\n\n";

FakeProgram ends_with(int code, std::string says = {}) {
    return [code, says](FakeCommand& me) mutable {
        me.take_input();
        says.erase(0, me.say(says));
        if (me.input_ended() && says.empty()) me.exit(code);
    };
}
FakeProgram sleeper() {
    return [](FakeCommand&) {};
}

TEST(Pipe, TheMessageIsItsInput) {
    std::string seen;
    Delivery d(fake_reader(&seen));
    const AddressReport report = d.run();
    EXPECT_EQ(report.outcome, (Outcome{.verdict = Verdict::ok, .code = 0}));
    EXPECT_EQ(seen, kMessage);
    EXPECT_EQ(report.bytes_written, static_cast<std::int64_t>(seen.size()));
    const Spawn& command = d.processes.spawned.at(0);
    EXPECT_THAT(command.argv, ElementsAre("/bin/cmd", "a"));
    EXPECT_EQ(command.umask, 022u);
    EXPECT_THAT(command.environment, Contains("LOCAL_PART=joe"));
    EXPECT_EQ(d.processes.kills.size(), 0u);
}

// --- every end against every option (spec §10, invariants 10 and 11) ---

struct EndCase {
    bool ignore, freeze_exec, freeze_signal;
    const char* temp_errors;
};

Verdict wanted_for_code(int code, const EndCase& c) {
    if (code == 0) return Verdict::ok;
    if (code == 127 && c.freeze_exec) return Verdict::defer;
    if (c.ignore) return Verdict::ok;
    const std::string list = c.temp_errors;
    const bool temporary = list == "*" || (list == "75:73" && (code == 75 || code == 73)) || (list == "3" && code == 3);
    return temporary ? Verdict::defer : Verdict::fail;
}

TEST(PipeOutcome, EveryExitCodeAndSignal) {
    for (int bits = 0; bits < 8; ++bits) {
        for (const char* list : {"75:73", "*", "3", ""}) {
            const EndCase c{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, list};
            O options;
            options.ignore_status = c.ignore;
            options.freeze_exec_fail = c.freeze_exec;
            options.freeze_signal = c.freeze_signal;
            options.temp_errors = {list, true};
            const PipeCommand command{.text = "cmd", .argv = {"/bin/cmd"}, .environment = {}};
            for (int code = 0; code < 256; ++code) {
                PipeRun run;
                run.status = ExitStatus{.code = code};
                const Outcome out = outcome_of_run(run, command, options, "t1");
                EXPECT_EQ(out.verdict, wanted_for_code(code, c)) << code << " " << bits << list;
                EXPECT_EQ(out.special == Special::freeze, code == 127 && c.freeze_exec);
                EXPECT_EQ(out.user_message.empty(), out.verdict == Verdict::ok);
                EXPECT_EQ(out.code, 0);
            }
            for (int signal = 1; signal < 32; ++signal) {
                PipeRun run;
                run.status = ExitStatus{.signal = signal};
                const Outcome out = outcome_of_run(run, command, options, "t1");
                const Verdict want = c.freeze_signal ? Verdict::defer : c.ignore ? Verdict::ok : Verdict::fail;
                EXPECT_EQ(out.verdict, want) << signal;
                EXPECT_EQ(out.special == Special::freeze, c.freeze_signal);
            }
        }
    }
}

TEST(PipeOutcome, CoreDumpsShowInTheNumber) {
    PipeRun run;
    run.status = ExitStatus{.signal = SIGSEGV, .dumped_core = true};
    EXPECT_THAT(outcome_of_run(run, {.text = "x", .argv = {"/x"}, .environment = {}}, O{}, "t1").message,
                HasSubstr("signal 139 (Unknown signal 139)"));
}

// --- time ---

TEST(Pipe, TimeIsUp) {
    const struct {
        const char* name;
        FakeProgram program;
        std::size_t body;
        bool defers;
        const char* want_message;
    } kCases[] = {
        {"sleeps", sleeper(), 5, false, "pipe delivery process timed out"},
        {"sleeps, defer", sleeper(), 5, true, "pipe delivery process timed out"},
        {"does not read", sleeper(), 200'000, false,
         "pipe delivery process timed out (preceded by timeout while writing to pipe)"},
        {"closes its output and sleeps",
         [](FakeCommand& me) {
             me.take_input();
             if (!me.output_unread()) me.close_output();
         },
         5, false, "pipe delivery process timed out"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(c.program, [&](O& o) {
            o.timeout_defer = c.defers;
            o.timeout.seconds = 60;
        });
        d.set_body(std::string(c.body, 'b'));
        const auto began = d.clock.steady();
        const AddressReport report = d.run();
        EXPECT_EQ(report.outcome.verdict, c.defers ? Verdict::defer : Verdict::fail);
        EXPECT_EQ(report.outcome.message, c.want_message);
        EXPECT_LE(d.clock.steady() - began, Seconds(62));
        EXPECT_EQ(d.processes.kills.at(0).second, SIGKILL);
        EXPECT_LT(d.processes.kills.at(0).first, 0) << "the group";
    }
}

// D-pipe-output-held: somebody who was left behind holds the output.
TEST(Pipe, WhoHoldsTheOutputHasNoMoreTimeThanTheCommand) {
    Delivery d(
        [](FakeCommand& me) {
            me.take_input();
            if (me.input_ended()) me.exit(0, true);
        },
        [](O& o) { o.timeout.seconds = 60; });
    const auto began = d.clock.steady();
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    EXPECT_LE(d.clock.steady() - began, Seconds(61));
    EXPECT_LT(d.processes.kills.at(0).first, 0) << "the group";
}

// --- output ---

TEST(Pipe, OutputIsKeptUpToItsLimit) {
    // D-pipe-output-cut
    const Change limit = [](O& o) {
        o.max_output.value = 1000;
        o.return_output = true;
    };
    Delivery within(ends_with(0, std::string(1000, 'x')), limit);
    AddressReport report = within.run();
    EXPECT_EQ(report.returned_output, std::string(1000, 'x'));
    EXPECT_EQ(report.outcome.message, "return message generated");
    Delivery beyond([](FakeCommand& me) { me.say(std::string(700, 'y')); }, limit);
    report = beyond.run();
    EXPECT_EQ(report.returned_output, std::string(1000, 'y') + "\n\n*** Too much output - remainder discarded ***\n");
    EXPECT_THAT(report.outcome.message, HasSubstr("was terminated by signal 9 (Killed)"));
    Delivery nothing([](FakeCommand& me) { me.say("x"); }, [](O& o) { o.max_output.value = 0; });
    EXPECT_EQ(nothing.run().outcome.verdict, Verdict::fail);
}

struct OutputCase {
    const char* name;
    Change change;
    int code;
    const char* sender;
    Verdict want_verdict;
    bool want_returned;
    std::optional<std::string> want_line;
    const char* want_message;
};

TEST(Pipe, OutputOptions) {
    const std::string returned =
        "Child process of t1 transport returned 75 (could mean temporary error) from command: "
        "/bin/cmd";
    const OutputCase kCases[] = {
        {"nothing wanted", [](O&) {}, 0, "a@b", Verdict::ok, false, std::nullopt, ""},
        {"return", [](O& o) { o.return_output = true; }, 0, "a@b", Verdict::fail, true, std::nullopt,
         "return message generated"},
        {"return, deferred", [](O& o) { o.return_output = true; }, 75, "a@b", Verdict::fail, true, std::nullopt,
         returned.c_str()},
        {"return, nobody", [](O& o) { o.return_output = true; }, 75, "", Verdict::defer, false, std::nullopt,
         returned.c_str()},
        {"return fail, ok", [](O& o) { o.return_fail_output = true; }, 0, "a@b", Verdict::ok, false, std::nullopt, ""},
        {"return fail, deferred", [](O& o) { o.return_fail_output = true; }, 75, "a@b", Verdict::defer, false,
         std::nullopt, returned.c_str()},
        {"log and return", [](O& o) { o.log_output = o.return_output = true; }, 0, "a@b", Verdict::fail, true,
         "one \t\x01", "return message generated"},
        {"log deferred", [](O& o) { o.log_defer_output = true; }, 75, "", Verdict::defer, false, "one \t\x01",
         returned.c_str()},
        {"log failed, deferred", [](O& o) { o.log_fail_output = true; }, 75, "", Verdict::defer, false, std::nullopt,
         returned.c_str()},
    };
    for (const OutputCase& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(ends_with(c.code, "one \t\x01 \t\r\ntwo\n"), c.change);
        d.message.sender = c.sender;
        d.add_address("ann@test.ex");
        const DeliveryReport report = d.deliver();
        const AddressReport& first = report.addresses.at(0);
        EXPECT_EQ(first.outcome.verdict, c.want_verdict);
        EXPECT_EQ(first.outcome.message, c.want_message);
        EXPECT_EQ(!first.returned_output.empty(), c.want_returned);
        EXPECT_EQ(first.output_line, c.want_line);
        EXPECT_EQ(report.addresses.at(1).outcome, first.outcome) << "one verdict for all";
        EXPECT_EQ(report.addresses.at(1).output_line, std::nullopt) << "said once";
    }
}

TEST(Pipe, ErrorsAddressIsSomebodyToTell) {
    Delivery d(ends_with(0, "out"), [](O& o) { o.return_output = true; });
    d.message.sender = "";
    d.batch.front()->props.errors_address = "boss@test.ex";
    EXPECT_EQ(d.run().outcome.verdict, Verdict::fail);
}

// --- what is settled before the command starts ---

TEST(Pipe, NothingRunsWhenSomethingCannotBeExpanded) {
    const struct {
        const char* name;
        std::function<void(Delivery&)> set_up;
        Change change;
        Verdict want_verdict;
        int want_code;
        const char* want_message;
    } kCases[] = {
        {"prefix", [](Delivery&) {}, [](O& o) { o.message_prefix = text("$nosuch"); }, Verdict::panic, 0,
         "Expansion of \"$nosuch\" (prefix for t1 transport) failed: unknown variable name \"nosuch\""},
        {"suffix", [](Delivery&) {}, [](O& o) { o.message_suffix = text("$nosuch"); }, Verdict::panic, 0,
         "Expansion of \"$nosuch\" (suffix for t1 transport) failed: unknown variable name \"nosuch\""},
        {"headers",
         [](Delivery& d) {
             d.instance->options.headers_add = {"$nosuch", true};
         },
         [](O&) {}, Verdict::panic, code::kHeaderFail,
         "Failed to expand headers_add or headers_remove: unknown variable name \"nosuch\""},
        {"filter", [](Delivery& d) { d.instance->options.transport_filter = text("/bin/f $nosuch"); }, [](O&) {},
         Verdict::panic, code::kUnknown,
         "Expansion of \"$nosuch\" from command \"/bin/f $nosuch\" in transport filter failed: unknown variable name "
         "\"nosuch\""},
        // D-pipe-blank
        {"blanks", [](Delivery&) {}, [](O& o) { o.command = text("  \t "); }, Verdict::defer, 0,
         "no command specified for t1 transport"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(ends_with(0), c.change);
        c.set_up(d);
        const AddressReport report = d.run();
        EXPECT_EQ(report.outcome.verdict, c.want_verdict);
        EXPECT_EQ(report.outcome.code, c.want_code);
        EXPECT_EQ(report.outcome.message, c.want_message);
        EXPECT_EQ(report.outcome.user_message, "");
        EXPECT_TRUE(d.processes.spawned.empty());
    }
}

TEST(Pipe, FiltersRunFirst) {
    const struct {
        const char* name;
        FakeProgram filter;
        bool defers;
        Verdict want_verdict;
        int want_code;
        const char* want_message;
    } kCases[] = {
        {"fails", ends_with(3), false, Verdict::panic, code::kFilterFail, "Transport filter process failed (3)"},
        {"cannot start",
         {},
         false,
         Verdict::panic,
         code::kFilterFail,
         "Transport filter process failed (127): unable to execute command"},
        {"sleeps", sleeper(), false, Verdict::fail, 0, "transport filter timeout while writing to pipe"},
        {"sleeps, defer", sleeper(), true, Verdict::defer, 0, "transport filter timeout while writing to pipe"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(ends_with(0), [&](O& o) { o.timeout_defer = c.defers; });
        d.fake.put_directory("/tmp", 01777);
        d.instance->options.transport_filter = text("/bin/filter");
        d.processes.on_spawn = [&](const Spawn& command) {
            return command.argv[0] == "/bin/filter" ? c.filter : ends_with(0);
        };
        const AddressReport report = d.run();
        EXPECT_EQ(report.outcome.verdict, c.want_verdict);
        EXPECT_EQ(report.outcome.code, c.want_code);
        EXPECT_EQ(report.outcome.message, c.want_message);
        EXPECT_EQ(d.processes.spawned.size(), 1u) << "the command never ran";
    }
}

TEST(Pipe, NoDelivery) {
    Delivery d(ends_with(1));
    d.message.dont_deliver = true;
    DeliveryContext context = d.context();
    context.dont_deliver = true;
    EXPECT_EQ(d.transport->deliver(context).addresses.front().outcome.verdict, Verdict::ok);
    EXPECT_TRUE(d.processes.spawned.empty());
    d.use<O>(pipe_record(), [](O& o) { o.command = text("nosuch"); });
    DeliveryContext again = d.context();
    again.dont_deliver = true;
    EXPECT_EQ(d.transport->deliver(again).addresses.front().outcome.message,
              "\"nosuch\" command not found for t1 transport");
}

TEST(Pipe, NeverAsSomebodyElse) {
    Delivery d(ends_with(0));
    d.identity.uid = 1001;
    EXPECT_EQ(d.run().outcome.verdict, Verdict::panic);
    EXPECT_TRUE(d.processes.spawned.empty());
}

TEST(Pipe, CoreDumpsOnlyWherePermitted) {  // D-pipe-core
    for (const bool permitted : {false, true}) {
        Delivery d(ends_with(0), [&](O& o) { o.permit_coredump = permitted; });
        DeliveryContext context = d.context();
        EXPECT_FALSE(d.transport->setup(context));
        EXPECT_EQ(context.identity.core_limit, permitted ? UINT64_MAX : 0);
    }
}

// --- faults: never a process left, never a command that takes half a message for whole ---

TEST(Pipe, EveryFault) {
    for (const int error : {EIO, EMFILE, EINTR, EAGAIN}) {
        for (long n = 1;; ++n) {
            std::string seen;
            Delivery d(fake_reader(&seen));
            d.set_body(std::string(150'000, 'b') + "\n");
            DeliveryContext context = d.context();
            d.os.fail_at(n, error);
            const Outcome out = d.transport->deliver(context).addresses.front().outcome;
            SCOPED_TRACE(std::to_string(error) + " at " + d.os.hit_at());
            EXPECT_EQ(d.processes.unreaped(), 0u);
            EXPECT_NE(out.verdict, Verdict::fail) << "a passing trouble of ours is no reason to bounce";
            if (out.verdict == Verdict::ok) {
                EXPECT_TRUE(seen.ends_with("b\n\n"));
            } else {
                EXPECT_TRUE(seen.empty() || !d.processes.kills.empty()) << "D-pipe-error-kills";
            }
            if (!d.os.hit() || ::testing::Test::HasFailure()) break;
        }
    }
}

// --- after a crash ---

struct Records final : IntentLog {
    Status record(std::string_view text) override {
        if (fails) return failure(ENOSPC, "record");
        texts.emplace_back(text);
        return {};
    }
    std::vector<std::string> texts;
    bool fails = false;
};

TEST(Pipe, WritesDownThatItRunsAndHowItEnded) {
    for (const int code : {0, 3}) {
        Delivery d(ends_with(code));
        Records records;
        DeliveryContext context = d.context();
        context.intents = &records;
        (void)d.transport->deliver(context);
        EXPECT_THAT(records.texts, ElementsAre("pipe begun", code == 0 ? "pipe delivered" : "pipe refused"));
    }
    Delivery d(ends_with(0));
    Records full;
    full.fails = true;
    DeliveryContext context = d.context();
    context.intents = &full;
    const Outcome out = d.transport->deliver(context).addresses.front().outcome;
    EXPECT_EQ(out.verdict, Verdict::defer);
    EXPECT_EQ(out.code, ENOSPC);
    EXPECT_TRUE(d.processes.spawned.empty());
}

TEST(Pipe, AfterACrash) {  // D-pipe-after-crash
    const EarlierIntent begun{"pipe begun", true}, delivered{"pipe delivered", true}, refused{"pipe refused", true};
    const struct {
        const char* name;
        const char* choice;
        std::vector<EarlierIntent> earlier;
        Verdict want_verdict;
        std::size_t want_runs;
        std::size_t want_notes;
    } kCases[] = {
        {"nothing known", "fail", {}, Verdict::ok, 1, 0},
        {"somebody else's", "fail", {{"pipe begun", false}}, Verdict::ok, 1, 0},
        {"rerun", "rerun", {begun}, Verdict::ok, 1, 1},
        {"defer", "defer", {begun}, Verdict::defer, 0, 0},
        {"fail", "fail", {begun}, Verdict::fail, 0, 0},
        {"it was refused", "fail", {begun, refused}, Verdict::ok, 1, 0},
        {"it was refused, then tried again", "fail", {begun, refused, begun}, Verdict::fail, 0, 0},
        {"it was delivered", "fail", {begun, delivered}, Verdict::ok, 0, 1},
        {"it was delivered, rerun", "rerun", {begun, delivered}, Verdict::ok, 0, 1},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        Delivery d(ends_with(0), [&](O& o) { o.after_crash = {c.choice, true}; });
        DeliveryContext context = d.context();
        context.earlier_intents = c.earlier;
        const DeliveryReport report = d.transport->deliver(context);
        const Outcome& out = report.addresses.front().outcome;
        EXPECT_EQ(out.verdict, c.want_verdict);
        EXPECT_EQ(d.processes.spawned.size(), c.want_runs);
        EXPECT_EQ(report.main_lines.size(), c.want_notes);
        if (out.verdict != Verdict::ok) {
            EXPECT_EQ(out.message,
                      "an earlier delivery to joe@test.ex by t1 transport was cut short; its command may "
                      "have done its work");
        }
    }
}

TEST(Pipe, AfterCrashIsOneOfThree) {
    DeliveryWorld world;
    EXPECT_EQ(world.use<O>(pipe_record(),
                           [](O& o) {
                               o.after_crash = {"again", true};
                           })
                  .text,
              "invalid value given for \"after_crash\" for the t1 transport: 'again'");
}

// --- confinement ---

TEST(Pipe, ConfinedCommandsGetADirectoryOfTheirOwn) {
    Delivery d(ends_with(0), [](O& o) {
        o.confine = true;
        o.confine_read = text("/usr : $home/x");
        o.confine_write = text("$home/y");
    });
    d.fake.put_directory("/tmp", 01777);
    EXPECT_EQ(d.run().outcome.verdict, Verdict::ok);
    const Spawn& command = d.processes.spawned.at(0);
    ASSERT_TRUE(command.confinement);
    EXPECT_THAT(command.confinement->read, ElementsAre("/usr", "/home/joe/x"));
    ASSERT_EQ(command.confinement->write.size(), 2u);
    EXPECT_EQ(command.confinement->write[0], "/home/joe/y");
    EXPECT_THAT(command.environment, Contains("TMPDIR=" + command.confinement->write[1]));
    EXPECT_FALSE(d.fake.exists(command.confinement->write[1])) << "gone with the command";
    EXPECT_EQ(d.processes.kills.at(0).second, SIGKILL) << "and so is whoever it left behind";
    EXPECT_LT(d.processes.kills.at(0).first, 0);
}

TEST(Pipe, NotConfinedIsNotRun) {
    const Change confined = [](O& o) { o.confine = true; };
    Delivery no_landlock(ends_with(0), confined);
    no_landlock.fake.put_directory("/tmp", 01777);
    no_landlock.processes.support.landlock = 0;
    AddressReport report = no_landlock.run();
    EXPECT_EQ(report.outcome.verdict, Verdict::defer);
    EXPECT_EQ(report.outcome.message, "cannot confine the command of t1 transport (landlock): it is not run");
    EXPECT_TRUE(no_landlock.fake.names_in("/tmp").empty());
    Delivery no_directory(ends_with(0), confined);
    no_directory.fake.put_directory("/tmp", 0755);
    EXPECT_EQ(no_directory.run().outcome.verdict, Verdict::defer);
    Delivery from_outside(ends_with(0), [](O& o) {
        o.confine = true;
        o.confine_write = text("/srv/$local_part");
    });
    from_outside.fake.put_directory("/tmp", 01777);
    EXPECT_THAT(from_outside.run().outcome.message, HasSubstr("it holds text from outside"));
    for (Delivery* d : {&no_landlock, &no_directory, &from_outside}) EXPECT_TRUE(d->processes.spawned.empty());
}

TEST(Pipe, NoProcessToBeHad) {
    Delivery d(ends_with(0));
    d.processes.next_fork_fails(EAGAIN);
    const AddressReport report = d.run();
    EXPECT_EQ(report.outcome.verdict, Verdict::defer);
    EXPECT_EQ(report.outcome.code, 0);
    EXPECT_EQ(report.outcome.message,
              "Failed to create child process for t1 transport: Resource temporarily unavailable");
}

TEST(Pipe, Plan) {
    Delivery d(ends_with(0), [](O& o) { o.command = text("/bin/cmd 'a b' $domain"); });
    DeliveryContext context = d.context();
    const DeliveryPlan refused = d.transport->plan(context);
    EXPECT_THAT(refused.refusal->message, HasSubstr("Tainted arg 2"));
    d.use<O>(pipe_record(), [](O& o) { o.command = text("/bin/cmd 'a b'"); });
    DeliveryContext again = d.context();
    const DeliveryPlan plan = d.transport->plan(again);
    EXPECT_FALSE(plan.refusal);
    EXPECT_EQ(plan.kind, "command");
    EXPECT_THAT(plan.steps, Contains("argument 1: a b"));
    EXPECT_THAT(plan.steps, Contains("environment LOCAL_PART=joe"));
}

}  // namespace
}  // namespace postern
