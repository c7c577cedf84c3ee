// SPDX-License-Identifier: Apache-2.0
#include "lookup/lookup.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_os.h"
#include "support/fault_os.h"

namespace postern {
namespace {

class LookupTest : public testing::Test {
protected:
    // "value[wild|fixed]", "none", or the failure's text.
    std::string answer(std::string_view type_text, const std::string& file, const std::string& key) {
        const auto type = parse_lookup_type(type_text);
        if (!type) return type.error();
        const LookupResult result = type->single_key() ? lookups.find(*type, file, key) : lookups.query(*type, key);
        if (!result) return result.error().message;
        if (!*result) return "none";
        const auto& parts = (*result)->parts;
        return (*result)->value + (parts ? "[" + parts->wild + "|" + parts->fixed + "]" : "");
    }

    FakeClock clock;
    FakeOs os{clock};
    Lookups lookups{os, nullptr, 3};
};

TEST_F(LookupTest, types) {
    struct Case {
        std::string_view text, want_error;
    };
    constexpr Case kCases[] = {
        {"lsearch", ""},
        {"lsearch*", ""},
        {"lsearch*@,ret=full", ""},
        {"partial-lsearch", ""},
        {"partial0(.)lsearch*", ""},
        {"partial()lsearch", ""},
        {"partial99999999999-lsearch", ""},
        {"passwd", ""},
        {"partialx-lsearch", "format error in lookup type \"partialx-lsearch\""},
        {"partial(xx)lsearch", "format error in lookup type \"partial(xx)lsearch\""},
        {"partial(", "format error in lookup type \"partial(\""},
        {"partial-", "unknown lookup type \"\""},
        {"LSEARCH", "unknown lookup type \"LSEARCH\""},
        {"passwd*", "defaults using \"*\" or \"*@\" are not permitted for lookup type \"passwd*\""},
        {"partial-passwd", "\"partial\" is not permitted for lookup type \"passwd\""},
    };
    for (const Case& c : kCases) {
        const auto type = parse_lookup_type(c.text);
        EXPECT_EQ(type ? "" : type.error(), c.want_error) << c.text;
    }
}

// Wanted values from exim4 4.96.
TEST_F(LookupTest, lsearch_lines) {
    os.put_file("/f",
                "x1: a\n   \n  b\nx2:a  \n\tb  \t\n\n c\nx3\t:  v:w\nx4   some thing\n more\nx5:::v\n\"x6 y\" : "
                "qv\n\"x7\":\n  cont\n\"x8\"noblank\n"
                "X9\nx1: second\n\"a\\tb\": esc\nlast: no newline");
    struct Case {
        std::string_view type, key, want;
    };
    constexpr Case kCases[] = {
        {"lsearch", "x1", "a"},
        {"lsearch", "x2", "a b"},
        {"lsearch", "x3", "v:w"},
        {"lsearch", "x4", "some thing more"},
        {"lsearch", "x5", "::v"},
        {"lsearch", "x6", "none"},
        {"lsearch", "X6 Y", "qv"},
        {"lsearch", "x7", " cont"},
        {"lsearch", "x8", "noblank"},
        {"lsearch", "x9", ""},
        {"lsearch", "a\tb", "esc"},
        {"lsearch", "last", "no newline"},
        {"lsearch", "", "none"},
        {"lsearch,ret=full", "x6 y", "x6 y : qv"},
        {"lsearch,ret=full", "x3", "x3\t:  v:w"},
        {"lsearch,ret=key", "X3", "X3"},
    };
    for (const Case& c : kCases) EXPECT_EQ(answer(c.type, "/f", std::string(c.key)), c.want) << c.type << " " << c.key;
}

TEST_F(LookupTest, partial_and_default_keys) {
    os.put_file("/f", "foo.bar: fb\n*.wild.ex: wv\n*@wild.ex: at\n*: star\n");
    struct Case {
        std::string_view type, key, want;
    };
    constexpr Case kCases[] = {
        {"partial-lsearch", "foo.bar", "fb[|foo.bar]"},
        {"partial-lsearch", "wild.ex", "wv[|wild.ex]"},
        {"partial-lsearch", "a.b.wild.ex", "wv[a.b|wild.ex]"},
        {"partial3-lsearch", "a.wild.ex", "none"},
        {"partial()lsearch", "a.foo.bar", "fb[a|foo.bar]"},
        {"partial0-lsearch", "a.b.cde", "star[a.b.cd|]"},
        {"partial0-lsearch", "", "none"},
        {"partial0()lsearch", "a.b.c", "none"},
        {"lsearch*", "x", "star[x|]"},
        {"lsearch*", "*", "star"},
        {"lsearch*", "", "star[|]"},
        {"lsearch*@", "q@wild.ex", "at[q|]"},
        {"lsearch*@", "q@other.ex", "star[q@other.ex|]"},
        {"partial-lsearch*@", "q@a.wild.ex", "wv[q@a|wild.ex]"},
        {"partial-lsearch,ret=key", "a.wild.ex", "a.wild.ex[a|wild.ex]"},
    };
    for (const Case& c : kCases) EXPECT_EQ(answer(c.type, "/f", std::string(c.key)), c.want) << c.type << " " << c.key;
}

TEST_F(LookupTest, large_files_pass_through) {
    std::string text;
    while (text.size() < (2U << 20)) text += "key" + std::to_string(text.size()) + ": " + std::string(3000, 'v') + "\n";
    os.put_file("/large", text + "end: of file\n more\n");
    EXPECT_EQ(answer("lsearch", "/large", "end"), "of file more");
    EXPECT_EQ(answer("lsearch", "/large", "key0").size(), 3000U);
    EXPECT_EQ(answer("lsearch", "/large", "nobody"), "none");
}

TEST_F(LookupTest, files_that_are_none) {
    os.put_directory("/dir");
    os.put_fifo("/fifo", true);
    os.put_file("/short", "x");
    EXPECT_EQ(answer("lsearch", "/nope", "a"), "failed to open /nope for linear search: No such file or directory");
    EXPECT_EQ(answer("lsearch", "/nope", ""), "failed to open /nope for linear search: No such file or directory");
    EXPECT_EQ(answer("lsearch", "/dir", "a"), "/dir is not a regular file (lsearch lookup)");
    EXPECT_EQ(answer("lsearch", "/fifo", "a"), "/fifo is not a regular file (lsearch lookup)");
    EXPECT_EQ(answer("cdb", "/nope", "a"), "failed to open /nope for cdb lookup: No such file or directory");
    EXPECT_EQ(answer("cdb", "/short", "a"), "/short too short for cdb lookup");
    EXPECT_EQ(answer("dsearch", "/short", "a"), "failed to open /short for directory search: Not a directory");
    EXPECT_EQ(answer("dsearch", "dir", "a"), "failed to open dir for directory search: No such file or directory");
    EXPECT_EQ(answer("dsearch", "/dir", "a/b"), "key for dsearch lookup contains a slash: a/b");
    EXPECT_EQ(answer("dsearch", "/dir", std::string(300, 'x')), "none");
}

TEST_F(LookupTest, cdb) {
    // One record "k" -> "value" in the table of its hash.
    const auto number = [](std::uint32_t value) {
        std::string bytes;
        for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> 8 * i & 0xffU);
        return bytes;
    };
    const std::uint32_t hash = ((5381U << 5) + 5381U) ^ 'k';
    std::string file(2048, '\0');
    const std::string record = number(1) + number(5) + "kvalue";
    const auto table = static_cast<std::uint32_t>(2048 + record.size());
    file.replace((hash & 255U) * 8, 8, number(table) + number(2));
    file += record;
    std::string slots[2] = {std::string(8, '\0'), std::string(8, '\0')};
    slots[(hash >> 8) % 2] = number(hash) + number(2048);
    os.put_file("/c", file + slots[0] + slots[1]);
    EXPECT_EQ(answer("cdb", "/c", "k"), "value");
    EXPECT_EQ(answer("cdb", "/c", "K"), "none");
    EXPECT_EQ(answer("cdb", "/c", "other"), "none");
    std::string broken = file + slots[0] + slots[1];
    broken.resize(broken.size() - 17);
    os.put_file("/broken", broken);
    EXPECT_EQ(answer("cdb", "/broken", "k"), "failed to read /broken: Bad message");
}

TEST_F(LookupTest, most_open_files) {
    for (const char c : {'a', 'b', 'c', 'd', 'e'}) {
        const std::string name = std::string("/") + c;
        os.put_file(name, "k: " + name + "\n");
        EXPECT_EQ(answer("lsearch", name, "k"), name);
    }
    EXPECT_EQ(os.open_descriptors(), 3U);
    lookups.close();
    EXPECT_EQ(os.open_descriptors(), 0U);
}

TEST_F(LookupTest, answers_are_remembered) {
    os.put_file("/f", "k: 1\n");
    EXPECT_EQ(answer("dsearch", "/", "f"), "f");
    EXPECT_EQ(answer("dsearch", "/", "g"), "none");
    os.put_file("/g", "");
    EXPECT_EQ(answer("dsearch", "/", "g"), "none");
    EXPECT_EQ(answer("dsearch,cache=no_rd", "/", "g"), "g");
    lookups.close();
    EXPECT_EQ(answer("dsearch", "/", "g"), "g");
}

// "Not found" would bounce the mail of a user whose line could not be read. D-lookup-read
TEST_F(LookupTest, a_file_that_cannot_be_read_is_not_an_empty_one) {
    os.put_file("/f", "a: 1\n");
    FaultOs faulty(os);
    faulty.fail_only({Call::read});
    faulty.fail_at(1, EIO);
    Lookups broken(faulty, nullptr, 3);
    const LookupResult result = broken.find(*parse_lookup_type("lsearch"), "/f", "nobody");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, LookupFailure::Kind::defer);
    EXPECT_EQ(result.error().message, "failed to read /f: Input/output error");
    EXPECT_EQ((*broken.find(*parse_lookup_type("lsearch"), "/f", "a"))->value, "1");
}

}  // namespace
}  // namespace postern
