// SPDX-License-Identifier: Apache-2.0
// Whole deliveries into directories with a quota; what may happen between the first look and publication is made to
// happen in between.
#include "mailbox/quota_gauge.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/mailbox_delivery.h"

namespace postern {
namespace {

class TestRules final : public QuotaRules {
public:
    MailboxResult<void> prepare() override { return {}; }
    const std::optional<std::string>& quota_directory() const override { return directory; }
    std::optional<std::int64_t> size_in(std::string_view) const override { return std::nullopt; }
    bool counts_folder(std::string_view name) const override {
        return name == "cur" || name == "new" || (name.starts_with('.') && !name.starts_with(".Trash"));
    }
    std::optional<std::string> directory;
};

const std::string kMaildir = "/home/joe/Maildir";
const auto kSize = static_cast<std::int64_t>(kMessage.size());

QuotaSettings limits(QuotaLimits limits, bool size_file = false) {
    return {.limits = limits,
            .size_file = size_file,
            .message_size = kSize,
            .path = kMaildir,
            .hostname = "mail.example.net",
            .maildir = true,
            .patience = Seconds{3}};
}

void put_maildir(World& w) {
    put_home(w);
    for (const char* sub : {"", "/tmp", "/new", "/cur"})
        w.fake.put_directory(kMaildir + std::string(sub), 0700, kUser, kMail);
}

void put_mail(World& w, const std::string& name, std::size_t size) {
    w.fake.put_file(kMaildir + "/" + name, std::string(size, 'x'), 0600, kUser, kMail);
}

// One delivery; `meanwhile` happens when the data is written and the message not yet published.
struct QuotaDelivery {
    explicit QuotaDelivery(QuotaSettings given) : settings(std::move(given)) {}
    Verdict run(World& w) {
        QuotaGauge gauge(w.os, w.clock, rules, settings);
        const Verdict failure = deliver(w, gauge);
        warned = !failure && gauge.warns();
        return failure;
    }
    Verdict deliver(World& w, QuotaGauge& gauge) {
        MaildirSettings box_settings{.common = test_settings(settings.path)};
        box_settings.common.gauge = &gauge;
        auto box = maildir(box_settings)(w);
        if (!box) return box.error();
        if (const QuotaVerdict verdict = gauge.verdict(); verdict != QuotaVerdict::fits)
            return quota_failure(verdict, (*box)->data_name());
        if (const Status done = write_all(w.os, (*box)->fd(), kMessage); !done)
            return MailboxFailure{.code = done.error().code, .message = "write"};
        if (const Status done = (*box)->finish_data(); !done)
            return MailboxFailure{.code = done.error().code, .message = "finish"};
        if (meanwhile) meanwhile();
        TestNaming naming;
        gauge.set_written(kSize);
        auto done = (*box)->commit(naming);
        return done ? Verdict{} : Verdict{done.error()};
    }
    QuotaSettings settings;
    TestRules rules;
    std::function<void()> meanwhile;
    bool warned = false;
};

struct Gauge : testing::Test {
    Gauge() {
        put_maildir(w);
        w.clock.advance(std::chrono::seconds(100));
    }
    std::size_t delivered() const { return w.fake.names_in(kMaildir + "/new").size(); }
    void expect_clean() {
        EXPECT_EQ(w.fake.names_in(kMaildir + "/tmp"), std::vector<std::string>{});
        EXPECT_EQ(w.fake.open_descriptors(), 0u);
        EXPECT_EQ(w.fake.locks_held(), 0u);
    }
    World w;
};

// D-quota-exact
TEST_F(Gauge, WhatComesMeanwhileCounts) {
    for (const bool size_file : {false, true}) {
        SCOPED_TRACE(size_file);
        QuotaDelivery first(limits({.size = kSize * 2 - 1}, size_file)), second(first.settings);
        Verdict other = MailboxFailure{};
        first.meanwhile = [&] { other = second.run(w); };
        const Verdict failure = first.run(w);
        EXPECT_FALSE(other);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->code, mailbox_code::kQuota);
        EXPECT_EQ(failure->user_message, "mailbox is full");
        EXPECT_TRUE(failure->message.starts_with("mailbox is full (MTA-imposed quota exceeded while writing to tmp/"))
            << failure->message;
        EXPECT_EQ(delivered(), 1u);
        expect_clean();
        w.fake.remove(kMaildir + "/new/" + w.fake.names_in(kMaildir + "/new").front());
        if (size_file) w.fake.remove(kMaildir + "/maildirsize");
    }
}

TEST_F(Gauge, WhatFitsBesideAnotherIsNotRefused) {
    for (const bool size_file : {false, true}) {
        SCOPED_TRACE(size_file);
        QuotaDelivery first(limits({.size = kSize * 2}, size_file)), second(first.settings);
        first.meanwhile = [&] { EXPECT_FALSE(second.run(w)); };
        EXPECT_FALSE(first.run(w));
        EXPECT_EQ(delivered(), 2u);
        expect_clean();
        for (const std::string& name : w.fake.names_in(kMaildir + "/new")) w.fake.remove(kMaildir + "/new/" + name);
        if (size_file) w.fake.remove(kMaildir + "/maildirsize");
    }
}

// Whoever makes room meanwhile is no reason for anything; whoever takes it is, also if he knows no locks.
TEST_F(Gauge, ForeignFilesMeanwhileCount) {
    QuotaDelivery delivery(limits({.size = kSize + 10}));
    delivery.meanwhile = [&] { put_mail(w, "cur/foreign", 11); };
    const Verdict failure = delivery.run(w);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, mailbox_code::kQuota);
    expect_clean();
}

TEST_F(Gauge, OneWarningForOneCrossing) {
    for (const bool size_file : {false, true}) {
        QuotaDelivery first(limits({.warn_above = kSize}, size_file)), second(first.settings);
        first.meanwhile = [&] { EXPECT_FALSE(second.run(w)); };
        EXPECT_FALSE(first.run(w));
        EXPECT_FALSE(second.warned);
        EXPECT_TRUE(first.warned);
        for (const std::string& name : w.fake.names_in(kMaildir + "/new")) w.fake.remove(kMaildir + "/new/" + name);
    }
}

TEST_F(Gauge, BusyLockDefers) {
    QuotaDelivery delivery(limits({.size = 1000}));
    w.fake.hold_lock(kMaildir, LockKind::flock_exclusive);
    const Verdict failure = delivery.run(w);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, mailbox_code::kLockFailed);
    EXPECT_EQ(failure->message, "failed to lock mailbox /home/joe/Maildir (fcntl/flock)");
    EXPECT_EQ(delivered(), 0u);
    expect_clean();
}

TEST_F(Gauge, LockThatIsFreeSoonIsWaitedFor) {
    QuotaDelivery delivery(limits({.size = 1000}));
    w.fake.hold_lock(kMaildir, LockKind::flock_exclusive, {}, Seconds{2});
    EXPECT_FALSE(delivery.run(w));
    EXPECT_EQ(delivered(), 1u);
}

TEST_F(Gauge, NothingToMeasureTakesNoLock) {
    QuotaDelivery delivery(limits({.size = 1000}));
    delivery.settings.known_size = 0;
    w.fake.hold_lock(kMaildir, LockKind::flock_exclusive);
    EXPECT_FALSE(delivery.run(w));
    EXPECT_EQ(delivered(), 1u);
}

// --- maildirsize ---

TEST_F(Gauge, SizeFileIsAddedToAfterTheRename) {
    QuotaDelivery delivery(limits({.size = 1000}, true));
    EXPECT_FALSE(delivery.run(w));
    EXPECT_EQ(w.fake.content(kMaildir + "/maildirsize"), "1000S,0C\n0 0\n" + std::to_string(kSize) + " 1\n");
    // D-maildirsize-order (W8): Exim writes the line although the message never gets its name.
    delivery.meanwhile = [&] { w.fake.put_directory(kMaildir + "/new", 0500, kUser, kMail); };
    const Verdict failure = delivery.run(w);
    ASSERT_TRUE(failure);
    EXPECT_EQ(w.fake.content(kMaildir + "/maildirsize"), "1000S,0C\n0 0\n" + std::to_string(kSize) + " 1\n");
}

TEST_F(Gauge, SizeFileReplacedMeanwhileIsReadAgain) {
    QuotaDelivery delivery(limits({.size = 1000}, true));
    delivery.meanwhile = [&] {
        w.fake.put_file(kMaildir + "/maildirsize", "1000S,0C\n980 3\n", 0600, kUser, kMail);
        w.fake.set_file_times(kMaildir + "/maildirsize", w.clock.now(), w.clock.now());
    };
    const Verdict failure = delivery.run(w);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, mailbox_code::kQuota);
    EXPECT_EQ(w.fake.content(kMaildir + "/maildirsize"), "1000S,0C\n980 3\n");
}

// D-maildirsize-fifo
TEST_F(Gauge, ForeignSizeFilesAreNoTrap) {
    w.fake.put_fifo(kMaildir + "/maildirsize", false, 0600, kUser, kMail);
    QuotaDelivery delivery(limits({.size = 1000}, true));
    const Verdict failure = delivery.run(w);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->message, "while opening or reading /home/joe/Maildir/maildirsize");
    expect_clean();
}

// A recalculation that somebody overtakes is not kept.
TEST_F(Gauge, OvertakenRecalculationIsNotKept) {
    put_mail(w, "cur/a", 100);
    TestRules rules;
    const auto directory = w.fake.open(kMaildir, O_RDONLY | O_DIRECTORY);
    MaildirsizeFile file(w.os, w.clock, rules, {.limits = {.size = 1000}, .hostname = "h"});
    ASSERT_TRUE(file.recalculate(directory->get()));
    EXPECT_EQ(w.fake.content(kMaildir + "/maildirsize"), "1000S,0C\n100 1\n");
    // As if it had happened between the two walks: the directory is younger than the first walk saw it.
    class Overtaken final : public QuotaRules {
    public:
        explicit Overtaken(World& w) : w_(w) {}
        MailboxResult<void> prepare() override { return {}; }
        const std::optional<std::string>& quota_directory() const override { return none_; }
        std::optional<std::int64_t> size_in(std::string_view) const override { return std::nullopt; }
        bool counts_folder(std::string_view name) const override {
            if (++asked_ == 4) w_.fake.set_file_times(kMaildir + "/cur", {}, {w_.clock.now().seconds + 1, 0});
            return name == "cur" || name == "new";
        }

    private:
        World& w_;
        std::optional<std::string> none_;
        mutable int asked_ = 0;
    } overtaken(w);
    MaildirsizeFile again(w.os, w.clock, overtaken, {.limits = {.size = 1000}, .hostname = "h"});
    const auto use = again.recalculate(directory->get());
    ASSERT_TRUE(use);
    EXPECT_EQ(use->size, 100);
    EXPECT_FALSE(w.fake.exists(kMaildir + "/maildirsize"));
}

// D-maildirsize-unreadable: Exim writes "0 0" and believes it for as long as it says that messages fit.
TEST_F(Gauge, WhatCannotBeReadIsNeverWrittenAsTruth) {
    const struct {
        const char* directory;
        mode_t mode;
    } kCases[] = {{"/cur", 0},       {"/cur", 0100},       {"/cur", 0400},           {"/.Sent", 0},
                  {"/.Sent/cur", 0}, {"/.Sent/new", 0600}, {"/.Sent/.Inner/new", 0}, {"/cur/inner", 0}};
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.directory);
        World world;
        put_maildir(world);
        for (const char* name : {"/cur/inner", "/.Sent", "/.Sent/cur", "/.Sent/new", "/.Sent/.Inner/new"})
            world.fake.put_directory(kMaildir + std::string(name), 0700, kUser, kMail);
        for (const char* name : {"cur/a", "cur/inner/a", ".Sent/cur/a", ".Sent/new/a", ".Sent/.Inner/new/a"})
            put_mail(world, name, 100);
        world.clock.advance(std::chrono::seconds(100));
        world.fake.put_directory(kMaildir + c.directory, c.mode, kUser, kMail);
        QuotaDelivery delivery(limits({.size = 600}, true));
        EXPECT_FALSE(delivery.run(world));
        EXPECT_FALSE(world.fake.exists(kMaildir + "/maildirsize"));
        EXPECT_EQ(world.fake.names_in(kMaildir + "/tmp"), std::vector<std::string>{});
        world.fake.put_directory(kMaildir + c.directory, 0700, kUser, kMail);
        delivery.settings.limits.size = 500 + 2 * kSize - 1;
        EXPECT_TRUE(delivery.run(world));  // of what there really is nothing is forgotten
        EXPECT_TRUE(
            world.fake.content(kMaildir + "/maildirsize").ends_with("\n" + std::to_string(500 + kSize) + " 7\n"))
            << world.fake.content(kMaildir + "/maildirsize");
    }
}

// --- a remembered tree ---

struct Remembered : Gauge {
    Remembered() {
        w.fake.put_directory("/cache", 0700, kUser, kMail);
        for (int i = 0; i < 1100; ++i) put_mail(w, "cur/" + std::to_string(i), 1);
        w.clock.advance(std::chrono::seconds(100));
    }
    QuotaDelivery delivery(QuotaLimits quota) {
        cache = std::move(*w.fake.open("/cache", O_RDONLY | O_DIRECTORY));
        QuotaDelivery out(limits(quota));
        out.settings.cache_directory = cache.get();
        return out;
    }
    UniqueFd cache;
};

// D-quota-cache
TEST_F(Remembered, DirectoriesThatStayAreNotListedAgain) {
    auto first = delivery({.size = 100'000});
    EXPECT_FALSE(first.run(w));
    ASSERT_EQ(w.fake.names_in("/cache").size(), 1u);
    // Were cur listed, the lie about it would come out.
    const FileStat cur = w.fake.stat_of(kMaildir + "/cur");
    put_mail(w, "cur/big", 99'000);
    w.fake.set_file_times(kMaildir + "/cur", {cur.atime.tv_sec, static_cast<std::int32_t>(cur.atime.tv_nsec / 1000)},
                          {cur.mtime.tv_sec, static_cast<std::int32_t>(cur.mtime.tv_nsec / 1000)});
    EXPECT_FALSE(first.run(w));
    // Before somebody is refused everything is looked at.
    auto close = delivery({.size = 1100 + kSize * 2 + 10});
    const Verdict failure = close.run(w);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, mailbox_code::kQuota);
    // And now it is known.
    auto again = delivery({.size = 99'000 + 1100 + kSize * 2 - 1});
    EXPECT_TRUE(again.run(w));
}

TEST_F(Remembered, OwnDeliveriesAreAccountedFor) {
    auto one = delivery({.size = 1100 + kSize * 3});
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(one.run(w)) << i;
    EXPECT_TRUE(one.run(w));
    EXPECT_EQ(delivered(), 3u);
}

TEST_F(Remembered, NumbersThatAreTooLargeRefuseNobody) {
    auto one = delivery({.size = 1100 + kSize});
    EXPECT_FALSE(one.run(w));
    // Truncating a file does not change its directory.
    const auto shrunk = w.fake.open(kMaildir + "/new/" + w.fake.names_in(kMaildir + "/new").front(), O_WRONLY);
    ASSERT_TRUE(w.fake.truncate(shrunk->get(), 0));
    EXPECT_FALSE(one.run(w));
}

// --- faults ---

std::int64_t counted(World& w) {
    std::int64_t total = 0;
    for (const char* sub : {"/cur", "/new"})
        for (const std::string& name : w.fake.names_in(kMaildir + std::string(sub)))
            total += w.fake.stat_of(kMaildir + std::string(sub) + "/" + name).size;
    return total;
}

// The message is whole or not there, and a size file that will be believed is right.
void check_after_fault(World& w, const QuotaDelivery& delivery, const Verdict& failure) {
    const auto names = w.fake.names_in(kMaildir + "/new");
    ASSERT_EQ(names.size(), failure ? 0u : 1u) << (failure ? failure->message : "delivered");
    if (!failure) {
        EXPECT_EQ(w.fake.content(kMaildir + "/new/" + names[0]), kMessage);
    }
    EXPECT_EQ(w.fake.open_descriptors(), 0u);
    EXPECT_EQ(w.fake.locks_held(), 0u);
    if (!delivery.settings.size_file) return;
    TestRules rules;
    const auto directory = w.fake.open(kMaildir, O_RDONLY | O_DIRECTORY);
    MaildirsizeFile file(w.fake, w.clock, rules,
                         {.limits = delivery.settings.limits, .message_size = kSize, .hostname = "h"});
    const auto believed = file.read(directory->get());
    ASSERT_TRUE(believed);
    if (*believed) {
        EXPECT_EQ((*believed)->size, counted(w)) << w.fake.content(kMaildir + "/maildirsize");
    }
}

TEST(GaugeFaults, MessageWholeAndSizeFileRight) {
    const Errnos errnos{ENOSPC, EDQUOT, EIO, EINTR, EMFILE, ENOLCK, ESTALE, EACCES, ENOENT};
    for (const char* old : {"", "1000S,0C\n100 1\n", "1000S,0C\n100 2\n0 -1\n", "junk\n"}) {
        for (const bool size_file : {true, false}) {
            if (!size_file && *old != '\0') continue;
            SCOPED_TRACE(old);
            for_every_fault(errnos, [&](World& w) {
                put_maildir(w);
                put_mail(w, "cur/a", 100);
                if (*old != '\0') w.fake.put_file(kMaildir + "/maildirsize", old, 0600, kUser, kMail);
                w.clock.advance(std::chrono::seconds(100));
                QuotaDelivery delivery(limits({.size = 1000}, size_file));
                const Verdict failure = delivery.run(w);
                check_after_fault(w, delivery, failure);
            });
        }
    }
}

}  // namespace
}  // namespace postern
