// SPDX-License-Identifier: Apache-2.0
// Whatever call fails, a run ends with the copies delivered or the message on the queue, never neither.
#include "support/delivery_site.h"
#include "support/fault_sweep.h"

namespace postern {
namespace {

int copies(const FakeOs& os, const std::string& box) {
    int n = 0;
    for (const std::string& name : os.names_in("/mail"))
        n += name.starts_with(box + ".") && !name.ends_with(".tmp") ? 1 : 0;
    return n;
}

// A site on the world of a sweep; queueing goes around the faults, running goes through them.
struct SweptSite {
    explicit SweptSite(World& w)
        : faulty(w.os, w.fake, w.clock, w.processes), healthy(w.fake, w.fake, w.clock, w.processes) {}
    Site faulty, healthy;
};

void queue_two(World& w) {
    prepare(w.fake);
    ASSERT_TRUE(SweptSite(w).healthy.queue(Site::message({"joe@example", "ann@example"})));
}

// D-intent-records
TEST(DeliveryFaults, OneCopyForEachWhateverFails) {
    for_every_fault({EIO, ENOSPC, EACCES}, [](World& w) {
        queue_two(w);
        SweptSite site(w);
        (void)site.faulty.run();
        for (int run = 0; run < 2; ++run) (void)site.healthy.run();  // queue runs on a healthy machine
        for (const char* box : {"box.joe", "box.ann"}) EXPECT_EQ(copies(w.fake, box), 1) << box;
        EXPECT_FALSE(w.fake.exists("/spool/input/" + std::string(kId) + "-H"));  // a -D without it is only litter
    });
}

void queue_one(World& w) {
    prepare(w.fake);
    ASSERT_TRUE(SweptSite(w).healthy.queue(Site::message({"joe@example"})));
}

struct CrashCase {
    const char* name;
    void (*queue)(World& w);
    std::int64_t batch_max;
    const char* want_boxes[2];
    bool twice = false;  // a crash in the run before, too
};

class DeliveryCrashes : public testing::TestWithParam<CrashCase> {};

// Wherever it is cut short, also in the run that should put it right: one copy for each.
TEST_P(DeliveryCrashes, OneCopyForEach) {
    const CrashCase& c = GetParam();
    const auto run = [&](World& w, bool faulty) {
        SweptSite site(w);
        Site& one = faulty ? site.faulty : site.healthy;
        one.box_options().batch_max.value = c.batch_max;
        (void)one.run();
    };
    for (long first = 0; !testing::Test::HasFailure(); ++first) {  // 0: the first run is not disturbed before the sweep
        bool hit = first == 0;
        for_every_crash(
            [&](World& w) {
                c.queue(w);
                if (first == 0) return;
                w.os.crash_at(first);
                const FakeOs::Process restarted = w.fake.save_process();
                run(w, true);
                hit = w.os.hit();
                w.fake.leave_child(restarted);
                w.os.disarm();
            },
            [&](World& w) { run(w, true); },
            [&](World& w) {
                for (int again = 0; again < 2; ++again) run(w, false);
                for (const char* box : c.want_boxes) {
                    if (box == nullptr) continue;
                    EXPECT_EQ(copies(w.fake, box), 1) << box;
                }
                EXPECT_FALSE(w.fake.exists("/spool/input/" + std::string(kId) + "-H"));
            });
        if (!hit || !c.twice) break;
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, DeliveryCrashes,
                         testing::Values(CrashCase{"One", queue_one, 1, {"box.joe", nullptr}, true},
                                         CrashCase{"Two", queue_two, 1, {"box.joe", "box.ann"}},
                                         CrashCase{"Batch", queue_two, 10, {"box.joe", nullptr}}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
