// SPDX-License-Identifier: Apache-2.0
#include "spool/header_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace postern {
namespace {

std::string testdata(const std::string& name) {
    std::ifstream in("src/spool/testdata/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Message parsed(std::string_view text) {
    auto message = parse_header_file(text);
    EXPECT_TRUE(message) << message.error().what << " in:\n" << text;
    return message ? *std::move(message) : Message{};
}

// Files that exim4 4.96 wrote.
TEST(HeaderFile, WhatEximWroteComesBackByteForByte) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("src/spool/testdata")) {
        const std::string text = testdata(entry.path().filename());
        EXPECT_EQ(format_header_file(parsed(text)), text) << entry.path();
        ++count;
    }
    EXPECT_GE(count, 9U);
}

TEST(HeaderFile, ReadsWhatItMeans) {
    const Message m = parsed(testdata("esmtp_dsn_acl_variables"));
    EXPECT_EQ(m.id, "1xVcye-0000BV-2w");
    EXPECT_EQ(m.login, "root");
    EXPECT_EQ(m.sender, "s@b.example");
    EXPECT_EQ(m.received, (TimePoint{1795474656, 910846}));
    EXPECT_EQ(m.received_complete, (TimePoint{1795474656, 914860}));
    EXPECT_EQ(m.helo_name, "client.example");
    EXPECT_EQ(m.host_address, "192.0.2.1");
    EXPECT_EQ(m.host_port, 1234);
    EXPECT_EQ(m.interface_port, 25);
    EXPECT_EQ(m.received_protocol, "esmtpa");
    EXPECT_EQ(m.tainted_lines.count("helo_name"), 1U);
    EXPECT_EQ(m.tainted_lines.count("received_protocol"), 0U);
    EXPECT_EQ(m.acl_variables[0], (StoredVariable{"c_one", "conn value client.example", true, ""}));
    EXPECT_EQ(m.acl_variables[3], (StoredVariable{"m0", "line one\nline two\n", false, ""}));
    EXPECT_EQ(m.dsn_envid, "en+2Bv");
    EXPECT_EQ(m.dsn_ret, 2);
    EXPECT_TRUE(m.first_delivery);
    EXPECT_EQ(m.body_zerocount, 1);
    ASSERT_EQ(m.recipients.size(), 2U);
    EXPECT_EQ(m.recipients[0], (Recipient{"x@y", "", -1, "rfc822;orig+2B@x", kDsnSuccess | kDsnFailure | kDsnDelay}));
    ASSERT_EQ(m.headers.size(), 3U);
    EXPECT_EQ(m.headers[0].type, HeaderType::received);
    EXPECT_EQ(m.headers[2].text, "X: y\n  folded\n");
}

TEST(HeaderFile, FrozenAndThawed) {
    EXPECT_EQ(parsed(testdata("frozen")).frozen, 1795474697);
    const Message thawed = parsed(testdata("thawed"));
    EXPECT_FALSE(thawed.frozen);
    EXPECT_TRUE(thawed.manual_thaw);
    EXPECT_EQ(thawed.non_recipients.count("ot@test.example"), 1U);
    EXPECT_EQ(thawed.recipients.back(), (Recipient{"defer1@test.example", "", 24, "", 0}));
}

// The addresses of tree_500 were marked done in the order in which they are recipients, by exim4 -Mmd.
TEST(HeaderFile, TheSameInsertionsMakeEximsTree) {
    const std::string text = testdata("tree_500");
    Message message = parsed(text);
    message.non_recipients.clear();
    message.non_recipient_order.clear();
    for (std::size_t i = 0; i < 500; ++i) message.mark_done(message.recipients[i].address);
    EXPECT_EQ(format_header_file(message), text);
}

TEST(HeaderFile, UnknownLinesStayWhereEximHasThem) {
    std::string text = testdata("local_dont_deliver");
    text.replace(text.find("-tls_resumption A\n"), 0, "-spam_score 1\n--tls_peerdn x y\n");
    text.replace(text.find("XX\n"), 0, "-of_tomorrow some  thing\n");
    EXPECT_EQ(format_header_file(parsed(text)), text);
}

TEST(HeaderFile, QuotedForALookup) {
    std::string text = testdata("local_dont_deliver");
    text.replace(text.find("-aclm 3 2\n"), 10, "--(pgsql)aclm 3 2\n");
    const Message message = parsed(text);
    EXPECT_EQ(message.acl_variables[0].quoted_for, "pgsql");
    EXPECT_EQ(format_header_file(message), text);
}

TEST(HeaderFile, ALineThatSaysNothingThawsNoMessage) {
    std::string text = testdata("frozen");
    text.insert(text.find("-frozen "), "-frozen\n");
    EXPECT_EQ(parsed(text).frozen, 1795474697);
    EXPECT_EQ(parsed(format_header_file(parsed(text))).frozen, 1795474697);
}

TEST(HeaderFile, NewlinesNeverGetIntoALine) {
    Message message;
    message.id = "1xVcye-0000BV-2w";
    message.sender = "a\nb@c";
    message.auth_sender = "x\n-frozen 1";
    message.recipients = {{"a\nb@c", "e\n@f", -1, "", 0}};
    message.mark_done("d\ne@f");
    const Message again = parsed(format_header_file(message));
    EXPECT_EQ(again.sender, "a b@c");
    EXPECT_EQ(again.auth_sender, "x -frozen 1");
    EXPECT_FALSE(again.frozen);
    EXPECT_EQ(again.recipients[0].address, "a b@c");
    EXPECT_EQ(again.non_recipient_order.front(), "d e@f");
}

TEST(HeaderFile, Broken) {
    const std::string good = testdata("local_dont_deliver");
    struct Case {
        std::string from, to;
        bool want_envelope;
    };
    const Case cases[] = {
        {"-H\n", "-D\n", true},
        {"root 0 0\n", "root 0\n", true},
        {"<root@test.example>\n", "root@test.example\n", true},
        {"XX\n", "YN a\n", true},
        {"XX\n", "YX a\n", true},
        {"XX\n1\n", "XX\n16385\n", true},
        {"XX\n1\n", "XX\n2\n", false},
        {"XX\n1\n", "XX\none\n", true},
        {"-aclm 3 2\n", "-aclm 3 99999\n", true},
        {"031F ", "032F ", false},
        {"031F ", "03F ", false},
        {"031F ", "x31F ", false},
        {"038  ", "999999999999999999999  ", false},
        {"\n\n", "\n", false},
    };
    for (const Case& c : cases) {
        std::string bad = good;
        ASSERT_NE(bad.find(c.from), std::string::npos) << c.from;
        bad.replace(bad.find(c.from), c.from.size(), c.to);
        const auto result = parse_header_file(bad);
        ASSERT_FALSE(result) << c.to;
        EXPECT_EQ(result.error().in_envelope, c.want_envelope) << c.to;
    }
    std::string with_nul = good;
    with_nul[with_nul.size() - 4] = '\0';
    EXPECT_FALSE(parse_header_file(with_nul));
}

TEST(HeaderFile, CutOffAnywhereIsAnErrorOrLosesWholeHeaders) {
    const std::string good = testdata("esmtp_dsn_acl_variables");
    const std::size_t all = parsed(good).headers.size();
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto result = parse_header_file(std::string_view(good).substr(0, size));
        if (!result) continue;
        EXPECT_LT(result->headers.size(), all);
    }
}

}  // namespace
}  // namespace postern
