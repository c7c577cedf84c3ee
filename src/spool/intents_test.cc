// SPDX-License-Identifier: Apache-2.0
#include "spool/intents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "spool/spool.h"
#include "support/fault_sweep.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kId = "1xVcye-0000BV-2w";
const IntentRecord kJoe{"local", {"joe@x"}, "mbox /var/mail/joe 12"};
const IntentRecord kOdd{"a b", {"\\0\\joe@x", "", "|cmd \n%"}, ""};

TEST(Intents, ReadBackWhatWasWritten) {
    EXPECT_THAT(parse_intents(format_intent(kJoe) + format_intent(kOdd)), ElementsAre(kJoe, kOdd));
    EXPECT_EQ(format_intent(kJoe), "\n3da03fa81683d650 local 1 joe@x mbox /var/mail/joe 12\n");
}

TEST(Intents, ATornRecordIsNoneAndSpoilsNothing) {
    const std::string whole = format_intent(kOdd);
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        EXPECT_THAT(parse_intents(whole.substr(0, cut)), IsEmpty()) << cut;
        EXPECT_THAT(parse_intents(whole.substr(0, cut) + format_intent(kJoe)), testing::Contains(kJoe)) << cut;
    }
}

TEST(Intents, AnyOtherByteMakesItNone) {
    const std::string whole = format_intent(kJoe);
    for (std::size_t at = 1; at + 1 < whole.size(); ++at) {
        for (const char c : {'\0', 'x', '\n'}) {
            std::string other = whole;
            if (other[at] == c) continue;
            other[at] = c;
            EXPECT_THAT(parse_intents(other), IsEmpty()) << at;
        }
    }
}

SpoolSettings settings(SpoolSettings::Durability durability = SpoolSettings::Durability::full) {
    return {.directory = "/spool", .owner = 100, .group = 100, .durability = durability};
}

bool make(Os& os, SpoolSettings::Durability durability = SpoolSettings::Durability::full) {
    Spool spool(os, settings(durability));
    auto held = spool.begin(kId);
    Message message;
    message.id = kId;
    message.recipients = {{.address = "joe@x"}};
    return held && write_all(os, (*held)->data_fd(), "body\n") && spool.commit(**held, message);
}

std::vector<IntentRecord> found(Os& os) {
    Spool spool(os, settings());
    auto held = spool.open(kId);
    if (!held) return {};
    auto intents = (*held)->intents();
    EXPECT_TRUE(intents);
    return intents ? *intents : std::vector<IntentRecord>{};
}

Status record(HeldMessage& held, const IntentRecord& what) {
    POSTERN_TRY_ASSIGN(const auto log, held.intent_log(what.transport, what.addresses));
    return log->record(what.text);
}

class IntentFileTest : public testing::Test {
protected:
    IntentFileTest() {
        os_.put_directory("/spool");
        EXPECT_TRUE(make(os_));
    }
    FakeClock clock_;
    FakeOs os_{clock_};
    Spool spool_{os_, settings()};
};

TEST_F(IntentFileTest, BelongsToTheOwnerAndGoesWithTheMessage) {
    {
        auto held = spool_.open(kId);
        ASSERT_TRUE(held);
        EXPECT_THAT(*(*held)->intents(), IsEmpty());
        ASSERT_TRUE(record(**held, kJoe));
    }
    EXPECT_EQ(os_.tree_text("/spool/intent"),
              "d 750 100:100 /spool/intent\nf 640 100:100 54 /spool/intent/" + kId + "\n");
    auto held = spool_.open(kId);
    ASSERT_TRUE(record(**held, kOdd));
    EXPECT_THAT(*(*held)->intents(), ElementsAre(kJoe, kOdd));
    ASSERT_TRUE((*held)->remove());
    EXPECT_THAT(os_.names_in("/spool/intent"), IsEmpty());
    EXPECT_THAT(os_.names_in("/spool/input"), IsEmpty());
}

TEST_F(IntentFileTest, OfAnOldMessageOfTheIdIsRemoved) {
    {
        auto held = spool_.open(kId);
        ASSERT_TRUE(record(**held, kJoe));
    }
    for (const char which : {'H', 'D'}) ASSERT_TRUE(os_.unlink(spool_.path(kId, which)));
    ASSERT_TRUE(make(os_));
    EXPECT_THAT(found(os_), IsEmpty());
}

TEST_F(IntentFileTest, RemainsAreRemoved) {
    {
        auto held = spool_.open(kId);
        ASSERT_TRUE(record(**held, kJoe));
    }
    EXPECT_TRUE(*spool_.remove_remains(kId));
    EXPECT_THAT(os_.names_in("/spool/intent"), IsEmpty());
}

// The child of an unprivileged recipient inherits the descriptor: it must not be that of somebody's file.
TEST_F(IntentFileTest, IsNoFileOfSomebodyElse) {
    os_.put_file("/etc/shadow", "secret\n", 0600, 0, 0);
    os_.put_directory("/spool/intent", 0750, 100, 100);
    os_.put_link("/etc/shadow", "/spool/intent/" + kId);
    {
        auto held = spool_.open(kId);
        EXPECT_TRUE(record(**held, kJoe));
        EXPECT_THAT(*(*held)->intents(), ElementsAre(kJoe));
    }
    os_.remove("/spool/intent/" + kId);
    os_.put_symlink("/spool/intent/" + kId, "/etc/shadow", 100, 100);
    auto held = spool_.open(kId);
    EXPECT_TRUE(record(**held, kJoe));
    EXPECT_THAT(*(*held)->intents(), ElementsAre(kJoe));
    EXPECT_EQ(os_.content("/etc/shadow"), "secret\n");
}

TEST_F(IntentFileTest, TakesLinesOnly) {
    auto held = spool_.open(kId);
    const auto log = (*held)->intent_log("local", {"joe@x"});
    EXPECT_EQ((*log)->record("a\nb").error().code, EINVAL);
    EXPECT_EQ((*log)->record(std::string(IntentLog::kLongest + 1, 'a')).error().code, EINVAL);
    EXPECT_TRUE((*log)->record(std::string(IntentLog::kLongest, 'a')));
}

// What record() has promised is there after any crash; a message that nobody was told about is made durable with it.
TEST(IntentCrash, FindsWhatWasRecorded) {
    for (const auto durability : {SpoolSettings::Durability::full, SpoolSettings::Durability::none}) {
        bool promised = false;
        for_every_crash(
            [&](World& w) {
                promised = false;
                w.fake.put_directory("/spool");
                ASSERT_TRUE(make(w.fake));
            },
            [&](World& w) {
                Spool spool(w.os, settings(durability));
                auto held = spool.open(kId);
                if (!held) return;
                promised = record(**held, kJoe).has_value();
                if (durability == SpoolSettings::Durability::none) promised = promised && (*held)->make_durable();
                (void)record(**held, kOdd);
            },
            [&](World& w) {
                const auto records = found(w.os);
                EXPECT_TRUE(!promised || testing::Matches(testing::Contains(kJoe))(records));
                Spool spool(w.os, settings());
                auto held = spool.open(kId);
                ASSERT_TRUE(held);
                ASSERT_TRUE(record(**held, kOdd));
                EXPECT_THAT(found(w.os), testing::Contains(kOdd));
            });
    }
}

TEST(IntentFault, AFailedRecordSpoilsNoOther) {
    for_every_fault({ENOSPC, EIO, EINTR, EDQUOT}, [](World& w) {
        w.fake.put_directory("/spool");
        ASSERT_TRUE(make(w.fake));
        Spool spool(w.os, settings());
        auto held = spool.open(kId);
        if (!held) return;
        const bool first = record(**held, kJoe).has_value();
        const bool second = record(**held, kOdd).has_value();
        EXPECT_TRUE(first || second);
        held->reset();
        const auto records = found(w.fake);
        EXPECT_TRUE(!first || testing::Matches(testing::Contains(kJoe))(records));
        EXPECT_TRUE(!second || testing::Matches(testing::Contains(kOdd))(records));
    });
}

}  // namespace
}  // namespace postern
