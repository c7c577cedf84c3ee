// SPDX-License-Identifier: Apache-2.0
#include "doctor/patient.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/strings.h"
#include "doctor/quiet_open.h"
#include "mailbox/mbx_file.h"

namespace postern {
namespace {

constexpr int kOpenPath = O_PATH | O_DIRECTORY;

struct Split {
    std::string parent, leaf;
};
Split split(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return {".", path};
    const std::string leaf = path.substr(slash + 1);
    return {slash == 0 ? "/" : path.substr(0, slash), leaf.empty() ? "." : leaf};
}

Unexpected refused(const std::string& path, std::string why) {
    return Unexpected(Error{0, "look at", path, std::move(why)});
}

Result<Identity> identity_of(Os& os, const FileStat& owned, const std::string& path) {
    POSTERN_TRY_ASSIGN(const std::optional<User> user, os.user(owned.uid));
    // root's group is nobody's who owns a mailbox.
    if (owned.gid == 0 && !user) return refused(path, wording::mailbox_below_user());
    Identity identity;
    identity.uid = owned.uid;
    identity.gid = owned.gid != 0 ? owned.gid : user->gid;
    identity.initgroups = user.has_value();
    identity.uid_from = identity.gid_from = "owner of " + path;
    return identity;
}

Result<MailboxFormat> recognise_directory(Os& os, const Patient& patient) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, open_directory_quietly(os, patient.place.dir.get(), patient.leaf));
    POSTERN_TRY_ASSIGN(const auto entries, os.list(fd.get()));
    static constexpr std::array<std::string_view, 3> kMaildir{"cur", "new", "tmp"};
    const auto parts = std::ranges::count_if(
        entries, [](const DirEntry& entry) { return std::ranges::find(kMaildir, entry.name) != kMaildir.end(); });
    if (parts >= 2) return MailboxFormat::maildir;
    const bool mailstore = std::ranges::any_of(entries, [](const DirEntry& entry) {
        return entry.name.size() > 4 && (entry.name.ends_with(".env") || entry.name.ends_with(".msg"));
    });
    if (mailstore) return MailboxFormat::mailstore;
    return refused(patient.path, wording::mailbox_format_unknown());
}

Result<MailboxFormat> recognise_file(Os& os, const Patient& patient) {
    POSTERN_TRY_ASSIGN(const QuietFile file, open_quietly(os, patient.place.dir.get(), patient.leaf));
    std::array<char, 8> buffer{};
    POSTERN_TRY_ASSIGN(const std::size_t got, os.pread(file.fd.get(), buffer, 0));
    const std::string_view start(buffer.data(), got);
    constexpr std::string_view kMbx = "*mbx*\r\n";
    if (is_mbx_header(start) || (!start.empty() && kMbx.starts_with(start))) return MailboxFormat::mbx;
    if (start.empty() || start.starts_with("From ")) return MailboxFormat::mbox;
    if (start.starts_with("\1\1\1\1\n")) return refused(patient.path, wording::mailbox_is_mmdf());
    return refused(patient.path, wording::mailbox_format_unknown());
}

}  // namespace

Result<std::string> resolved_path(Os& os, const std::string& path) {
    auto [parent, leaf] = split(path);
    if (leaf == "." || leaf == "..") {
        POSTERN_TRY_ASSIGN(const std::string whole, os.real_path(path));
        if (whole == "/") return std::string("/.");
        return whole;
    }
    POSTERN_TRY_ASSIGN(const std::string real, os.real_path(parent));
    return real == "/" ? "/" + leaf : real + "/" + leaf;
}

Result<std::optional<Identity>> identity_for(Os& os, const std::string& resolved) {
    if (os.ids().effective_uid != 0) return std::optional<Identity>();
    const auto [parent, leaf] = split(resolved);
    POSTERN_TRY_ASSIGN(UniqueFd at, os.open("/", kOpenPath));
    for (const std::string& part : split_list_fixed(parent, '/')) {
        if (part.empty()) continue;
        POSTERN_TRY_ASSIGN(UniqueFd next, os.open_beneath(at.get(), part, kOpenPath));
        POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(next.get()));
        at = std::move(next);
        if (stat.uid == 0) continue;
        POSTERN_TRY_ASSIGN(Identity identity, identity_of(os, stat, resolved));
        return std::optional(std::move(identity));
    }
    POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(AtPath{at.get(), leaf}, Follow::no));
    if (stat.uid == 0) return std::optional<Identity>();
    POSTERN_TRY_ASSIGN(Identity identity, identity_of(os, stat, resolved));
    return std::optional(std::move(identity));
}

Result<Patient> find_patient(Os& os, const std::string& resolved, std::optional<MailboxFormat> format) {
    Patient patient;
    auto [parent, leaf] = split(resolved);
    patient.path = resolved;
    patient.leaf = leaf;
    patient.place = find_place(os, parent, leaf, {});
    POSTERN_TRY_ASSIGN(patient.stat, os.stat(patient.place.at(leaf), Follow::no));
    const bool is_directory = patient.stat.kind == FileKind::directory;
    if (patient.stat.kind == FileKind::symlink) return refused(resolved, wording::mailbox_is_link());
    if (!is_directory && patient.stat.kind != FileKind::regular)
        return refused(resolved, wording::mailbox_format_unknown());
    if (!format) {
        POSTERN_TRY_ASSIGN(format, is_directory ? recognise_directory(os, patient) : recognise_file(os, patient));
    }
    patient.format = *format;
    const bool wants_directory = patient.format == MailboxFormat::maildir || patient.format == MailboxFormat::mailstore;
    if (wants_directory != is_directory)
        return refused(resolved, wording::mailbox_of_other_kind(name_of(patient.format), is_directory));
    return patient;
}

}  // namespace postern
