// SPDX-License-Identifier: Apache-2.0
#include "intake/header_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern {
namespace {

using Item = HeaderSectionReader::Item;

struct Case {
    std::string input;
    std::vector<std::string> want_headers;
    Item want_end;
    std::string want_rest;  // text() of not_a_header, then what is left of the input
    bool dot_terminates = true;
};

// What exim4 4.96 stored for these inputs.
const Case kCases[] = {
    {"", {}, Item::end_of_message, ""},
    {"\n", {}, Item::end_of_section, ""},
    {"A: x\n\nbody\n", {"A: x\n"}, Item::end_of_section, "body\n"},
    {"A: x", {"A: x\n"}, Item::end_of_message, ""},
    {"A: x\nnot one\nB: y\n", {"A: x\n"}, Item::not_a_header, "not one\nB: y\n"},
    {"A: x\n folded\n\tmore\nB:y\n\n", {"A: x\n folded\n\tmore\n", "B:y\n"}, Item::end_of_section, ""},
    {" leading\nA: x\n", {}, Item::not_a_header, " leading\nA: x\n"},
    {"A: x\n \n  \nB: y\n\n", {"A: x\n", "B: y\n"}, Item::end_of_section, ""},
    {"A: x  \t\nB: y \n \n\n", {"A: x  \t\n", "B: y \n"}, Item::end_of_section, ""},
    {"A: x\r\nB: y\r\n\r\nbody\r\n", {"A: x\n", "B: y\n"}, Item::end_of_section, "body\r\n"},
    {"A: x\r\nB: y\nC: z\r\n\r\n", {"A: x\n", "B: y\n C: z\n"}, Item::end_of_section, ""},
    {"A: x\nB: y\r\nC: z\n\r\n", {"A: x\n", "B: y\n", "C: z\n"}, Item::end_of_section, ""},
    {"A: x\rB: y\nC: z\r\r\nD: u\n\n", {"A: x\n B: y\n", "C: z\n", "D: u\n"}, Item::end_of_section, ""},
    {"A: x\r", {"A: x\n"}, Item::end_of_message, ""},
    {"A: x\n\rB: y\n\nz", {"A: x\n"}, Item::not_a_header, "\n B: y\n\nz"},
    {"A: x\r\nb\n:Z\nC: z\n\n", {"A: x\n", "b\n :Z\n C: z\n"}, Item::end_of_message, ""},
    {"A: x\nb\n\t :Z\nC: z\n\n", {"A: x\n", "b\n\t :Z\n", "C: z\n"}, Item::end_of_section, ""},
    {"A: x\r\n\nb\n", {"A: x\n"}, Item::end_of_section, " b\n"},
    {std::string("A: \0x\n\n", 7), {"A: ?x\n"}, Item::end_of_section, ""},
    {".\nA: x\n", {}, Item::end_of_message, "A: x\n"},
    {"A: x\n.\r\nB: y\n", {"A: x\n"}, Item::end_of_message, "B: y\n"},
    {"A: x\n.\nB: y\n", {"A: x\n"}, Item::not_a_header, ".\nB: y\n", false},
    {"..\nA: x\n", {}, Item::not_a_header, "..\nA: x\n"},
    {"A : x\nB\t: y\nX-\xc3\xa9: z\n: v\n\n",
     {"A : x\n", "B\t: y\n", "X-\xc3\xa9: z\n", ": v\n"},
     Item::end_of_section,
     ""},
};

TEST(HeaderSection, AsExim) {
    for (const Case& c : kCases) {
        ByteSource source(c.input);
        HeaderSectionReader reader(source, {}, c.dot_terminates);
        std::vector<std::string> headers;
        Item item = reader.next();
        for (; item == Item::header; item = reader.next()) headers.push_back(reader.text());
        EXPECT_EQ(headers, c.want_headers) << c.input;
        EXPECT_EQ(item, c.want_end) << c.input;
        std::string rest = item == Item::not_a_header ? reader.text() : "";
        while (const auto next = source.get()) rest += *next;
        EXPECT_EQ(rest, c.want_rest) << c.input;
    }
}

TEST(HeaderSection, LimitsStopReading) {
    const std::string input = "A: " + std::string(60, 'x') + "\nB: y\n" + "C: " + std::string(60, 'x') + "\n\n";
    ByteSource source(input);
    HeaderSectionReader reader(source, {80, 0}, true);
    EXPECT_EQ(reader.next(), Item::header);
    EXPECT_EQ(reader.next(), Item::header);
    EXPECT_EQ(reader.next(), Item::section_too_long);
    EXPECT_EQ(reader.text().size(), 80U - 64U - 5U);

    ByteSource again(input);
    HeaderSectionReader by_line(again, {0, 63}, true);
    EXPECT_EQ(by_line.next(), Item::line_too_long);
}

TEST(HeaderSection, Counts) {
    ByteSource source("A: x\r\nLong: line\r\n\r\n");
    HeaderSectionReader reader(source, {}, true);
    while (reader.next() == Item::header) {
    }
    EXPECT_EQ(reader.longest_line(), 10);
    EXPECT_EQ(reader.bytes_read(), 20);
}

}  // namespace
}  // namespace postern
