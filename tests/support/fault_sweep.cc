// SPDX-License-Identifier: Apache-2.0
#include "support/fault_sweep.h"

namespace postern {

namespace {

constexpr long kMostRuns = 20'000;  // nothing that one delivery does has more calls

}  // namespace

void for_every_fault(const Errnos& errnos, const std::function<void(World&)>& body, Lasting lasting) {
    long hits = 0;
    for (const int code : errnos) {
        for (long n = 1;; ++n) {
            World world;
            world.os.fail_at(n, code, lasting == Lasting::yes);
            const testing::ScopedTrace trace(__FILE__, __LINE__, errno_text(code) + " at call " + std::to_string(n));
            body(world);
            if (testing::Test::HasFailure()) {
                ADD_FAILURE() << "the fault was at: " << (world.os.hit() ? world.os.hit_at() : "no call");
                return;
            }
            if (!world.os.hit()) break;
            ++hits;
            if (n == kMostRuns) {
                ADD_FAILURE() << "no end after " << n << " runs";
                return;
            }
        }
    }
    EXPECT_GT(hits, 0) << "the body makes no call of w.os that could fail so";
}

const char* name_of(Crash crash) {
    switch (crash) {
        case Crash::process:
            return "process crash";
        case Crash::process_half_write:
            return "process crash halfway through a write";
        case Crash::power_nothing_unsynced:
            return "power cut, all that was unsynced lost";
        case Crash::power_entries_only:
            return "power cut, unsynced contents lost";
        case Crash::power_data_only:
            return "power cut, unsynced names lost";
    }
    return "";
}

namespace {

void leave_what_remains(World& world, Crash crash, FakeOs::Process restarted) {
    switch (crash) {
        case Crash::process:
        case Crash::process_half_write:
            break;
        case Crash::power_nothing_unsynced:
            world.fake.power_cut(FakeOs::Survives::nothing);
            break;
        case Crash::power_entries_only:
            world.fake.power_cut(FakeOs::Survives::entries);
            break;
        case Crash::power_data_only:
            world.fake.power_cut(FakeOs::Survives::data);
            break;
    }
    world.fake.leave_child(std::move(restarted));
    world.os.disarm();
}

}  // namespace

void for_every_crash(const std::function<void(World&)>& set_up, const std::function<void(World&)>& deliver,
                     const std::function<void(World&)>& afterwards) {
    long hits = 0;
    for (const Crash crash : {Crash::process, Crash::process_half_write, Crash::power_nothing_unsynced,
                              Crash::power_entries_only, Crash::power_data_only}) {
        for (long n = 1; n <= kMostRuns; ++n) {
            World world;
            set_up(world);
            world.fake.sync_everything();
            const FakeOs::Process restarted = world.fake.save_process();
            const bool halfway = crash == Crash::process_half_write;
            world.os.crash_at(n, halfway ? FaultOs::AtWrite::halfway : FaultOs::AtWrite::before);
            const testing::ScopedTrace trace(__FILE__, __LINE__,
                                             std::string(name_of(crash)) + " at call " + std::to_string(n));
            deliver(world);
            const bool hit = world.os.hit();
            const std::string where = world.os.hit_at();
            leave_what_remains(world, crash, restarted);
            afterwards(world);
            if (testing::Test::HasFailure()) {
                ADD_FAILURE() << "it crashed " << (hit ? "before " + where : "after the last call");
                return;
            }
            if (!hit) break;
            ++hits;
        }
    }
    EXPECT_GT(hits, 0) << "deliver changes nothing through w.os";
}

}  // namespace postern
