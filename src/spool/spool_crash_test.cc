// SPDX-License-Identifier: Apache-2.0
// The promises of spool.h under every single failure and every crash: no message and no "done" that was promised is
// lost, nothing that is finished comes back, nothing is ever half there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "spool/spool.h"
#include "support/fault_sweep.h"

namespace postern {
namespace {

const std::string kId = "1xVcye-0000BV-2w";
const Errnos kErrnos = {ENOSPC, EIO, EDQUOT, EINTR, EACCES, EMFILE};

SpoolSettings settings() {
    SpoolSettings out;
    out.directory = "/spool";
    out.owner = out.group = 100;
    return out;
}

Message message() {
    Message m;
    m.id = kId;
    m.login = "joe";
    m.sender = "joe@a.example";
    for (const char* address : {"a@x", "b@x", "c@x"}) m.recipients.push_back({address, "", -1, "", 0});
    m.headers = {{HeaderType::other, "Subject: " + std::string(5000, 's') + "\n"}};
    return m;
}
const std::string kBody(3000, 'b');

bool make(Os& os) {
    Spool spool(os, settings());
    auto held = spool.begin(kId);
    return held && write_all(os, (*held)->data_fd(), kBody + "\n") && spool.commit(**held, message());
}

// Listed means: there as a whole.
bool is_listed_whole(Os& os) {
    Spool spool(os, settings());
    const auto list = spool.list();
    EXPECT_TRUE(list);
    if (!list || list->empty()) return false;
    EXPECT_TRUE(spool.open(kId)) << "-H without -D";
    const auto loaded = spool.load(kId, true);
    EXPECT_TRUE(loaded);
    EXPECT_EQ(*spool.raw(kId, 'D'), kId + "-D\n" + kBody + "\n");
    return true;
}

std::vector<std::string> done(Os& os) {
    const auto loaded = Spool(os, settings()).load(kId, true);
    EXPECT_TRUE(loaded);
    if (!loaded) return {};
    auto addresses = loaded->message.non_recipient_order;
    for (const std::string& address : addresses)
        EXPECT_TRUE(address == "a@x" || address == "b@x" || address == "c@x") << address;
    return addresses;
}
bool is_done(Os& os, const std::string& address) {
    const auto all = done(os);
    return std::find(all.begin(), all.end(), address) != all.end();
}

// What a delivery that starts now would send to.
std::vector<std::string> deliverable(Os& os) {
    Spool spool(os, settings());
    std::vector<std::string> addresses;
    if (!spool.open(kId)) return addresses;
    const auto loaded = spool.load(kId, true);
    if (!loaded) return addresses;
    for (const Recipient& recipient : loaded->message.recipients)
        if (loaded->message.non_recipients.count(recipient.address) == 0) addresses.push_back(recipient.address);
    return addresses;
}

TEST(SpoolCrash, Creation) {
    bool accepted = false;
    for_every_crash(
        [&](World& w) {
            accepted = false;
            w.fake.put_directory("/spool");
        },
        [&](World& w) { accepted = make(w.os); }, [&](World& w) { EXPECT_TRUE(is_listed_whole(w.os) || !accepted); });
}

TEST(SpoolFault, Creation) {
    for_every_fault(kErrnos, [](World& w) {
        w.fake.put_directory("/spool");
        const bool accepted = make(w.os);
        EXPECT_EQ(is_listed_whole(w.fake), accepted);
        EXPECT_EQ(w.fake.names_in("/spool/input").size(), accepted ? 2U : 0U) << w.fake.tree_text();
        EXPECT_EQ(w.fake.open_descriptors(), 0U);
    });
}

TEST(SpoolFault, CreationOnAFullDisk) {
    for_every_fault(
        {ENOSPC},
        [](World& w) {
            w.fake.put_directory("/spool");
            const bool accepted = make(w.os);
            EXPECT_EQ(is_listed_whole(w.fake), accepted);
        },
        Lasting::yes);
}

// D-spool-journal-entry
TEST(SpoolCrash, Journal) {
    int promised = 0;
    for_every_crash(
        [&](World& w) {
            promised = 0;
            w.fake.put_directory("/spool");
            ASSERT_TRUE(make(w.fake));
        },
        [&](World& w) {
            Spool spool(w.os, settings());
            auto held = spool.open(kId);
            if (!held) return;
            if ((*held)->journal({"a@x"})) promised = 1;
            if (promised == 1 && (*held)->journal({"b@x", "c@x"})) promised = 3;
        },
        [&](World& w) {
            ASSERT_TRUE(is_listed_whole(w.os));
            EXPECT_GE(static_cast<int>(done(w.os).size()), promised);
            if (promised >= 1) {
                EXPECT_TRUE(is_done(w.os, "a@x")) << "lost";
            }
            // The next run goes on with the journal as it is.
            Spool spool(w.os, settings());
            auto held = spool.open(kId);
            ASSERT_TRUE(held);
            ASSERT_TRUE((*held)->journal({"c@x"}));
            EXPECT_TRUE(is_done(w.os, "c@x"));
        });
}

TEST(SpoolFault, Journal) {
    for_every_fault(kErrnos, [](World& w) {
        w.fake.put_directory("/spool");
        ASSERT_TRUE(make(w.fake));
        Spool spool(w.os, settings());
        auto held = spool.open(kId);
        if (!held) return;
        const bool first = (*held)->journal({"a@x"}).has_value();
        const bool second = (*held)->journal({"b@x"}).has_value();
        EXPECT_TRUE(first || second) << "one failure must not stop the rest";
        const auto all = done(w.fake);
        EXPECT_TRUE(!first || is_done(w.fake, "a@x"));
        EXPECT_TRUE(!second || is_done(w.fake, "b@x"));
    });
}

TEST(SpoolCrash, RewrittenHeaderReplacesTheJournal) {
    for_every_crash(
        [](World& w) {
            w.fake.put_directory("/spool");
            ASSERT_TRUE(make(w.fake));
            Spool spool(w.fake, settings());
            ASSERT_TRUE((*spool.open(kId))->journal({"a@x", "b@x"}));
        },
        [](World& w) {
            Spool spool(w.os, settings());
            auto held = spool.open(kId);
            const auto loaded = spool.load(kId, true);
            if (!held || !loaded) return;
            if ((*held)->rewrite_header(loaded->message)) (void)(*held)->remove_journal();
        },
        [](World& w) {
            ASSERT_TRUE(is_listed_whole(w.os));
            EXPECT_THAT(done(w.os), testing::UnorderedElementsAre("a@x", "b@x"));
            EXPECT_THAT(deliverable(w.os), testing::ElementsAre("c@x"));
        });
}

TEST(SpoolFault, RewrittenHeader) {
    for_every_fault(kErrnos, [](World& w) {
        w.fake.put_directory("/spool");
        ASSERT_TRUE(make(w.fake));
        Spool spool(w.os, settings());
        auto held = spool.open(kId);
        Message changed = message();
        changed.mark_done("a@x");
        const bool written = held && (*held)->rewrite_header(changed);
        ASSERT_TRUE(is_listed_whole(w.fake));
        EXPECT_TRUE(!written || is_done(w.fake, "a@x"));
        EXPECT_EQ(w.fake.names_in("/spool/input").size(), 2U) << w.fake.tree_text();
    });
}

void crash_while_removing(bool journalled) {
    bool removed = false;
    for_every_crash(
        [&](World& w) {
            removed = false;
            w.fake.put_directory("/spool");
            ASSERT_TRUE(make(w.fake));
            Spool spool(w.fake, settings());
            auto held = spool.open(kId);
            (*held)->log("Received");
            if (journalled) {
                ASSERT_TRUE((*held)->journal({"a@x", "b@x", "c@x"}));
            } else {
                Message all = message();
                for (const Recipient& recipient : all.recipients) all.mark_done(recipient.address);
                ASSERT_TRUE((*held)->rewrite_header(all));
            }
        },
        [&](World& w) {
            Spool spool(w.os, settings());
            auto held = spool.open(kId);
            removed = held && (*held)->remove();
        },
        [&](World& w) {
            EXPECT_THAT(deliverable(w.os), testing::IsEmpty()) << w.fake.tree_text();
            if (removed) {
                EXPECT_TRUE(Spool(w.os, settings()).list()->empty()) << w.fake.tree_text();
            }
        });
}
// D-spool-removal
TEST(SpoolCrash, RemovalOfAJournalledMessage) { crash_while_removing(true); }
TEST(SpoolCrash, RemovalOfARewrittenMessage) { crash_while_removing(false); }

// D-spool-done-mark: the removal alone says that all of it is delivered: no journal has been made.
TEST(SpoolCrash, RemovalOfAMessageOfWhichNothingIsJournalled) {
    bool removed = false;
    for_every_crash(
        [&](World& w) {
            removed = false;
            w.fake.put_directory("/spool");
            ASSERT_TRUE(make(w.fake));
        },
        [&](World& w) {
            Spool spool(w.os, settings());
            auto held = spool.open(kId);
            removed = held && (*held)->remove();
        },
        [&](World& w) {
            const std::vector<std::string> again = deliverable(w.os);
            EXPECT_TRUE(again.empty() || (!removed && again.size() == 3)) << w.fake.tree_text();
            if (removed) {
                EXPECT_TRUE(Spool(w.os, settings()).list()->empty()) << "open() has cleared up";
                EXPECT_THAT(w.fake.names_in("/spool/input"), testing::Each(testing::EndsWith("-D")));
            }
        });
}

TEST(SpoolFault, Removal) {
    for_every_fault(kErrnos, [](World& w) {
        w.fake.put_directory("/spool");
        ASSERT_TRUE(make(w.fake));
        Spool spool(w.os, settings());
        auto held = spool.open(kId);
        const bool removed = held && (*held)->journal({"a@x", "b@x", "c@x"}) && (*held)->remove();
        if (removed) {
            EXPECT_THAT(w.fake.names_in("/spool/input"), testing::IsEmpty());
        }
    });
}

// The mark of a killed process may not be on the disk: its files go only when it is.
TEST(SpoolFault, AMarkIsMadeSafeBeforeItIsBelieved) {
    World w;
    w.fake.put_directory("/spool");
    ASSERT_TRUE(make(w.fake));
    const std::string data = std::string("/spool/input/") + kId + "-D";
    std::string marked = w.fake.content(data);
    marked.replace(std::string_view(kId).size(), 1, "!");
    w.fake.put_file(data, marked, 0640);
    w.os.fail_only({Call::fsync});
    w.os.fail_at(1, EIO);
    EXPECT_EQ(Spool(w.os, settings()).open(kId).error().problem, Spool::OpenProblem::other);
    EXPECT_THAT(w.fake.names_in("/spool/input"), testing::SizeIs(2));
    w.os.disarm();
    EXPECT_EQ(Spool(w.os, settings()).open(kId).error().problem, Spool::OpenProblem::missing);
    EXPECT_THAT(w.fake.names_in("/spool/input"), testing::IsEmpty());
}

}  // namespace
}  // namespace postern
