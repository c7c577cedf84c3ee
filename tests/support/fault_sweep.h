// SPDX-License-Identifier: Apache-2.0
// support/fault_sweep.h – run a body with its first call failing, then its second, … until a run meets no fault.
//
//   for_every_fault({ENOSPC, EIO}, [](World& w) {
//       w.fake.put_directory("/home/joe", 0700, 1000, 1000);     // set-up: through w.fake, never faulted
//       const auto before = w.fake.snapshot();
//       const auto result = deliver(w.os, w.clock, …);            // the subject: through w.os
//       EXPECT_TRUE(result || w.fake.snapshot() == before) << diff(before, w.fake.snapshot());
//   });
//
//   for_every_crash(set_up, deliver, look_and_deliver_again);     // each void(World&); see below
//
// Every run has a fresh World. A sweep ends at the first run that fails, naming the call that was hit.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "base/intent_log.h"
#include "support/fake_clock.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"
#include "support/fault_os.h"

namespace postern {

struct World {
    FakeClock clock;
    FakeOs fake{clock};
    FaultOs os{fake};
    FakeProcesses processes{fake};
    IntentLog* intents = nullptr;  // for deliveries that record something
};

using Errnos = std::vector<int>;
enum class Lasting : bool { no, yes };  // does the fault hit once, or from then on?

void for_every_fault(const Errnos& errnos, const std::function<void(World&)>& body, Lasting lasting = Lasting::no);

// What is left behind by the crash.
enum class Crash { process, process_half_write, power_nothing_unsynced, power_entries_only, power_data_only };
[[nodiscard]] const char* name_of(Crash crash);

// For each kind and each changing call n: set_up (then everything is synced), deliver crashing at its n-th call, the
// crash's state, then afterwards() with a live w.os as the process that started. In the last round nothing crashes
// while deliver runs, and the power goes right behind it: what it has promised must be there.
void for_every_crash(const std::function<void(World&)>& set_up, const std::function<void(World&)>& deliver,
                     const std::function<void(World&)>& afterwards);

// EXPECT_THAT(w.fake.snapshot(), UnchangedSince(before))
MATCHER_P(UnchangedSince, before, "nothing changed") {
    const std::string changes = diff(before, arg);
    *result_listener << "changes:\n" << changes;
    return changes.empty();
}

}  // namespace postern
