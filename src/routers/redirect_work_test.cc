// SPDX-License-Identifier: Apache-2.0
#include "routers/redirect_work.h"

#include <gtest/gtest.h>

#include <csignal>

#include "support/fake_os.h"
#include "support/fake_processes.h"
#include "support/fault_sweep.h"

namespace postern {
namespace {

class RedirectWorkTest : public testing::Test {
protected:
    RedirectWorkTest() {
        os.add_user("joe", 1001, 1001, "/home/joe");
        os.put_directory("/home/joe", 0700, 1001, 1001);
        os.put_file("/home/joe/.forward", "a@x, |cmd\n", 0600, 1001, 1001);
        os.put_file("/root-only", "secret@x\n", 0600);
        work.uid = 1001;
        work.gid = 1001;
        work.rules.qualify_domain = "test.ex";
    }
    std::optional<RedirectAnswer> run() { return do_redirect_work(work, os, processes, lost); }

    FakeClock clock;
    FakeOs os{clock};
    FakeProcesses processes{os};
    RedirectWork work;
    LostChild lost;
};

TEST_F(RedirectWorkTest, ReadsAsTheUserInAChild) {
    work.file = "/home/joe/.forward";
    const auto answer = run();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, RedirectAnswer::Kind::list);
    ASSERT_EQ(answer->list.items.size(), 2U);
    EXPECT_EQ(answer->list.items[0].text, "a@x");
    EXPECT_EQ(processes.shielded.size(), 1U);
    EXPECT_EQ(processes.unreaped(), 0U);
    EXPECT_EQ(os.open_descriptors(), 0U);
    EXPECT_EQ(os.ids().effective_uid, 0U);
}

TEST_F(RedirectWorkTest, UserMayNotReadWhatOnlyRootMay) {
    work.file = "/root-only";
    auto answer = run();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, RedirectAnswer::Kind::unreadable);
    EXPECT_EQ(answer->text, "failed to open /root-only: Permission denied (euid=1001 egid=1001)");

    work.file.clear();
    work.data = Text(":include:/root-only");
    answer = run();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->list.kind, RedirectList::Kind::error);
    EXPECT_EQ(answer->list.text, "failed to open included file /root-only: Permission denied (euid=1001 egid=1001)");
}

TEST_F(RedirectWorkTest, NoChildWithoutNeed) {
    work.data = Text("a@x");
    EXPECT_TRUE(run());
    work.data = {};
    work.file = "/home/joe/missing";
    EXPECT_EQ(run()->kind, RedirectAnswer::Kind::missing);
    work.uid.reset();
    work.file = "/root-only";
    EXPECT_EQ(run()->list.items.at(0).text, "secret@x");
    os.run_as(1001, 1001);  // not root: we are the only one we can be
    work.uid = 1001;
    work.file = "/home/joe/.forward";
    EXPECT_EQ(run()->list.items.size(), 2U);
    EXPECT_TRUE(processes.shielded.empty());
}

TEST_F(RedirectWorkTest, LostChildren) {
    work.file = "/home/joe/.forward";
    processes.next_child_dies_first(SIGKILL);
    EXPECT_FALSE(run());
    EXPECT_EQ(lost.wait_status, SIGKILL);
    processes.next_child_dies_last(SIGSEGV);
    EXPECT_FALSE(run());
    EXPECT_EQ(lost.wait_status, SIGSEGV);
    processes.next_fork_fails(EAGAIN);
    EXPECT_FALSE(run());
    EXPECT_EQ(lost.reader_error, errno_text(EAGAIN));
    os.set_ids_stick(true);  // the user could not be become
    EXPECT_FALSE(run());
    EXPECT_NE(lost.wait_status, 0);
    EXPECT_EQ(os.open_descriptors(), 0U);
    EXPECT_EQ(processes.unreaped(), 0U);
}

// A file that cannot be read is not a file that is not there: declining would send the mail past the user's wishes.
TEST(RedirectFaults, NeverTakeAFileForMissing) {
    for_every_fault({EIO, EACCES, EINTR, ENOMEM, ESTALE}, [](World& w) {
        w.fake.add_user("joe", 1001, 1001, "/home/joe");
        w.fake.put_directory("/home/joe", 0700, 1001, 1001);
        w.fake.put_file("/home/joe/.forward", "a@x, :include:/home/joe/more\n", 0600, 1001, 1001);
        w.fake.put_file("/home/joe/more", "b@x\n", 0600, 1001, 1001);
        const auto before = w.fake.snapshot();
        RedirectWork work;
        work.file = "/home/joe/.forward";
        work.uid = work.gid = 1001;
        LostChild lost;
        const auto answer = do_redirect_work(work, w.os, w.processes, lost);
        if (answer && answer->kind != RedirectAnswer::Kind::unreadable) {
            EXPECT_EQ(answer->kind, RedirectAnswer::Kind::list);
            if (answer->list.kind == RedirectList::Kind::items)
                EXPECT_EQ(answer->list.items.size(), 2U);
            else
                EXPECT_EQ(answer->list.kind, RedirectList::Kind::error);
        }
        EXPECT_EQ(w.fake.open_descriptors(), 0U);
        EXPECT_EQ(w.processes.unreaped(), 0U);
        EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before));
    });
}

TEST(RedirectAnswer, ComesBackAsItWasSent) {
    RedirectAnswer answer;
    answer.kind = RedirectAnswer::Kind::list;
    answer.list.kind = RedirectList::Kind::fail;
    answer.list.text = "no";
    answer.list.items = {{RedirectItemKind::pipe, "|x", true}, {RedirectItemKind::address, "a@b", false}};
    answer.list.skipped = {"one", "two"};
    const std::string bytes = encode(answer);
    EXPECT_EQ(decode(bytes), answer);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_FALSE(decode(std::string_view(bytes).substr(0, length))) << length;
    EXPECT_FALSE(decode(bytes + "x"));
}

TEST(RedirectAnswer, MaySayOnlyWhatTheOptionsLetItSay) {
    RedirectRules strict;
    strict.forbid_blackhole = true;
    RedirectAnswer answer;
    answer.kind = RedirectAnswer::Kind::list;
    EXPECT_TRUE(is_allowed(answer, strict));
    for (const auto kind : {RedirectList::Kind::fail, RedirectList::Kind::defer, RedirectList::Kind::blackhole}) {
        answer.list.kind = kind;
        EXPECT_FALSE(is_allowed(answer, strict));
    }
    answer.list.kind = RedirectList::Kind::items;
    for (const RedirectItem& item :
         {RedirectItem{RedirectItemKind::address, "joe", false}, RedirectItem{RedirectItemKind::pipe, "/x", false},
          RedirectItem{RedirectItemKind::file, "x", false}, RedirectItem{RedirectItemKind::file, "", false},
          RedirectItem{RedirectItemKind::file, std::string("/a\0b", 4), false}}) {
        answer.list.items = {item};
        EXPECT_FALSE(is_allowed(answer, strict)) << item.text;
    }
}

}  // namespace
}  // namespace postern
