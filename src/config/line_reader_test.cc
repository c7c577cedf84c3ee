// SPDX-License-Identifier: Apache-2.0
#include "config/line_reader.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>

namespace postern {
namespace {

using Texts = std::map<std::string, std::string>;

// All logical lines of `files["/f"]` joined by "|"; an error is shown as "LINE!text" and reading goes on behind it.
std::string read(const Texts& files, std::vector<std::string>* flattened = nullptr) {
    MacroTable macros;
    LineReader reader({[&](const std::string& path) -> Result<std::string> {
                           const auto found = files.find(path);
                           if (found == files.end()) return failure(ENOENT, "open", path);
                           return found->second;
                       },
                       [&](const std::string& path) { return files.count(path) == 1; }},
                      macros);
    reader.flattened = flattened;
    reader.start("/f", files.at("/f"));
    std::string out;
    while (true) {
        const auto got = reader.next();
        if (got == LineReader::Got::end) return out;
        if (!out.empty()) out += '|';
        if (got == LineReader::Got::error) {
            out += std::to_string(reader.place().line) + "!" + reader.error();
            continue;
        }
        out += reader.line();
        if (reader.line()[0] >= 'A' && reader.line()[0] <= 'Z') {
            bool placed = false;
            EXPECT_EQ(macros.define(reader.line(), placed), "");
        }
    }
}

struct LineCase {
    const char* name;
    std::string text, want_lines;
};

class LogicalLines : public testing::TestWithParam<LineCase> {};

TEST_P(LogicalLines, AreRead) { EXPECT_EQ(read({{"/f", GetParam().text}}), GetParam().want_lines); }

const LineCase kLines[] = {
    {"plain", "a\n b \n\n#c\n  # d\ne # f\n", "a|b|e # f"},
    {"no_newline_at_end", "a\nb", "a|b"},
    {"carriage_returns", "a\r\n.ifdef X\r\nb\r\n.endif\r\nc = \\\r\n d\r\n", "a|c = d"},
    {"continuation", "v = one \\\n  two\\\nthree\n", "v = one twothree"},
    {"continuation_comment", "v = a \\\n# comment\n   b \\\n  c\n", "v = a b c"},
    {"continuation_quoted", "v = \"a\\\n  b\"\n", "v = \"ab\""},
    {"continuation_blank_line", "v = a \\\n\nw\n", "v = a|w"},
    {"continuation_at_end", "v = a\\\n", "v = a"},
    {"continuation_white_space_behind", "v = a\\  \n b\n", "v = ab"},
    {"only_backslash", "\\\n\\\na\n", "a"},
    {"macro", "AA = one\nx = AA and AAB\n", "AA = one|x = one and oneB"},
    {"macro_makes_comment", "AA = # x\nAA foo\nb\n", "AA = # x|b"},
    {"macro_left_side_exempt", "AA = one\nAA == AA two\nx = AA\n", "AA = one|AA == one two|x = one two"},
    {"macro_left_side_not_exempt_in_continuation", "AA = x\ny = \\\nAA = 1\n", "AA = x|y = x = 1"},
    {"ifdef_true", "AA = x\n.ifdef AA\nb\n.endif\nc\n", "AA = x|b|c"},
    {"ifdef_false", ".ifdef AA\nb\n.endif\nc\n", "c"},
    {"ifdef_any_macro_anywhere", "AA = x\n.ifdef bbAAcc\nb\n.endif\n", "AA = x|b"},
    {"ifdef_alone_is_false", ".ifdef\nb\n.endif\nc\n", "c"},
    {"ifndef", "AA = x\n.ifndef AA\nb\n.else\nc\n.endif\n.ifndef BB\nd\n.endif\n", "AA = x|c|d"},
    {"elifdef", "BB = x\n.ifdef AA\na\n.elifdef BB\nb\n.elifdef BB\nc\n.else\nd\n.endif\n", "BB = x|b"},
    {"elifndef", ".ifdef AA\na\n.elifndef BB\nb\n.else\nd\n.endif\n", "b"},
    {"else", ".ifdef AA\na\n.elifdef BB\nb\n.else\nd\n.endif\n", "d"},
    {"else_after_taken", "AA = x\n.ifdef AA\na\n.else\nb\n.else\nc\n.endif\n", "AA = x|a"},
    {"nested_in_skipped", "AA = x\n.ifdef BB\n.ifdef AA\na\n.else\nb\n.endif\nc\n.endif\nd\n", "AA = x|d"},
    {"conditional_inside_continuation", "v = a \\\n.ifdef AA\n b \\\n.else\n c \\\n.endif\n d\n", "v = a c d"},
    {"indented_directives", "  .ifdef AA\nb\n  .endif\nc\n", "c"},
    {"run_on_directives_vanish", ".ifdefX\n.ifdef\tX\n.elseif\na\n", "a"},  // as exim 4.96 does
    {"unknown_directive_is_text", ".foo\n", ".foo"},
    {"include_run_on_is_text", ".includeX /nope\n", ".includeX /nope"},
    {"endif_missing", ".ifdef AA\nx\n\n", "3!Unexpected end of configuration file: .endif missing"},
    {"endif_alone", "a\n.endif\nb\n", "a|2!.endif without matching .ifdef|b"},
    {"else_alone", ".else\n", "1!.else without matching .ifdef"},
    {"elifdef_alone", ".elifdef A\n.elifndef A\n",
     "1!.elifdef without matching .ifdef|2!.elifndef without matching .ifdef"},
    {"include_missing", ".include /nope\n", "1!failed to open included configuration file /nope"},
    {"include_quoted_missing", ".include \"/no pe\"  \n", "1!failed to open included configuration file /no pe"},
    {"include_relative_missing", ".include nope\n", "1!failed to open included configuration file /nope"},
    {"include_if_exists", ".include_if_exists /nope\na\n", "a"},
    {"include_if_exists_relative", ".include_if_exists nope\n", "1!.include specifies a non-absolute path \"nope\""},
    {"include_not_when_skipped", ".ifdef AA\n.include /nope\n.endif\na\n", "a"},
};

INSTANTIATE_TEST_SUITE_P(Lines, LogicalLines, testing::ValuesIn(kLines),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(LineReaderTest, NestingLimits) {
    std::string ten, eleven;
    for (int i = 0; i < 10; ++i) ten += ".ifndef A\n";
    eleven = ten + ".ifndef A\n";
    for (int i = 0; i < 10; ++i) ten += ".endif\n", eleven += ".endif\n";
    EXPECT_EQ(read({{"/f", ten + "x\n"}}), "x");
    EXPECT_EQ(read({{"/f", eleven + "x\n"}}), "11!.ifndef nested too deeply|x");
}

TEST(LineReaderTest, IncludesAnywhere) {
    EXPECT_EQ(read({{"/f", "a\n.include /g\nd\n"}, {"/g", "b\nc"}}), "a|b|c|d");
    EXPECT_EQ(read({{"/f", "v = a \\\n.include /g\n c\n"}, {"/g", " b \\\n"}}), "v = a b c") << "inside a logical line";
    EXPECT_EQ(read({{"/f", ".include d/g\n"}, {"/d/g", ".include h\n"}, {"/d/h", "x"}}), "x")
        << "relative to the including file";
    EXPECT_EQ(read({{"/f", ".include /g\nb\n.endif\nc\n"}, {"/g", ".ifdef NO\na"}}), "c") << "conditionals span files";
    EXPECT_EQ(read({{"/f", "\n.include /g\n\n.endif\n"}, {"/g", "\n\n.else\n"}}),
              "3!.else without matching .ifdef|4!.endif without matching .ifdef")
        << "each file has its own line numbers";
}

TEST(LineReaderTest, SelfIncludeEnds) {
    EXPECT_EQ(read({{"/f", ".include /f\n"}}), "1!failed to open included configuration file /f");
}

TEST(LineReaderTest, FlattenedTextHasMarkers) {
    std::vector<std::string> flattened;
    (void)read({{"/f", "A = b\n# c\nx = \\\n A\n.include /g\ny\n"}, {"/g", "z\n"}}, &flattened);
    EXPECT_EQ(flattened, (std::vector<std::string>{"# 1 \"/f\"", "A = b", "x = b", "# 5 \"/f\"", "# 1 \"/g\"", "z",
                                                   "# 5 \"/f\"", "y"}));
}

TEST(LineReaderTest, ExplodingMacrosAreBounded) {
    std::string text = "AA = xxxxxxxxxx\n";
    for (char c = 'B'; c <= 'Z'; ++c) {
        const std::string name(2, c), before(2, static_cast<char>(c - 1));
        text += name + " =";
        for (int i = 0; i < 20; ++i) text += " " + before;
        text += "\n";
    }
    EXPECT_LT(read({{"/f", text}}).size(), std::size_t{1} << 30);
}

}  // namespace
}  // namespace postern
