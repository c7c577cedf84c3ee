// SPDX-License-Identifier: Apache-2.0
#include "write/message_writer.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/fault_sweep.h"
#include "write/pump.h"

namespace postern {
namespace {

constexpr char kSpool[] = "/spool/1xVdQd-00080K-0j-D";
constexpr std::int64_t kOffset = 19;

struct Case {
    const char* name;
    WritePlan plan;
    std::string body;
    std::string want;
    std::int64_t want_newlines;
    bool wireformat = false;
};

WritePlan plan_of(const std::function<void(WritePlan&)>& change) {
    WritePlan plan;
    plan.header_lines = {"Subject: x\n", "To: a@b,\n c@d\n"};
    change(plan);
    return plan;
}

const std::string kHeaders = "Subject: x\nTo: a@b,\n c@d\n\n";

std::vector<Case> cases() {
    const auto nothing = [](WritePlan&) {};
    const auto from = [](WritePlan& p) {
        p.check = "From ";
        p.escape = ">From ";
    };
    const auto lmtp = [](WritePlan& p) {
        p.check = ".";
        p.escape = "..";
        p.crlf = p.end_dot = true;
    };
    const auto batch = [](WritePlan& p) {
        p.header_lines = {".first: x\n", ".second: y\n"};
        p.check = ".";
        p.escape = "..";
        p.escape_headers = true;
    };
    return {
        {"plain", plan_of(nothing), "body\n", kHeaders + "body\n", 5},
        {"first lines first", plan_of([](auto& p) { p.first_lines = {"Return-path: <>\n"}; }), "b\n",
         "Return-path: <>\n" + kHeaders + "b\n", 6},
        {"no headers, no separator", plan_of([](auto& p) { p.headers = false; }), "b\n", "b\n", 1},
        {"no body, separator", plan_of([](auto& p) { p.body = false; }), "b\n", kHeaders, 4},
        {"empty body", plan_of(nothing), "", kHeaders, 4},
        {"mbox: first body line is checked", plan_of(from), "From x\n>From y\nFrom z\n",
         kHeaders + ">From x\n>From y\n>From z\n", 7},
        {"mbox: headers are not", plan_of([&](auto& p) {
             from(p);
             p.header_lines = {"From x\n"};
         }),
         "\n", "From x\n\n\n", 3},
        {"affixes are left alone and not counted", plan_of([&](auto& p) {
             from(p);
             p.crlf = true;
             p.prefix = "From a\n";
             p.suffix = "\n";
         }),
         "From b\n", "From a\nSubject: x\r\nTo: a@b,\r\n c@d\r\n\r\n>From b\r\n\n", 5},
        {"LMTP", plan_of(lmtp), ".a\n.\n", "Subject: x\r\nTo: a@b,\r\n c@d\r\n\r\n..a\r\n..\r\n.\r\n", 7},
        {"LMTP: the dot gets a line of its own", plan_of(lmtp), "a", "Subject: x\r\nTo: a@b,\r\n c@d\r\n\r\na\r\n.\r\n",
         6},
        {"LMTP: headers are not stuffed", plan_of([&](auto& p) {
             lmtp(p);
             p.header_lines = {".x: y\n"};
         }),
         "", ".x: y\r\n\r\n.\r\n", 3},
        {"BSMTP: header lines but the first", plan_of(batch), ".b\n", ".first: x\n..second: y\n\n..b\n", 4},
        {"limit counts input bytes", plan_of([](auto& p) {
             p.body_limit = 3;
             p.crlf = true;
         }),
         "a\nb\nc\n", "Subject: x\r\nTo: a@b,\r\n c@d\r\n\r\na\r\nb", 5},
        {"NUL and 8 bit", plan_of(nothing), std::string("\0\xff\r\n", 4), kHeaders + std::string("\0\xff\r\n", 4), 5},
        {"wireformat to LF", plan_of(from), "From a\r\nb\r\n", kHeaders + ">From a\nb\n", 6, true},
        {"wireformat to CRLF", plan_of([](auto& p) { p.crlf = true; }), "a\r\nb\r\n",
         "Subject: x\r\nTo: a@b,\r\n c@d\r\n\r\na\r\nb\r\n", 6, true},
    };
}

BodySource put_body(World& w, const std::string& body, bool wireformat = false) {
    w.fake.put_file(kSpool, "1xVdQd-00080K-0j-D\n" + body);
    auto fd = w.fake.open(kSpool, O_RDONLY);
    return {fd->release(), kOffset, wireformat};
}

// To a file that already has something in it.
std::string written(World& w, const WritePlan& plan, const BodySource& body, std::int64_t& newlines) {
    w.fake.put_file("/out", "old ");
    const auto out = w.fake.open("/out", O_WRONLY | O_APPEND);
    FdSink sink(w.os, out->get());
    const auto result = MessageWriter(w.os).write(plan, body, sink);
    EXPECT_TRUE(result);
    newlines = result ? result->newlines : -1;
    const std::string text = w.fake.content("/out").substr(4);
    EXPECT_EQ(sink.count(), static_cast<std::int64_t>(text.size()));
    return text;
}

TEST(MessageWriter, Bytes) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(c.name);
        World w;
        const BodySource body = put_body(w, c.body, c.wireformat);
        std::int64_t newlines = 0;
        EXPECT_EQ(written(w, c.plan, body, newlines), c.want);
        EXPECT_EQ(newlines, c.want_newlines);
        const auto size = MessageWriter(w.os).measure(c.plan, body);
        ASSERT_TRUE(size);
        EXPECT_EQ(*size, static_cast<std::int64_t>(c.want.size()));
    }
}

TEST(MessageWriter, MatchAroundEveryBlockEdge) {
    WritePlan plan = plan_of([](auto& p) {
        p.check = "From ";
        p.escape = ">From ";
    });
    for (const std::size_t edge : {Pump::kBlock, 2 * Pump::kBlock}) {
        for (std::size_t before = 0; before <= 7; ++before) {
            World w;
            const std::string start(edge - before - 1, 'x');
            std::int64_t newlines = 0;
            const std::string text = written(w, plan, put_body(w, start + "\nFrom y\nFro"), newlines);
            EXPECT_EQ(text, kHeaders + start + "\n>From y\nFro") << before << " bytes before " << edge;
        }
    }
}

TEST(MessageWriter, BigBodyOfALimitedPart) {
    World w;
    const std::string body(200000, 'b');
    WritePlan plan = plan_of([](auto& p) { p.body_limit = 150000; });
    std::int64_t newlines = 0;
    EXPECT_EQ(written(w, plan, put_body(w, body), newlines), kHeaders + body.substr(0, 150000));
}

// Whatever fails is reported; EINTR of a read is not a failure.
TEST(MessageWriter, EveryFaultIsReportedOrHarmless) {
    for_every_fault({EIO, ENOSPC, EINTR}, [](World& w) {
        const std::string body(150000, 'b');
        const BodySource source = put_body(w, body);
        w.fake.put_file("/out", "");
        const auto out = w.fake.open("/out", O_WRONLY | O_APPEND);
        FdSink sink(w.os, out->get());
        const bool ok = MessageWriter(w.os).write(plan_of([](auto&) {}), source, sink).has_value();
        EXPECT_TRUE((kHeaders + body).starts_with(w.fake.content("/out")));
        EXPECT_EQ(ok, w.fake.content("/out") == kHeaders + body);
    });
}

}  // namespace
}  // namespace postern
