// SPDX-License-Identifier: Apache-2.0
// What is found of a message in a file of many, and what is cut from it.
#include "mailbox/mbox_intent.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

const std::string kId = "1xVcye-0000BV-2w";
const std::string kOld = "From a Sun Nov 22 03:00:00 2026\nSubject: old\n\nold\n\n";
const std::string kMine =
    "From joe Sun Nov 22 03:52:18 2026\nReceived: id " + kId + "\nSubject: x\n\n" + std::string(2000, 'b') + "\n\n";
const std::string kOther = "From joe Sun Nov 22 03:52:18 2026\nReceived: id 1xVcye-0000BV-99\n\nother\n\n";

MboxIntent intent_for(const std::string& message, std::uint64_t offset, bool ours = true) {
    ShapeSink sink(kId);
    EXPECT_TRUE(sink.write(message));
    return {.path = "/box", .inode = 0, .offset = offset, .lead = {}, .shape = sink.shape(), .ours = ours};
}

struct FindCase {
    const char* name;
    std::string file;
    std::vector<MboxIntent> intents;
    bool want_whole;
    std::int64_t want_cut = -1;  // -1: left as it is
    bool another_file = false;   // the path leads to another one now
};

class MboxFind : public testing::TestWithParam<FindCase> {};

TEST_P(MboxFind, WholeOrTornOrNothing) {
    const FindCase& c = GetParam();
    World w;
    w.fake.put_file("/box", c.file, 0600, kUser, kMail);
    w.fake.run_as(kUser, kMail);
    const FileStat file = w.fake.stat_of("/box");
    std::vector<MboxIntent> intents = c.intents;
    for (MboxIntent& intent : intents) intent.inode = file.inode + (c.another_file ? 1 : 0);
    const auto fd = w.os.open("/box", O_RDWR);
    const MboxFinder finder(w.os, fd->get(), file);
    const auto whole = finder.whole(intents);
    ASSERT_TRUE(whole);
    EXPECT_EQ(*whole != nullptr, c.want_whole);
    if (c.want_whole) return;
    const auto torn = finder.torn(intents);
    ASSERT_TRUE(torn);
    EXPECT_EQ(torn->value_or(-1), c.want_cut);
}

std::string zeroed(std::string text, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) text[i] = '\0';
    return text;
}

std::string read_by_somebody(std::string text) { return text.insert(text.find("Subject"), "Status: RO\nX-UID: 7\n"); }

std::vector<FindCase> cases() {
    const std::uint64_t end = kOld.size();
    const MboxIntent mine = intent_for(kMine, end);
    const auto others = [](std::uint64_t at) { return intent_for(kMine, at, false); };
    const std::uint64_t n = kMine.size();
    const auto cut = static_cast<std::int64_t>(end);
    return {
        {"NothingWritten", kOld, {mine}, false},
        {"InPlace", kOld + kMine, {mine}, true},
        {"InPlaceAndMoreBehind", kOld + kMine + kOther, {mine}, true},
        {"Moved", kMine + kOther, {mine}, true},
        {"MovedToAnotherFile", kOther + kMine, {mine}, true, -1, true},
        {"ReadAndMoved", kOther + read_by_somebody(kMine) + kOther, {mine}, true, -1, true},
        {"ReadInPlace", kOld + read_by_somebody(kMine), {mine}, true},
        {"ReadAndShorter", kOld + kMine.substr(0, n - 1), {mine}, true},
        {"OtherText", kOld + kOther, {mine}, false},
        {"EmptyFile", "", {mine}, false},
        {"Shrunk", kOld.substr(0, 10), {mine}, false},
        {"NotOurs", kOld + kMine, {others(end)}, false},

        {"TornInTheBody", kOld + kMine.substr(0, n - 3), {mine}, false, cut},
        {"TornInTheHead", kOld + kMine.substr(0, 5), {mine}, false, cut},
        {"TornBehindTheId", kOld + kMine.substr(0, kMine.find("bb") + 1), {mine}, false, cut},
        {"TornAndMoreBehind", kOld + kMine.substr(0, n - 3) + "\n" + kOther + kOther, {mine}, false},
        {"TornInAnotherFile", kOld + kMine.substr(0, n - 3), {mine}, false, -1, true},
        {"ZerosForAll", kOld + std::string(n, '\0'), {mine}, false, cut},
        {"ZerosForTheHead", kOld + zeroed(kMine, 0, 600), {mine}, false, cut},
        {"ZerosInside", kOld + zeroed(kMine, 700, 900), {mine}, false, cut},
        {"ZerosToTheEnd", kOld + zeroed(kMine, 700, n), {mine}, false, cut},
        {"ShorterMessageOfAnother", kOld + kOther, {mine}, false},
        {"CompleteHeadOfAnother", kOld + "From joe Sun Nov 22 03:52:18 2026\n\n", {mine}, false},
        {"HeadWithoutId",
         kOld + kMine.substr(0, n - 3),
         {[&] {
             MboxIntent intent = mine;
             intent.shape.own_from = 0;
             return intent;
         }()},
         false},

        // Another address's equal copy is not ours.
        {"CopyMadeAfterAnother", kOld + kMine, {others(end), mine}, true},
        {"CopyOfALaterOne", kOld + kMine, {mine, others(end)}, false},
        {"BothCopies", kOld + kMine + kMine, {others(end), intent_for(kMine, end + n)}, true},
        {"OnlyTheOthers", kOld + kMine, {others(end), intent_for(kMine, end + n)}, false},
        {"BothMoved", kMine + kMine, {others(end), intent_for(kMine, end + n)}, true, -1, true},
        {"OnlyOneLeft", kMine, {others(end), intent_for(kMine, end + n)}, false, -1, true},
    };
}

INSTANTIATE_TEST_SUITE_P(Cases, MboxFind, testing::ValuesIn(cases()), [](const auto& test) { return test.param.name; });

TEST(MboxIntent, TextReadsBack) {
    MboxIntent intent = intent_for(kMine, 77);
    intent.path = "/a b\n";
    intent.inode = 5;
    intent.lead = "\n";
    intent.shape.reported = 9;
    const std::string text = mbox_intent_text(intent);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const auto read = earlier_mbox_intents({{text, true}, {"maildir x", true}, {text + " x", true}}, "/a b\n");
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(mbox_intent_text(read.front()), text);
    EXPECT_TRUE(read.front().ours);
    EXPECT_TRUE(earlier_mbox_intents({{text, true}}, "/another").empty());
}

TEST(MboxIntent, ReadsAcrossBlocks) {
    const std::string large = kMine + std::string(200'000, 'y') + "\n\n";
    for (const std::size_t before : {0, 65'500, 65'535, 65'536, 65'537, 131'000}) {
        World w;
        std::string file(before, 'x');
        if (before > 0) file.back() = '\n';
        w.fake.put_file("/box", file + large + kOther, 0600, kUser, kMail);
        w.fake.run_as(kUser, kMail);
        const FileStat stat = w.fake.stat_of("/box");
        const auto fd = w.os.open("/box", O_RDWR);
        const std::vector<MboxIntent> moved{intent_for(large, 7)};
        const auto whole = MboxFinder(w.os, fd->get(), stat).whole(moved);
        ASSERT_TRUE(whole);
        EXPECT_NE(*whole, nullptr) << before;
    }
}

}  // namespace
}  // namespace postern
