// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "doctor/repair.h"
#include "mailbox/mbox_open.h"
#include "mailbox/mbx_repair.h"

namespace postern {
namespace {

constexpr int kRounds = 3;

timespec whole_seconds(timespec time) {
    time.tv_nsec = 0;
    return time;
}

// The mailbox, locked as for a delivery.
class LockedBox {
public:
    LockedBox(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings)
        : os_(os), clock_(clock), patient_(patient), settings_(box_settings(os, patient, settings)) {}
    ~LockedBox() {
        file_.mbx_lock.reset();
        file_.fd.reset();  // before the dot-lock: nobody must find the file unlocked while we hold it
    }
    LockedBox(const LockedBox&) = delete;
    LockedBox& operator=(const LockedBox&) = delete;

    [[nodiscard]] MailboxResult<void> open() {
        if (settings_.locks.dot_lock) {
            auto lock =
                DotLock::acquire(os_, clock_, {patient_.place, settings_.leaf, settings_.common}, settings_.locks);
            if (!lock) return tl::unexpected(lock.error());
            dot_lock_ = std::move(*lock);
        }
        auto opened = MboxOpener(os_, clock_, patient_.place, settings_).open();
        if (!opened) return tl::unexpected(opened.error());
        file_ = std::move(*opened);
        return {};
    }
    [[nodiscard]] int fd() const { return file_.fd.get(); }

private:
    static MboxSettings box_settings(Os& os, const Patient& patient, const RepairSettings& settings) {
        MboxSettings out;
        const Os::Ids ids = os.ids();
        out.common.path = patient.path;
        out.common.hostname = settings.hostname;
        out.common.uid = ids.effective_uid;
        out.common.gid = ids.effective_gid;
        out.common.mode = patient.stat.permissions;  // stays what it is
        out.leaf = patient.leaf;
        out.file_must_exist = true;
        out.mode_fail_narrower = false;
        out.locks.retries = settings.lock_tries;
        out.locks.interval = settings.lock_interval;
        out.locks.mbx = patient.format == MailboxFormat::mbx;
        out.locks.dot_lock = !out.locks.mbx;
        return out;
    }

    Os& os_;
    Clock& clock_;
    const Patient& patient_;
    MboxSettings settings_;
    std::unique_ptr<DotLock> dot_lock_;
    MboxFile::Opened file_;
};

// All of it, on the disk; or the file is as it was before.
Status append(Os& os, int fd, const FileStat& before, std::string_view bytes) {
    Status done = write_all(os, fd, bytes);
    if (done) done = os.fsync(fd);
    if (!done) {
        for (int round = 0; round < kRounds; ++round) {
            if (os.truncate(fd, before.size)) break;
        }
        (void)os.fsync(fd);
    }
    // No new mail has come. Whole seconds say that whoever wrote came to the end (mailbox/mbox_file.cc).
    (void)os.set_times(fd, done ? whole_seconds(before.atime) : before.atime,
                       done ? whole_seconds(before.mtime) : before.mtime);
    return done;
}

Result<std::string_view> read_at(Os& os, int fd, std::span<char> into, std::int64_t offset) {
    POSTERN_TRY_ASSIGN(const std::size_t got, os.pread(fd, into, offset));
    return std::string_view(into.data(), got);
}

}  // namespace

Result<std::string> mbox_missing_end(Os& os, int fd, std::int64_t size) {
    std::array<char, 1024> start_buffer{};
    std::array<char, 3> end_buffer{};
    POSTERN_TRY_ASSIGN(const std::string_view start, read_at(os, fd, start_buffer, 0));
    if (!start.starts_with("From ")) return std::string();
    const std::size_t first_end = start.find('\n');
    const std::string line_end = first_end != std::string_view::npos && start[first_end - 1] == '\r' ? "\r\n" : "\n";
    POSTERN_TRY_ASSIGN(const std::string_view end,
                       read_at(os, fd, end_buffer, size - static_cast<std::int64_t>(end_buffer.size())));
    if (!end.ends_with('\n')) {
        const bool half = line_end.size() == 2 && end.ends_with('\r');
        return (half ? "\n" : line_end) + line_end;
    }
    return end.ends_with("\n\n") || end.ends_with("\n\r\n") ? std::string() : line_end;
}

Mended mend_end(Os& os, Clock& clock, const Patient& patient, const RepairSettings& settings) {
    LockedBox box(os, clock, patient, settings);
    if (const auto opened = box.open(); !opened) return tl::unexpected(opened.error().message);
    auto before = os.stat(box.fd());
    if (!before) return tl::unexpected(before.error().to_string());
    before->atime = patient.stat.atime;  // from before we read it
    Result<std::string> missing = std::string();
    if (patient.format == MailboxFormat::mbx) {
        missing = mbx_missing_end(os, box.fd(), before->size, clock.now());
    } else {
        missing = mbox_missing_end(os, box.fd(), before->size);
    }
    if (!missing) return tl::unexpected(missing.error().to_string());
    if (missing->empty()) return tl::unexpected(wording::end_not_completed());
    if (const Status done = append(os, box.fd(), *before, *missing); !done)
        return tl::unexpected(done.error().to_string());
    return wording::end_completed(static_cast<std::int64_t>(missing->size()));
}

}  // namespace postern
