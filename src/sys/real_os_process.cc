// SPDX-License-Identifier: Apache-2.0
// Process state, accounts, host.
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "sys/real_call.h"
#include "sys/real_os.h"

namespace postern {

using real::checked;
using real::failed;

// --- process state ---

Status RealOs::chdir(const std::string& path) { return checked(::chdir(path.c_str()), "chdir", path); }
Status RealOs::chdir(int dir) { return checked(::fchdir(dir), "fchdir", dir); }
mode_t RealOs::umask(mode_t mask) { return ::umask(mask); }

Status RealOs::set_groups(std::span<const gid_t> groups) {
    return checked(::setgroups(groups.size(), groups.data()), "setgroups", std::string_view());
}
Status RealOs::set_gids(gid_t gid) { return checked(::setresgid(gid, gid, gid), "setresgid", std::to_string(gid)); }
Status RealOs::set_uids(uid_t uid) { return checked(::setresuid(uid, uid, uid), "setresuid", std::to_string(uid)); }

Status RealOs::limit_core_size(std::uint64_t bytes) {
    const struct rlimit limit = {bytes, bytes};
    return checked(::setrlimit(RLIMIT_CORE, &limit), "setrlimit", std::string_view("core"));
}

Os::Ids RealOs::ids() {
    Ids out;
    ::getresuid(&out.real_uid, &out.effective_uid, &out.saved_uid);  // fail on bad pointers only
    ::getresgid(&out.real_gid, &out.effective_gid, &out.saved_gid);
    return out;
}

std::vector<gid_t> RealOs::groups() {
    const int count = ::getgroups(0, nullptr);
    std::vector<gid_t> out(static_cast<std::size_t>(count > 0 ? count : 0));
    const int got = ::getgroups(static_cast<int>(out.size()), out.data());
    out.resize(static_cast<std::size_t>(got > 0 ? got : 0));
    return out;
}

pid_t RealOs::pid() { return ::getpid(); }

// --- accounts ---

namespace {

// What getpwnam_r(3) lists as "not found" besides a plain 0; anything else is a service that failed.
bool means_absent(int code) { return code == 0 || code == ENOENT || code == ESRCH || code == EBADF || code == EPERM; }

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

// Calls lookup(buffer, &entry) with a growing buffer until the entry fits.
template <class Entry, class Lookup>
Result<Entry*> look_up(std::vector<char>& buffer, const char* call, const std::string& key, Lookup lookup) {
    for (buffer.resize(1024);; buffer.resize(buffer.size() * 4)) {
        Entry* found = nullptr;
        const int code = lookup(buffer, &found);
        if (code == ERANGE && buffer.size() < (1U << 24)) continue;
        if (found == nullptr && !means_absent(code)) return failure(code, call, key);
        return found;
    }
}

template <class Lookup>
Result<std::optional<User>> find_user(const char* call, const std::string& key, Lookup lookup) {
    std::vector<char> buffer;
    struct passwd space {};
    const auto bound = [&](std::vector<char>& b, struct passwd** out) { return lookup(&space, b, out); };
    POSTERN_TRY_ASSIGN(const struct passwd* const found, look_up<struct passwd>(buffer, call, key, bound));
    if (found == nullptr) return std::nullopt;
    return User{text_or_empty(found->pw_name),
                found->pw_uid,
                found->pw_gid,
                text_or_empty(found->pw_gecos),
                text_or_empty(found->pw_dir),
                text_or_empty(found->pw_shell)};
}

template <class Lookup>
Result<std::optional<Group>> find_group(const char* call, const std::string& key, Lookup lookup) {
    std::vector<char> buffer;
    struct group space {};
    const auto bound = [&](std::vector<char>& b, struct group** out) { return lookup(&space, b, out); };
    POSTERN_TRY_ASSIGN(const struct group* const found, look_up<struct group>(buffer, call, key, bound));
    if (found == nullptr) return std::nullopt;
    Group out{text_or_empty(found->gr_name), found->gr_gid, {}};
    for (char** member = found->gr_mem; *member != nullptr; ++member) out.members.emplace_back(*member);
    return out;
}

}  // namespace

Result<std::optional<User>> RealOs::user(const std::string& name) {
    return find_user("getpwnam", name, [&](struct passwd* space, std::vector<char>& b, struct passwd** out) {
        return ::getpwnam_r(name.c_str(), space, b.data(), b.size(), out);
    });
}

Result<std::optional<User>> RealOs::user(uid_t uid) {
    return find_user("getpwuid", std::to_string(uid),
                     [&](struct passwd* space, std::vector<char>& b, struct passwd** out) {
                         return ::getpwuid_r(uid, space, b.data(), b.size(), out);
                     });
}

Result<std::optional<User>> RealOs::local_user(const std::string& name) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
    if (file == nullptr) return failure(errno, "open", "/etc/passwd");
    return find_user("fgetpwent", name, [&](struct passwd* space, std::vector<char>& b, struct passwd** out) {
        std::rewind(file.get());
        int code = 0;
        do {
            code = ::fgetpwent_r(file.get(), space, b.data(), b.size(), out);
        } while (code == 0 && name != space->pw_name);
        return code;
    });
}

Result<std::optional<Group>> RealOs::group(const std::string& name) {
    return find_group("getgrnam", name, [&](struct group* space, std::vector<char>& b, struct group** out) {
        return ::getgrnam_r(name.c_str(), space, b.data(), b.size(), out);
    });
}

Result<std::optional<Group>> RealOs::group(gid_t gid) {
    return find_group("getgrgid", std::to_string(gid),
                      [&](struct group* space, std::vector<char>& b, struct group** out) {
                          return ::getgrgid_r(gid, space, b.data(), b.size(), out);
                      });
}

Result<std::vector<gid_t>> RealOs::groups_of(const User& user) {
    std::vector<gid_t> out(32);
    for (;;) {
        int count = static_cast<int>(out.size());
        const int fitted = ::getgrouplist(user.name.c_str(), user.gid, out.data(), &count);
        if (fitted < 0 && static_cast<std::size_t>(count) <= out.size()) {
            return failure(ENOMEM, "getgrouplist", user.name);  // not a matter of space, then
        }
        out.resize(static_cast<std::size_t>(count));
        if (fitted >= 0) return out;
    }
}

// --- host ---

Result<std::string> RealOs::node_name() {
    struct utsname host {};
    if (::uname(&host) < 0) return failed("uname", std::string_view());
    return std::string(host.nodename);
}

Result<Os::Space> RealOs::free_space(const std::string& path) {
    struct statvfs found {};
    if (::statvfs(path.c_str(), &found) < 0) return failed("statvfs", path);
    Space out;
    if (found.f_blocks > 0) {
        // Divided before it is multiplied where that is exact, so that huge file systems do not overflow.
        out.kilobytes = found.f_frsize % 1024 == 0 ? static_cast<std::int64_t>(found.f_bavail * (found.f_frsize / 1024))
                                                   : static_cast<std::int64_t>(found.f_bavail * found.f_frsize / 1024);
    }
    if (found.f_files > 0) out.inodes = static_cast<std::int64_t>(found.f_favail);
    return out;
}

}  // namespace postern
