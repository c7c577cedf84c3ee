// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include "doctor/examiners.h"
#include "doctor/message_file.h"
#include "doctor/quiet_open.h"

namespace postern {
namespace {

constexpr std::string_view kEnvelope = ".env", kMessage = ".msg", kTemporary = ".tmp";

// BASE.env, BASE.msg; BASE.tmp is the envelope of a message that is still being written.
struct Parts {
    bool envelope = false, message = false, temporary = false;
};

class MailstoreExaminer {
public:
    MailstoreExaminer(Os& os, Clock& clock, int directory, Report& report)
        : os_(os), now_(clock.now()), directory_(directory), report_(report) {}

    Status examine() {
        POSTERN_TRY_ASSIGN(auto entries, os_.list(directory_));
        std::ranges::sort(entries, {}, &DirEntry::name);
        std::map<std::string, Parts> messages;
        for (const DirEntry& entry : entries) sort_in(entry.name, messages);
        for (const auto& [base, parts] : messages) message(base, parts);
        return {};
    }

private:
    void sort_in(const std::string& name, std::map<std::string, Parts>& messages) {
        const std::string_view ending =
            name.size() > kMessage.size() ? std::string_view(name).substr(name.size() - kMessage.size()) : "";
        const std::string base = name.substr(0, name.size() - ending.size());
        if (ending == kEnvelope) {
            messages[base].envelope = true;
        } else if (ending == kMessage) {
            messages[base].message = true;
        } else if (ending == kTemporary) {
            messages[base].temporary = true;
        } else {
            found(MailboxFault::foreign_file, name);
        }
    }

    void message(const std::string& base, const Parts& parts) {
        if (parts.temporary && is_stale(base + std::string(kTemporary)))
            found(MailboxFault::stale_temporary, base + std::string(kTemporary));
        if (parts.message) message_file(base, parts.envelope);
        if (parts.envelope) envelope(base, parts.message);
    }

    void message_file(const std::string& base, bool has_envelope) {
        const std::string name = base + std::string(kMessage);
        if (!has_envelope) {  // or one that is being delivered
            const bool young = !is_stale(name);
            if (!young || still_without(base)) found(MailboxFault::missing_envelope, name, {}, young);
            return;
        }
        const auto file = read_message_file(os_, directory_, name, name, report_);
        if (!file) return;
        ++report_.messages;
        if (const auto first = seen_.first_place(file->digest, name))
            found(MailboxFault::duplicate_message, name, wording::duplicate_of(*first));
    }

    // At least the sender's line, and an end.
    void envelope(const std::string& base, bool has_message) {
        const std::string name = base + std::string(kEnvelope);
        const auto file = open_quietly(os_, directory_, name);
        if (!file && file.error().code == ENOENT) return;
        if (!file) {
            const bool foreign = file.error().code == EINVAL;
            return found(foreign ? MailboxFault::foreign_file : MailboxFault::not_looked_at, name,
                         foreign ? std::string() : file.error().to_string());
        }
        char last = 0;
        const auto got =
            file->stat.size > 0 ? os_.pread(file->fd.get(), {&last, 1}, file->stat.size - 1) : Result<std::size_t>(0);
        if (!got) return found(MailboxFault::not_looked_at, name, got.error().to_string());
        if (last != '\n') found(MailboxFault::torn_envelope, name);
        if (!has_message && !os_.stat(AtPath{directory_, base + std::string(kMessage)}, Follow::no))
            found(MailboxFault::missing_message, name);
    }

    bool still_without(const std::string& base) {
        return !os_.stat(AtPath{directory_, base + std::string(kEnvelope)}, Follow::no);
    }
    bool is_stale(const std::string& name) {
        const auto stat = os_.stat(AtPath{directory_, name}, Follow::no);
        return stat && now_.seconds - std::max(stat->mtime.tv_sec, stat->ctime.tv_sec) > kStaleAfter;
    }

    void found(MailboxFault fault, const std::string& file, std::string detail = {}, bool note = false) {
        report_.add({.fault = fault, .note = note, .file = file, .offset = {}, .detail = std::move(detail)});
    }

    Os& os_;
    TimePoint now_;
    int directory_;
    Report& report_;
    SeenMessages seen_;
};

}  // namespace

Status examine_mailstore(Os& os, Clock& clock, int directory, Report& report) {
    return MailstoreExaminer(os, clock, directory, report).examine();
}

}  // namespace postern
