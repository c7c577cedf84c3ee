// SPDX-License-Identifier: Apache-2.0
// The store over Exim's fixed-size file. Exim rewrites it in place, without a lock, and leaves the old tail behind a
// shorter content; here it is locked, and replaced as a whole, so that a reader or a crash sees the old or the new one.
#include "hints/flat_once.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "hints/berkeley_db.h"
#include "hints/once_store.h"

namespace postern {
namespace {

constexpr std::size_t kTimeSize = sizeof(std::int64_t);
// Exim leaves old tails, and the limit may have been lowered; what is larger is not read at all.
constexpr std::int64_t kLimitsInFile = 16, kSmallestBound = 4 << 20, kLargestBound = 256 << 20;
constexpr char kClaimMark = '\1';
constexpr Seconds kPatience{60};

std::string claim_prefix(std::string_view token) { return kClaimMark + std::string(token) + kClaimMark; }

// What a claim will be when it is confirmed.
std::string_view settled_text(std::string_view text) {
    const std::size_t mark = text.starts_with(kClaimMark) ? text.find(kClaimMark, 1) : std::string_view::npos;
    return mark == std::string_view::npos ? text : text.substr(mark + 1);
}

// A record that a mis-framed tail of Exim's makes has any eight bytes for a time; a claim that nobody confirmed in time
// counts for nothing.
bool is_plausible(const FlatOnceRecord& record, std::int64_t now) {
    constexpr std::int64_t kTenYears = 10LL * 366 * 86'400;
    if (record.text.starts_with(kClaimMark) && now - record.when >= kClaimLasts) return false;
    return record.when >= 0 && record.when < now + kTenYears && !record.text.empty();
}

// once_file_size was set over a database: writing would destroy what it knows.
Status refuse_database(DbKind kind) {
    switch (kind) {
        case DbKind::none:
            return {};
        case DbKind::sqlite:
            return failure(
                "this is an SQLite database, made without once_file_size: move it away or remove the option; "
                "`postern once dump FILE` shows what is in it");
        case DbKind::berkeley:
            return failure(
                "this is Exim's Berkeley DB file; without once_file_size `postern once import FILE FILE` makes "
                "Postern's database of it");
        default:
            return failure("this is a database of another kind, not a file of once_file_size");
    }
}

class FlatOnce final : public OnceStore {
public:
    FlatOnce(Os& os, std::string path, mode_t mode, std::int64_t most)
        : os_(os), path_(std::move(path)), mode_(mode), most_(most) {}

    Result<OnceState> look(const OnceQuestion& question) override {
        POSTERN_TRY(open_locked());
        POSTERN_TRY_ASSIGN(const auto records, read());
        fd_.reset();
        return state_of(record_of(records, question.key), question);
    }

    Result<OnceState> claim(const OnceQuestion& question) override {
        POSTERN_TRY(open_locked());
        POSTERN_TRY_ASSIGN(auto records, read());
        const OnceRecord known = record_of(records, question.key);
        const OnceState state = state_of(known, question);
        if (state != OnceState::open || known.claim == question.token) return state;
        if (!known.claim.empty()) drop_claim(records, known.claim, question.key);
        records.push_back({question.now, claim_prefix(question.token) + question.key});
        if (known.sent == 0) fit_flat_once(records, most_, claim_prefix(question.token) + question.key);
        POSTERN_TRY(replace(records));
        return state;
    }

    Status confirm(const OnceQuestion& question) override {
        POSTERN_TRY(open_locked());
        POSTERN_TRY_ASSIGN(auto records, read());
        drop_claim(records, question.token, question.key);
        std::erase_if(records, [&](const FlatOnceRecord& record) { return !is_plausible(record, question.now); });
        const auto known = std::ranges::find(records, question.key, &FlatOnceRecord::text);
        if (known != records.end()) {
            known->when = question.now;
        } else {
            records.push_back({question.now, question.key});
            fit_flat_once(records, most_, question.key);
        }
        return replace(records);
    }

private:
    // Somebody may put another file in place while we wait for the lock.
    Status open_locked() {
        for (;;) {
            POSTERN_TRY_ASSIGN(fd_, os_.open(AtPath(path_), O_RDWR | O_CREAT | O_NONBLOCK, mode_));
            POSTERN_TRY_ASSIGN(const FileStat ours, os_.stat(fd_.get()));
            if (ours.kind != FileKind::regular) return failure(EINVAL, "open", path_);
            POSTERN_TRY(os_.lock(fd_.get(), LockKind::fcntl_write, {}, kPatience));
            const auto named = os_.stat(AtPath(path_), Follow::yes);
            if (named && named->inode == ours.inode && named->device == ours.device) return {};
            fd_.reset();
        }
    }

    Result<std::vector<FlatOnceRecord>> read() {
        POSTERN_TRY_ASSIGN(const DbKind kind, db_kind_of(os_, fd_.get()));
        POSTERN_TRY(refuse_database(kind));
        POSTERN_TRY_ASSIGN(const FileStat stat, os_.stat(fd_.get()));
        const std::int64_t largest =
            std::clamp(std::min(most_, kLargestBound) * kLimitsInFile, kSmallestBound, kLargestBound);
        if (stat.size > largest) return failure("the file is far larger than once_file_size: move it away");
        POSTERN_TRY_ASSIGN(const std::string bytes, read_all(os_, fd_.get(), static_cast<std::size_t>(largest)));
        return parse_flat_once(bytes);
    }

    static OnceRecord record_of(const std::vector<FlatOnceRecord>& records, std::string_view key) {
        OnceRecord out;
        bool found = false;
        for (const FlatOnceRecord& record : records) {
            const std::string& text = record.text;
            if (!found && text == key) {
                out.sent = record.when;
                found = true;
            } else if (text.size() > key.size() + 1 && text.front() == kClaimMark && text.ends_with(key) &&
                       text[text.size() - key.size() - 1] == kClaimMark) {
                out.claim = text.substr(1, text.size() - key.size() - 2);
                out.claimed = record.when;
            }
        }
        return out;
    }

    static void drop_claim(std::vector<FlatOnceRecord>& records, std::string_view token, std::string_view key) {
        const std::string text = claim_prefix(token) + std::string(key);
        std::erase_if(records, [&](const FlatOnceRecord& record) { return record.text == text; });
    }

    // In a directory that is not ours to write in, and in a file whose owner or group we cannot give to another, only
    // writing in place is left.
    Status replace(const std::vector<FlatOnceRecord>& records) {
        const std::string bytes = format_flat_once(records);
        const Status replaced = replace_whole(bytes);
        if (replaced ||
            (replaced.error().code != EACCES && replaced.error().code != EROFS && replaced.error().code != EPERM))
            return replaced;
        POSTERN_TRY(os_.seek(fd_.get(), 0, SEEK_SET));
        POSTERN_TRY(write_all(os_, fd_.get(), bytes));
        POSTERN_TRY(os_.truncate(fd_.get(), static_cast<std::int64_t>(bytes.size())));
        return os_.fsync(fd_.get());
    }

    Status replace_whole(std::string_view bytes) {
        POSTERN_TRY_ASSIGN(const std::string real, os_.real_path(path_));  // behind a link: the file, not the link
        const std::string fresh = real + ".new." + std::to_string(os_.pid());
        (void)os_.unlink(AtPath(fresh)).has_value();  // of a dead process with our number
        POSTERN_TRY_ASSIGN(const UniqueFd out, os_.open(AtPath(fresh), O_WRONLY | O_CREAT | O_EXCL, 0600));
        const Status written = fill(out.get(), bytes);
        Status done = written ? os_.rename(AtPath(fresh), AtPath(real)) : written;
        if (!done) {
            (void)os_.unlink(AtPath(fresh)).has_value();
            return done;
        }
        const std::size_t slash = real.rfind('/');
        POSTERN_TRY_ASSIGN(const UniqueFd dir,
                           os_.open(AtPath(real.substr(0, std::max<std::size_t>(slash, 1))), O_RDONLY | O_DIRECTORY));
        return sync_directory(os_, dir.get());
    }

    Status fill(int out, std::string_view bytes) {
        POSTERN_TRY_ASSIGN(const FileStat old, os_.stat(fd_.get()));
        POSTERN_TRY_ASSIGN(const FileStat fresh, os_.stat(out));
        if (fresh.uid != old.uid || fresh.gid != old.gid) POSTERN_TRY(os_.chown(out, old.uid, old.gid));
        POSTERN_TRY(os_.chmod(out, old.permissions));
        POSTERN_TRY(write_all(os_, out, bytes));
        return os_.fsync(out);
    }

    Os& os_;
    std::string path_;
    mode_t mode_;
    std::int64_t most_;
    UniqueFd fd_;
};

}  // namespace

std::vector<FlatOnceRecord> parse_flat_once(std::string_view file) {
    std::vector<FlatOnceRecord> records;
    while (file.size() > kTimeSize) {
        const std::size_t end = file.find('\0', kTimeSize);
        if (end == std::string_view::npos) break;
        FlatOnceRecord& record = records.emplace_back();
        std::memcpy(&record.when, file.data(), kTimeSize);
        record.text = file.substr(kTimeSize, end - kTimeSize);
        file.remove_prefix(end + 1);
    }
    return records;
}

std::string format_flat_once(const std::vector<FlatOnceRecord>& records) {
    std::string out;
    for (const FlatOnceRecord& record : records) {
        char when[kTimeSize];
        std::memcpy(when, &record.when, kTimeSize);
        out.append(when, kTimeSize);
        out += record.text;
        out += '\0';
    }
    return out;
}

void fit_flat_once(std::vector<FlatOnceRecord>& records, std::int64_t most_bytes, std::string_view keep) {
    const auto size_of = [](const FlatOnceRecord& record) {
        return static_cast<std::int64_t>(kTimeSize + settled_text(record.text).size() + 1);
    };
    std::int64_t size = 0;
    for (const FlatOnceRecord& record : records) size += size_of(record);
    for (const bool claims : {false, true}) {
        std::erase_if(records, [&](const FlatOnceRecord& record) {
            const bool drop = size > most_bytes && record.text != keep && record.text.starts_with(kClaimMark) == claims;
            if (drop) size -= size_of(record);
            return drop;
        });
    }
}

Result<std::unique_ptr<OnceStore>> open_flat_once(Os& os, const std::string& path, mode_t mode,
                                                  std::int64_t most_bytes) {
    return std::unique_ptr<OnceStore>(std::make_unique<FlatOnce>(os, path, mode, most_bytes));
}

}  // namespace postern
