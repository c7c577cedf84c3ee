// SPDX-License-Identifier: Apache-2.0
#include "mail/header_list.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(HeaderName, NeedsAColon) {
    EXPECT_EQ(header_name_length("Subject: x\n"), 7U);
    EXPECT_EQ(header_name_length("Subject \t: x\n"), 7U);
    EXPECT_EQ(header_name_length("Subject x: y\n"), 0U);
    EXPECT_EQ(header_name_length(": x\n"), 0U);
    EXPECT_EQ(header_name_length(""), 0U);
    EXPECT_EQ(header_value("Subject : x\n y\n"), " x\n y\n");
    EXPECT_EQ(header_value("Subject\n"), "");
    EXPECT_EQ(header_name_length("Subject\n \t\n : x\n"), 7U);  // white space of any kind
    EXPECT_EQ(header_value("Subject\n : x\n"), " x\n");
}

TEST(HeaderLine, WhatReceptionTakesForOne) {
    for (const std::string_view line : {"A: x\n", "A \t: x\n", ":\n", ":: x\n", "X-\xc3\x9c: y\n", "A\n :\n"})
        EXPECT_TRUE(is_header_line(line)) << line;
    for (const std::string_view line : {"", " : x\n", "\t: x\n", "\f: x\n", "A b: x\n", "A\x7f: x\n", "A\n b: x\n"})
        EXPECT_FALSE(is_header_line(line)) << line;
    EXPECT_FALSE(is_header_line(std::string_view("A\0: x\n", 6)));
    EXPECT_EQ(header_name_length("X-\xc3\x9c: y\n"), 4U);
}

TEST(HeaderIs, WholeNameAnyCase) {
    EXPECT_TRUE(header_is("SUBJECT: x\n", "subject"));
    EXPECT_TRUE(header_is("Subject : x\n", "Subject"));
    EXPECT_FALSE(header_is("Subjects: x\n", "Subject"));
    EXPECT_FALSE(header_is("Subject x\n", "Subject"));
}

TEST(ClassifyHeader, LettersOfExim) {
    struct Case {
        std::string text;
        char want_type;
        bool want_resent;
    };
    const Case cases[] = {
        {"From: x\n", 'F', false},     {"resent-from: x\n", 'F', true}, {"To: x\n", 'T', false},
        {"CC: x\n", 'C', false},       {"Resent-Bcc: x\n", 'B', true},  {"Message-ID: x\n", 'I', false},
        {"Received: x\n", 'P', false}, {"Reply-To: x\n", 'R', false},   {"Resent-Reply-To: x\n", ' ', false},
        {"Sender: x\n", 'S', false},   {"Resent-Date: x\n", ' ', true}, {"Date: x\n", ' ', false},
        {"Subject: x\n", ' ', false},  {"Resent-X: y\n", ' ', false},
    };
    for (const Case& c : cases) {
        const HeaderClass got = classify_header(c.text);
        EXPECT_EQ(static_cast<char>(got.type), c.want_type) << c.text;
        EXPECT_EQ(got.resent, c.want_resent) << c.text;
    }
}

TEST(HeaderList, RemovedLinesAreNotThere) {
    const HeaderList headers = {
        {HeaderType::removed, "Subject: old\n"}, {HeaderType::other, "X: 1\n"}, {HeaderType::other, "Subject: new\n"}};
    const HeaderLine* found = find_header(headers, "subject");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->text, "Subject: new\n");
    EXPECT_EQ(find_header(headers, "Y"), nullptr);
    EXPECT_EQ(transmitted_size(headers), 18U);
}

}  // namespace
}  // namespace postern
