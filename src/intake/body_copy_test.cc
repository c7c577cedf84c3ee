// SPDX-License-Identifier: Apache-2.0
#include "intake/body_copy.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/fake_os.h"
#include "support/fault_os.h"

namespace postern {
namespace {

struct Case {
    std::string input, want;
    bool dot_terminates = true;
};

const Case kCases[] = {
    {"", ""},
    {"a\nb\n", "a\nb\n"},
    {"a", "a\n"},
    {"a\r\nb\r\n", "a\nb\n"},
    {"lone\rcr\r\nx\r\r\ny\r", "lone\ncr\nx\n\ny\n"},
    {"a\n.\nb\n", "a\n"},
    {"a\r\n.\r\nb\n", "a\n"},
    {"a\n.\nb\n", "a\n.\nb\n", false},
    {"..\n.x\n. \nx.\n.\n", "..\n.x\n. \nx.\n"},
    {"a\n.", "a\n.\n"},
    {".", ".\n"},
    {".\rb\n", ".\nb\n"},
    {"\n\n\n", "\n\n\n"},
    {std::string("n\0\0l\n", 5), std::string("n\0\0l\n", 5)},
};

std::string copied(const std::string& input, bool dot_terminates) {
    FakeClock clock;
    FakeOs os(clock);
    os.put_file("/in", input);
    auto in = os.open("/in", O_RDONLY);
    auto to = os.open("/out", O_WRONLY | O_CREAT, 0600);
    ByteSource source(os, in->get());
    BodyCopier copier(os, to->get(), dot_terminates, -1);
    EXPECT_TRUE(copier.copy(source));
    return os.content("/out");
}

TEST(BodyCopy, LineEndsAndDots) {
    for (const Case& c : kCases) EXPECT_EQ(copied(c.input, c.dot_terminates), c.want) << c.input;
}

TEST(BodyCopy, BlocksDoNotMatter) {
    // Every seam between two blocks of 64 KiB falls on another byte of "x\r\n.y\r\r\n".
    const std::string seam = "x\r\n.y\r\r\n";
    for (std::size_t i = 0; i < seam.size(); ++i) {
        const std::string filler(65536 - i, 'f');
        EXPECT_EQ(copied(filler + seam + "\n.\n", true), filler + "x\n.y\n\n\n") << i;
    }
}

TEST(BodyCopy, Counts) {
    FakeClock clock;
    FakeOs os(clock);
    auto to = os.open("/out", O_WRONLY | O_CREAT, 0600);
    ByteSource source(std::string_view("a\0bc\r\nlonger\nlast one", 21));
    BodyCopier copier(os, to->get(), true, -1);
    ASSERT_TRUE(copier.start_with("first\n"));
    ASSERT_TRUE(copier.copy(source));
    EXPECT_EQ(copier.lines(), 4);
    EXPECT_EQ(copier.zeros(), 1);
    EXPECT_EQ(copier.longest_line(), 6);  // of lines that had a newline
    EXPECT_EQ(os.content("/out"), std::string("first\na\0bc\nlonger\nlast one\n", 27));
}

TEST(BodyCopy, LastLineWithoutNewlineIsLongestOnlyWhereNoDotEnds) {
    struct Ends {
        std::string input;
        std::int64_t want, want_with_dots;
    };
    for (const Ends& c : {Ends{"ab\nabcd", 4, 2},
                          {"abcd", 4, 0},
                          {"a\rabcd", 4, 1},
                          {"abcd\r", 4, 0},
                          {"ab\n.", 2, 2},
                          {"abcd\n", 4, 4}}) {
        for (const bool dots : {false, true}) {
            FakeClock clock;
            FakeOs os(clock);
            auto to = os.open("/out", O_WRONLY | O_CREAT, 0600);
            ByteSource source(c.input);
            BodyCopier copier(os, to->get(), dots, -1);
            ASSERT_TRUE(copier.copy(source));
            EXPECT_EQ(copier.longest_line(), dots ? c.want_with_dots : c.want) << c.input;
        }
    }
}

TEST(BodyCopy, ByteUngotByTheHeadersComesFirst) {
    FakeClock clock;
    FakeOs os(clock);
    auto to = os.open("/out", O_WRONLY | O_CREAT, 0600);
    ByteSource source("bc\n");
    source.unget('a');
    BodyCopier copier(os, to->get(), true, -1);
    ASSERT_TRUE(copier.copy(source));
    EXPECT_EQ(os.content("/out"), "abc\n");
}

TEST(BodyCopy, Limit) {
    for (const int size : {9, 10, 11, 200000}) {
        FakeClock clock;
        FakeOs os(clock);
        auto to = os.open("/out", O_WRONLY | O_CREAT, 0600);
        const std::string text = std::string(static_cast<std::size_t>(size) - 1, 'b') + "\n";
        ByteSource source(text);
        BodyCopier copier(os, to->get(), true, 10);
        ASSERT_TRUE(copier.copy(source));
        EXPECT_EQ(copier.too_big(), size > 10) << size;
    }
}

TEST(BodyCopy, ErrorsOfBothSides) {
    FakeClock clock;
    FakeOs os(clock);
    os.put_file("/in", std::string(200000, 'b'));
    FaultOs faulty(os);
    auto in = faulty.open("/in", O_RDONLY);
    auto to = faulty.open("/out", O_WRONLY | O_CREAT, 0600);

    faulty.fail_only({Call::read});
    faulty.fail_at(2, EIO);
    ByteSource source(faulty, in->get());
    BodyCopier copier(faulty, to->get(), true, -1);
    EXPECT_FALSE(copier.copy(source));
    ASSERT_TRUE(source.failure());
    EXPECT_EQ(source.failure()->code, EIO);

    faulty.fail_only({Call::write});
    faulty.fail_at(1, ENOSPC, true);
    ByteSource memory("text\n");
    BodyCopier second(faulty, to->get(), true, -1);
    const Status status = second.copy(memory);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ENOSPC);
    EXPECT_FALSE(memory.failure());
}

}  // namespace
}  // namespace postern
