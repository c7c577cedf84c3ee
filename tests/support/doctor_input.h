// SPDX-License-Identifier: Apache-2.0
// support/doctor_input.h – what `postern mailbox` must be to any directory whatsoever: a check changes nothing and says
// the same twice; a repair loses no byte and no name of a message, also when a system call of it fails; what it says it
// has repaired is not found again, nothing new is, and a second repair has nothing to do.
//
// Bytes: how (bit 0: old temporary files are set aside), which call of the repair fails (0: none), the directory.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "doctor/repair.h"
#include "support/directory_input.h"
#include "support/fault_os.h"

namespace postern {

class DoctorInput {
public:
    explicit DoctorInput(MailboxFormat format) : format_(format) {}

    void run(std::string_view input) {
        if (input.size() < 2) return;
        settings_.set_stale_aside = (input[0] & 1) != 0;
        fake_.put_directory("/home/joe", 0755, kUser, kGroup);
        DirectoryInput(fake_, clock_, kBox, kUser, kGroup).make(input.substr(2));
        fake_.run_as(kUser, kGroup);
        const auto before = fake_.snapshot();
        const Findings first = check();
        require(check() == first, "a second check says the same");
        require(diff(before, fake_.snapshot()).empty(), "a check changes nothing");

        if (const auto fails_at = static_cast<unsigned char>(input[1]); fails_at != 0) {
            os_.fail_at(fails_at, EIO);
            (void)repaired(before);
            os_.disarm();
            return;
        }
        const Findings left = repaired(before);
        const auto after = fake_.snapshot();
        for (const std::string& finding : check()) require(left.contains(finding), "a repair makes nothing worse");
        (void)repaired(before);
        require(diff(after, fake_.snapshot()).empty(), "a second repair has nothing to do");
    }

private:
    using Findings = std::multiset<std::string>;
    static constexpr uid_t kUser = 1000;
    static constexpr gid_t kGroup = 1000;
    static constexpr const char* kBox = "/home/joe/box";

    static void require(bool holds, const char* what) {
        if (holds) return;
        std::fprintf(stderr, "not so: %s\n", what);
        std::abort();
    }

    static Findings unrepaired(const Result<Report>& report) {
        Findings out;
        for (const Finding& finding : report->findings) {
            if (finding.repaired.empty()) out.insert(std::string(name_of(finding.fault)) + ":" + finding.file);
        }
        return out;
    }
    Findings check() {
        const auto patient = find_patient(os_, kBox, format_);
        require(patient.has_value(), "the mailbox is there");
        const auto report = examine(os_, clock_, *patient);
        require(report.has_value(), "any directory can be examined");
        return unrepaired(report);
    }
    // What a repair has left, having lost nothing of `before`.
    Findings repaired(const FakeOs::Tree& before) {
        const auto patient = find_patient(os_, kBox, format_);
        const auto report = patient ? repair(os_, clock_, *patient, settings_) : Unexpected(patient.error());
        require_all_there(before, fake_.snapshot());
        require(fake_.locks_held() == 0, "no lock stays");
        return report ? unrepaired(report) : Findings();
    }

    static bool is_message(const std::string& path, const FakeOs::Entry& entry) {
        return entry.stat.kind == FileKind::regular && path != std::string(kBox) + "/maildirsize";
    }
    static void require_all_there(const FakeOs::Tree& before, const FakeOs::Tree& now) {
        std::size_t count = 0;
        for (const auto& [path, entry] : before) {
            if (!is_message(path, entry)) continue;
            ++count;
            std::string aside = path;
            if (const std::size_t at = path.rfind("/tmp/"); at != std::string::npos) aside.insert(at + 4, ".old");
            const auto same = now.find(path), moved = now.find(aside);
            const auto found = same != now.end() ? same : moved;
            require(found != now.end(), "every file is there");
            require(found->second == entry, "no file is changed");
        }
        for (const auto& [path, entry] : now) count -= is_message(path, entry) ? 1 : 0;
        require(count == 0, "no file is added");
    }

    MailboxFormat format_;
    FakeClock clock_;
    FakeOs fake_{clock_};
    FaultOs os_{fake_};
    RepairSettings settings_{.hostname = "h", .lock_tries = 2, .lock_interval = Seconds{0}};
};

}  // namespace postern
