// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <set>

#include "base/strings.h"
#include "doctor/examiners.h"
#include "doctor/message_file.h"
#include "doctor/quiet_open.h"
#include "mailbox/maildirsize.h"

namespace postern {
namespace {

// "1606.M1P2.host,S=1234,W=1250:2,S": the part before the colon names the message, whatever its flags.
std::string_view unique_part(std::string_view name) { return name.substr(0, name.find(':')); }

std::optional<std::int64_t> size_in_name(std::string_view name) {
    name = unique_part(name);
    const std::size_t at = name.find(",S=");
    if (at == std::string_view::npos) return std::nullopt;
    name.remove_prefix(at + 3);
    return parse_int(name.substr(0, name.find_first_not_of("0123456789")));
}

std::vector<DirEntry> sorted(std::vector<DirEntry> entries) {
    std::ranges::sort(entries, {}, &DirEntry::name);
    return entries;
}

// One Maildir: cur, new, tmp.
class FolderExaminer {
public:
    FolderExaminer(Os& os, TimePoint now, int directory, std::string prefix, Report& report)
        : os_(os), now_(now), directory_(directory), prefix_(std::move(prefix)), report_(report) {}

    void examine() {
        messages("cur");
        messages("new");
        temporaries();
    }
    // In maildirsize's numbers; nothing if something is there that other programs may count in another way.
    [[nodiscard]] std::optional<MailboxUse> use() const { return plain_ ? std::optional(use_) : std::nullopt; }

private:
    // Reports why it can't be listed.
    std::optional<std::vector<DirEntry>> entries_of(const std::string& name, UniqueFd& opened) {
        auto fd = open_directory_quietly(os_, directory_, name);
        auto entries = fd ? os_.list(fd->get()) : Unexpected(fd.error());
        if (entries) {
            opened = std::move(*fd);
            return sorted(std::move(*entries));
        }
        plain_ = false;
        const int code = entries.error().code;
        if (code == ENOENT) {
            found(MailboxFault::missing_directory, name);
        } else if (code == ENOTDIR || code == ELOOP) {
            found(MailboxFault::foreign_file, name);
        } else {
            found(MailboxFault::not_looked_at, name, entries.error().to_string());
        }
        return std::nullopt;
    }

    void messages(const std::string& where) {
        UniqueFd directory;
        const auto entries = entries_of(where, directory);
        if (!entries) return;
        for (const DirEntry& entry : *entries) message(directory.get(), where, entry.name);
    }

    void message(int directory, const std::string& where, const std::string& name) {
        const std::string shown = where + "/" + name;
        const auto stat = os_.stat(AtPath{directory, name}, Follow::no);
        if (!stat) {  // gone meanwhile, or moved with other flags
            plain_ = false;
            return;
        }
        if (stat->kind != FileKind::regular || name.starts_with('.')) {
            plain_ = plain_ && stat->kind == FileKind::regular;
            if (plain_) count(*stat);
            return found(MailboxFault::foreign_file, shown);
        }
        count(*stat);
        const auto file = read_message_file(os_, directory, name, prefix_ + shown, report_);
        if (!file) return;
        ++report_.messages;
        if (const auto size = size_in_name(name); size && *size != file->stat.size)
            found(MailboxFault::size_in_name, shown, wording::bytes_missing(*size - file->stat.size));
        if (!names_.insert(std::string(unique_part(name))).second) {
            found(MailboxFault::duplicate_name, shown);
        } else if (const auto first = seen_.first_place(file->digest, prefix_ + shown)) {
            found(MailboxFault::duplicate_message, shown, wording::duplicate_of(*first));
        }
    }

    void count(const FileStat& stat) {
        const auto links = static_cast<std::int64_t>(std::max<std::uint64_t>(stat.links, 1));
        use_ = sum_of(use_, {stat.size / links, 1});
    }

    void temporaries() {
        UniqueFd directory;
        const auto entries = entries_of("tmp", directory);
        if (!entries) return;
        for (const DirEntry& entry : *entries) {
            const auto stat = os_.stat(AtPath{directory.get(), entry.name}, Follow::no);
            if (!stat) continue;
            if (stat->kind != FileKind::regular) {
                found(MailboxFault::foreign_file, "tmp/" + entry.name);
            } else if (now_.seconds - std::max(stat->mtime.tv_sec, stat->ctime.tv_sec) > kStaleAfter) {
                found(MailboxFault::stale_temporary, "tmp/" + entry.name);
            }
        }
    }

    void found(MailboxFault fault, const std::string& file, std::string detail = {}) {
        report_.add({.fault = fault, .file = prefix_ + file, .offset = {}, .detail = std::move(detail)});
    }

    Os& os_;
    TimePoint now_;
    int directory_;
    std::string prefix_;  // "" or ".Folder/"
    Report& report_;
    SeenMessages seen_;
    std::set<std::string> names_;
    MailboxUse use_;
    bool plain_ = true;
};

// A Maildir, its folders (".Name") and its maildirsize.
class MaildirExaminer {
public:
    MaildirExaminer(Os& os, Clock& clock, int directory, Report& report)
        : os_(os), now_(clock.now()), directory_(directory), report_(report) {}

    Status examine() {
        POSTERN_TRY_ASSIGN(auto entries, os_.list(directory_));
        entries = sorted(std::move(entries));
        const bool has_size_file = std::ranges::find(entries, "maildirsize", &DirEntry::name) != entries.end();
        const std::optional<FileStat> before = has_size_file ? size_file_stat() : std::nullopt;
        folder(directory_, "");
        for (const DirEntry& entry : entries) {
            if (!entry.name.starts_with('.')) continue;
            const auto stat = os_.stat(AtPath{directory_, entry.name}, Follow::no);
            if (stat && stat->kind == FileKind::directory) subfolder(entry.name);
        }
        if (has_size_file) size_file(before);
        return {};
    }

private:
    void folder(int directory, const std::string& prefix) {
        FolderExaminer examiner(os_, now_, directory, prefix, report_);
        examiner.examine();
        const auto use = examiner.use();
        sure_ = sure_ && use.has_value();
        if (use) use_ = sum_of(use_, *use);
    }

    // A directory with a dot that holds no mail is some program's own.
    void subfolder(const std::string& name) {
        const auto directory = open_directory_quietly(os_, directory_, name);
        if (!directory) {
            sure_ = false;
            report_.add({.fault = MailboxFault::not_looked_at,
                         .file = name,
                         .offset = {},
                         .detail = directory.error().to_string()});
            return;
        }
        sure_ = sure_ && !has_folders(directory->get());
        const auto holds = [&](const char* inner) {
            return os_.stat(AtPath{directory->get(), inner}, Follow::no).has_value();
        };
        if (holds("cur") || holds("new")) {
            folder(directory->get(), name + "/");
        } else {
            report_.add({.fault = MailboxFault::foreign_file, .note = true, .file = name, .offset = {}, .detail = {}});
        }
    }

    // Folders within folders: Exim counts them, other programs don't know such things.
    bool has_folders(int directory) {
        const auto entries = os_.list(directory);
        return !entries || std::ranges::any_of(*entries, [](const DirEntry& entry) {
            return entry.name.starts_with('.') && entry.kind.value_or(FileKind::directory) == FileKind::directory;
        });
    }

    std::optional<FileStat> size_file_stat() {
        const auto stat = os_.stat(AtPath{directory_, "maildirsize"}, Follow::no);
        return stat ? std::optional(*stat) : std::nullopt;
    }

    void size_file(const std::optional<FileStat>& before) {
        const auto found = [&](MailboxFault fault, std::string detail, bool note = false) {
            report_.add(
                {.fault = fault, .note = note, .file = "maildirsize", .offset = {}, .detail = std::move(detail)});
        };
        const auto file = open_quietly(os_, directory_, "maildirsize");
        if (!file && file.error().code == ENOENT) return;
        if (!file && file.error().code == EINVAL) return found(MailboxFault::foreign_file, {});
        const auto text = file ? read_all(os_, file->fd.get(), kMaildirsizeMax - 1) : Unexpected(file.error());
        if (!text && text.error().code != EFBIG) return found(MailboxFault::not_looked_at, text.error().to_string());
        const auto parsed = text ? parse_maildirsize(*text) : std::nullopt;
        if (!parsed) return found(MailboxFault::maildirsize_malformed, {});
        if (!sure_ || parsed->use == use_) return;
        const auto now = size_file_stat();
        const bool moved = !before || !now || before->inode != now->inode || before->size != now->size;
        if (moved) return found(MailboxFault::in_use, {}, true);
        found(MailboxFault::maildirsize_wrong,
              wording::maildirsize_truth(parsed->use.size, parsed->use.count, use_.size, use_.count));
    }

    Os& os_;
    TimePoint now_;
    int directory_;
    Report& report_;
    MailboxUse use_;
    bool sure_ = true;
};

}  // namespace

Status examine_maildir(Os& os, Clock& clock, int directory, Report& report) {
    return MaildirExaminer(os, clock, directory, report).examine();
}

}  // namespace postern
