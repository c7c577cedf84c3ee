// SPDX-License-Identifier: Apache-2.0
#include "write/transport_filter.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "support/fault_sweep.h"
#include "sys/real_os.h"
#include "sys/real_processes.h"
#include "write/command_stream.h"

namespace postern {
namespace {

using Kind = FilterFailure::Kind;

WritePlan plan() {
    WritePlan out;
    out.prefix = "From x\n";
    out.suffix = "end\n";
    out.first_lines = {"Return-path: <>\n"};
    out.header_lines = {"Subject: x\n"};
    out.check = "From ";
    out.escape = ">From ";
    return out;
}

struct Filtering : World {
    explicit Filtering(FakeProgram program, const std::string& body = "From y\nbody\n") {
        fake.put_directory("/tmp", 01777);
        fake.put_file("/body", body);
        body_fd = std::move(*fake.open("/body", O_RDONLY));
        processes.on_spawn = [program](const Spawn&) { return program; };
    }
    tl::expected<Filtered, FilterFailure> run(const WritePlan& what = plan()) {
        return filter_message(os, clock, processes, {.argv = {"/bin/filter", "x"}, .environment = {"A=b"}}, what,
                              {body_fd.get(), 0, false});
    }
    // What a transport would deliver.
    std::string delivered(const WritePlan& what = plan()) {
        auto filtered = run(what);
        if (!filtered) return "failed";
        fake.put_file("/out", "");
        const auto out = fake.open("/out", O_WRONLY);
        FdSink sink(fake, out->get());
        EXPECT_TRUE(MessageWriter(fake).write(filtered->plan, filtered->body(), sink));
        return fake.content("/out");
    }
    UniqueFd body_fd;
};

const std::string kInner = "Return-path: <>\nSubject: x\n\nFrom y\nbody\n";

TEST(TransportFilter, SeesThePlainMessage) {
    std::string seen;
    Filtering f(fake_reader(&seen));
    EXPECT_EQ(f.delivered(), "From x\nend\n");
    EXPECT_EQ(seen, kInner);
    EXPECT_EQ(f.processes.spawned.at(0).argv, (std::vector<std::string>{"/bin/filter", "x"}));
    EXPECT_EQ(f.processes.spawned.at(0).umask, 077u);
    EXPECT_TRUE(f.fake.names_in("/tmp").empty());
    EXPECT_EQ(f.processes.unreaped(), 0u);
}

TEST(TransportFilter, ItsOutputIsEscaped) {
    Filtering f(fake_cat());
    EXPECT_EQ(f.delivered(), "From x\nReturn-path: <>\nSubject: x\n\n>From y\nbody\nend\n");
    WritePlan lmtp = plan();
    lmtp.crlf = lmtp.end_dot = true;
    EXPECT_EQ(Filtering(fake_cat()).delivered(lmtp),
              "From x\nReturn-path: <>\r\nSubject: x\r\n\r\n>From y\r\nbody\r\n.\r\nend\n");
}

// D-filter-first-line
TEST(TransportFilter, FirstLineAndMissingNewline) {
    WritePlan lmtp = plan();
    lmtp.prefix = lmtp.suffix = "";
    lmtp.crlf = lmtp.end_dot = true;
    bool said = false;
    Filtering f([&said](FakeCommand& me) {
        if (!said) me.say("From a\nlast");
        said = true;
        me.take_input();
        if (me.input_ended()) me.exit(0);
    });
    EXPECT_EQ(f.delivered(lmtp), ">From a\r\nlast\r\n.\r\n");
}

struct FailureCase {
    const char* name;
    FakeProgram program;
    Kind want_kind;
    int want_status;
};

TEST(TransportFilter, Failures) {
    const FailureCase kCases[] = {
        {"exit code",
         [](FakeCommand& me) {
             me.take_input();
             if (me.input_ended()) me.exit(3);
         },
         Kind::ended_badly, 3},
        {"signal", [](FakeCommand& me) { me.die_of(SIGTERM); }, Kind::ended_badly, -SIGTERM},
        {"cannot start", {}, Kind::ended_badly, 127},
        {"reads nothing", [](FakeCommand& me) { me.exit(0); }, Kind::stopped_reading, 0},
        {"sleeps", [](FakeCommand&) {}, Kind::timed_out, 0},
        {"never ends",
         [](FakeCommand& me) {
             if (!me.output_unread()) me.close_output();
         },
         Kind::timed_out, 0},
        {"leaves somebody behind",
         [](FakeCommand& me) {
             me.take_input();
             if (me.input_ended()) me.exit(0, true);
         },
         Kind::timed_out, 0},
    };
    for (const FailureCase& c : kCases) {
        SCOPED_TRACE(c.name);
        Filtering f(c.program, std::string(200'000, 'x'));
        const auto result = f.run();
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, c.want_kind);
        EXPECT_EQ(result.error().status, c.want_status);
        EXPECT_EQ(f.processes.unreaped(), 0u);
        EXPECT_TRUE(f.fake.names_in("/tmp").empty());
    }
}

TEST(TransportFilter, EveryFault) {
    for_every_fault({EIO, ENOSPC, EMFILE, EINTR}, [](World& w) {
        w.fake.put_directory("/tmp", 01777);
        w.fake.put_file("/body", std::string(100'000, 'b'));
        const auto body = w.fake.open("/body", O_RDONLY);
        w.processes.on_spawn = [](const Spawn&) { return fake_cat(); };
        const auto result = filter_message(w.os, w.clock, w.processes, {.argv = {"/bin/cat"}, .environment = {}},
                                           plan(), {body->get(), 0, false});
        if (result) {
            EXPECT_EQ(w.fake.stat(result->file.get())->size, 100'000 + 28);
        } else {
            EXPECT_EQ(result.error().kind, Kind::error);
        }
        EXPECT_EQ(w.processes.unreaped(), 0u);
        EXPECT_TRUE(w.fake.names_in("/tmp").empty() || w.os.hit_at().starts_with("unlink"));
    });
}

// Whatever a filter does with large inputs and outputs, neither side waits for the other.
TEST(TransportFilter, RealFiltersAndLargeMessages) {
    RealOs os;
    RealClock clock;
    RealProcesses processes;
    const std::string name = testing::TempDir() + "postern-filter-body";
    Os& plain = os;
    auto file = plain.open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    ASSERT_TRUE(write_all(os, file->get(), std::string(3'000'000, 'x') + "\n"));
    ASSERT_TRUE(plain.unlink(name));
    const struct {
        const char *name, *script;
        std::int64_t want_size;  // -1: fails
    } kCases[] = {
        {"cat", "exec cat", 3'000'001 + 1},
        {"first all input, then output", "x=$(cat | wc -c); head -c 4000000 /dev/zero", 4'000'000},
        {"first output, then input", "head -c 4000000 /dev/zero; exec cat >/dev/null", 4'000'000},
        {"much to say on stderr", "head -c 1000000 /dev/zero >&2; exec cat", 4'000'002},
        {"doubles", "tee /dev/stderr", 6'000'004},
        {"nothing", "cat >/dev/null", 0},
        {"stops reading", "head -c 10 >/dev/null", -1},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        const auto result = filter_message(
            os, clock, processes,
            {.argv = {"/bin/sh", "-c", c.script}, .environment = {"PATH=/bin:/usr/bin"}, .timeout = Seconds(20)},
            WritePlan{}, {file->get(), 0, false});
        ASSERT_EQ(result.has_value(), c.want_size >= 0);
        if (result) {
            EXPECT_EQ(plain.stat(result->file.get())->size, c.want_size);
        }
    }
}

}  // namespace
}  // namespace postern
