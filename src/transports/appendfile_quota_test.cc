// SPDX-License-Identifier: Apache-2.0
// Quota options from text to verdict; what a delivery as a whole does with them is in tests/compat/test_quota.py.
#include "transports/appendfile_quota.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "support/delivery_world.h"
#include "transports/all.h"

namespace postern {
namespace {

using O = AppendfileOptions;

Expandable text(std::string source) { return {std::move(source), true, {}}; }

struct Quotas : testing::Test {
    tl::expected<AppendfileQuotaOptions, SetupFailure> expand(const std::function<void(O&)>& change) {
        O options;
        change(options);
        DeliveryContext context = world.context();
        return expand_quota_options(context, options);
    }
    DeliveryWorld world;
};

TEST_F(Quotas, Numbers) {
    const struct {
        const char* quota;
        std::int64_t want;
        bool want_unchecked;
    } kCases[] = {{"100", 100, false},    {"1.5K", 1536, false},     {"2m", 2 << 20, false},
                  {"1G", 1 << 30, false}, {"10/no_check", 10, true}, {"1K/no_check ", 1024, true},
                  {"", 0, false},         {"-5", -5, false}};
    for (const auto& c : kCases) {
        const auto got = expand([&](O& o) { o.quota = text(c.quota); });
        ASSERT_TRUE(got) << c.quota;
        EXPECT_EQ(got->limits.size, c.want) << c.quota;
        EXPECT_EQ(got->limits.size_unchecked, c.want_unchecked) << c.quota;
        EXPECT_EQ(got->active(), c.want > 0) << c.quota;
    }
}

TEST_F(Quotas, Refusals) {
    const struct {
        void (*change)(O&);
        const char* want;
        bool want_defer;
    } kCases[] = {
        {[](O& o) { o.quota = text("10 K"); }, "Malformed value \"10 K\" (expansion of \"10 K\") in t1 transport",
         false},
        {[](O& o) { o.quota_filecount = text("4G"); },
         "quota_filecount value 4294967296 is too large (overflow) in t1 transport", false},
        {[](O& o) { o.mailbox_filecount = text("1e10"); },
         "mailbox_filecount value 1e+10 is too large (overflow) in t1 transport", false},
        {[](O& o) {
             o.quota = text("100");
             o.quota_warn_threshold = text("101%");
         },
         "Invalid quota_warn_threshold percentage (101) for t1 transport", false},
        {[](O& o) { o.mailbox_size = text("1/no_check"); },
         "Malformed value \"1/no_check\" (expansion of \"1/no_check\") in t1 transport", false},
    };
    for (const auto& c : kCases) {
        const auto got = expand(c.change);
        ASSERT_FALSE(got) << c.want;
        EXPECT_EQ(got.error().message, c.want);
        EXPECT_EQ(got.error().defer, c.want_defer);
    }
}

TEST_F(Quotas, Thresholds) {
    const struct {
        const char* quota;
        const char* threshold;
        std::int64_t want;
    } kCases[] = {{"1000", "50%", 500}, {"1000", "33.3%", 333}, {"0", "500%", 0}, {"", "70", 70}, {"1000", "1K", 1024}};
    for (const auto& c : kCases) {
        const auto got = expand([&](O& o) {
            o.quota = text(c.quota);
            o.quota_warn_threshold = text(c.threshold);
        });
        ASSERT_TRUE(got) << c.threshold;
        EXPECT_EQ(got->limits.warn_above, c.want) << c.threshold;
    }
}

TEST_F(Quotas, GivenUse) {
    const auto unset = expand([](O&) {});
    ASSERT_TRUE(unset);
    EXPECT_FALSE(unset->known_size || unset->known_count);
    const auto empty = expand([](O& o) { o.mailbox_size = text(""); });
    EXPECT_EQ(empty->known_size, 0);
    const auto negative = expand([](O& o) { o.mailbox_size = text("-3"); });
    EXPECT_FALSE(negative->known_size);
}

// --- the cache directory is made by root, step by step, and never through a link ---

struct CacheDirectory : testing::Test {
    CacheDirectory() {
        world.configuration.main.spool_directory = {"/spool", true};
        world.configuration.main.exim_user.uid = 102;
        world.configuration.main.exim_group.gid = 105;
        world.fake.put_directory("/spool", 0750, 102, 105);
    }
    UniqueFd open() {
        DeliveryContext context = world.context();
        world.fake.run_as_root();
        return open_quota_cache(context);
    }
    DeliveryWorld world;
};

TEST_F(CacheDirectory, IsMadeForItsUser) {
    EXPECT_TRUE(open());
    EXPECT_EQ(world.fake.stat_of("/spool/db").uid, 102u);
    EXPECT_EQ(world.fake.stat_of("/spool/db").permissions, 0750u);
    EXPECT_EQ(world.fake.stat_of("/spool/db/quota").uid, 0u);
    EXPECT_EQ(world.fake.stat_of("/spool/db/quota/1000").uid, 1000u);
    EXPECT_EQ(world.fake.stat_of("/spool/db/quota/1000").permissions, 0700u);
    EXPECT_TRUE(open()) << "a second time";
}

TEST_F(CacheDirectory, LinksAreNotFollowedNorOthersDirectoriesGivenAway) {
    const struct {
        const char* name;
        std::function<void(FakeOs&)> set_up;
    } kCases[] = {
        {"db is a link", [](FakeOs& os) { os.put_symlink("/spool/db", "/etc", 102, 105); }},
        {"quota is a link",
         [](FakeOs& os) {
             os.put_directory("/spool/db", 0750, 102, 105);
             os.put_symlink("/spool/db/quota", "/etc", 102, 105);
         }},
        {"quota is the spool owner's",
         [](FakeOs& os) {
             os.put_directory("/spool/db", 0750, 102, 105);
             os.put_directory("/spool/db/quota", 0777, 102, 105);
         }},
        {"the user's is another user's", [](FakeOs& os) { os.put_directory("/spool/db/quota/1000", 0700, 1001, 8); }},
        {"the user's is a link", [](FakeOs& os) { os.put_symlink("/spool/db/quota/1000", "/etc"); }},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        world.fake.remove("/spool/db");
        world.fake.put_directory("/etc", 0755);
        c.set_up(world.fake);
        EXPECT_FALSE(open());
        EXPECT_EQ(world.fake.stat_of("/etc").uid, 0u);
        EXPECT_EQ(world.fake.names_in("/etc"), std::vector<std::string>{});
    }
}

TEST_F(CacheDirectory, WithoutRootItIsOurOwn) {
    world.fake.remove("/spool");
    world.fake.put_directory("/spool", 0750, DeliveryWorld::kUser, DeliveryWorld::kGroup);
    world.set_body("body\n");
    DeliveryContext context = world.context();
    EXPECT_TRUE(open_quota_cache(context));
    EXPECT_EQ(world.fake.stat_of("/spool/db/quota").uid, DeliveryWorld::kUser);
}

// --- whole deliveries ---

const TransportDriver& appendfile() {
    for (const TransportDriver* driver : all_transports())
        if (driver->description.name == "appendfile") return *driver;
    std::abort();
}

AddressReport deliver(DeliveryWorld& world) {
    DeliveryContext context = world.context();
    EXPECT_FALSE(world.transport->setup(context));
    return world.transport->deliver(context).addresses.front();
}

TEST(QuotaDeliveries, FileThatIsFullKeepsItsTimesAndSaysHowLongItWasNotRead) {
    DeliveryWorld world;
    (void)world.use<O>(appendfile(), [](O& o) {
        o.file = text("/var/mail/joe");
        o.quota = text("1000");
    });
    world.fake.put_file("/var/mail/joe", std::string(999, 'x') + "\n", 0600, DeliveryWorld::kUser,
                        DeliveryWorld::kGroup);
    const TimePoint now = world.clock.now();
    world.fake.set_file_times("/var/mail/joe", {now.seconds - 500, 0}, {now.seconds - 300, 0});
    const AddressReport report = deliver(world);
    EXPECT_EQ(report.outcome.code, code::kQuota);
    EXPECT_EQ(report.outcome.more, 500);
    EXPECT_EQ(report.outcome.user_message, "mailbox is full");
    EXPECT_EQ(report.outcome.message, "mailbox is full (MTA-imposed quota exceeded while writing to /var/mail/joe)");
    EXPECT_EQ(world.fake.stat_of("/var/mail/joe").atime.tv_sec, now.seconds - 500);
    EXPECT_EQ(world.fake.stat_of("/var/mail/joe").size, 1000);
}

TEST(QuotaDeliveries, MaildirThatIsFullSaysHowLongNewHasNotChanged) {
    DeliveryWorld world;
    (void)world.use<O>(appendfile(), [](O& o) {
        o.directory = text("/home/joe/Maildir");
        o.maildir_format = true;
        o.quota = text("10");
    });
    for (const char* sub : {"", "/tmp", "/new", "/cur"})
        world.fake.put_directory("/home/joe/Maildir" + std::string(sub), 0700, DeliveryWorld::kUser,
                                 DeliveryWorld::kGroup);
    world.clock.advance(std::chrono::seconds(70));
    const AddressReport report = deliver(world);
    EXPECT_EQ(report.outcome.code, code::kQuota);
    EXPECT_EQ(report.outcome.more, 70);
    EXPECT_EQ(world.fake.names_in("/home/joe/Maildir/tmp"), std::vector<std::string>{});
}

// The warning is about what was delivered.
TEST(QuotaDeliveries, WarnsOnlyWithTheMessageThatPassesTheThreshold) {
    DeliveryWorld world;
    (void)world.use<O>(appendfile(), [](O& o) {
        o.file = text("/var/mail/joe");
        o.quota_warn_threshold = text("150");
    });
    EXPECT_EQ(deliver(world).outcome.special, Special::none);
    const AddressReport second = deliver(world);
    EXPECT_EQ(second.outcome.verdict, Verdict::ok);
    EXPECT_EQ(second.outcome.special, Special::warn);
    EXPECT_EQ(deliver(world).outcome.special, Special::none);
}

// --- postern explain ---

TEST(QuotaPlans, SayWhatADeliveryWouldAndChangeNothing) {
    const struct {
        const char* name;
        std::function<void(O&)> change;
        const char* want_step;
        const char* want_refusal;
    } kCases[] = {
        {"file",
         [](O& o) {
             o.file = text("/var/mail/joe");
             o.quota = text("1200");
         },
         "quota of 1200 bytes", ""},
        {"file full",
         [](O& o) {
             o.file = text("/var/mail/joe");
             o.quota = text("1000");
         },
         "quota of 1000 bytes", "mailbox is full (MTA-imposed quota exceeded while writing to /var/mail/joe)"},
        {"directory full",
         [](O& o) {
             o.directory = text("/home/joe/dir");
             o.quota = text("1000");
         },
         "quota of 1000 bytes", "mailbox is full (MTA-imposed quota exceeded while writing to /home/joe/dir)"},
        {"directory has too many",
         [](O& o) {
             o.directory = text("/home/joe/dir");
             o.quota = text("1M");
             o.quota_filecount = text("1");
         },
         "quota of 1048576 bytes and 1 files",
         "mailbox is full (MTA-imposed filecount quota exceeded while writing to /home/joe/dir)"},
        {"size file",
         [](O& o) {
             o.directory = text("/home/joe/dir");
             o.maildir_format = true;
             o.maildir_use_size_file.value = true;
             o.quota = text("2000");
             o.quota_warn_threshold = text("50%");
         },
         "quota of 2000 bytes; warn when it holds more than 1000 bytes; keep the sum in maildirsize", ""},
        {"not enforced",
         [](O& o) {
             o.file = text("/var/mail/joe");
             o.quota = text("10/no_check");
         },
         "quota of 10 bytes, not enforced", ""},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        DeliveryWorld world;
        (void)world.use<O>(appendfile(), c.change);
        const std::string old(1000, 'x');
        world.fake.put_file("/var/mail/joe", old, 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
        for (const char* sub : {"", "/cur", "/new", "/tmp"})
            world.fake.put_directory("/home/joe/dir" + std::string(sub), 0700, DeliveryWorld::kUser,
                                     DeliveryWorld::kGroup);
        world.fake.put_file("/home/joe/dir/a", old, 0600, DeliveryWorld::kUser, DeliveryWorld::kGroup);
        DeliveryContext context = world.context();
        context.only_planning = true;
        const auto before = world.fake.snapshot();
        ASSERT_FALSE(world.transport->setup(context));
        const DeliveryPlan plan = world.transport->plan(context);
        EXPECT_EQ(world.fake.snapshot(), before);
        EXPECT_NE(std::ranges::find(plan.steps, c.want_step), plan.steps.end());
        EXPECT_EQ(plan.refusal ? plan.refusal->message : "", c.want_refusal);
    }
}

}  // namespace
}  // namespace postern
