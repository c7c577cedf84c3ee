// SPDX-License-Identifier: Apache-2.0
// dsearch (names in a directory) and passwd (accounts).
#include <fcntl.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/strings.h"
#include "lookup/driver.h"
#include "wording/expansion.h"

namespace postern {
namespace {

class Directory final : public OpenLookup {
public:
    Directory(Os& os, UniqueFd fd, std::string name) : os_(os), fd_(std::move(fd)), name_(std::move(name)) {}

    LookupOutcome find(const std::string& key, const LookupOptions& options) override {
        if (contains(key, "/"))
            return tl::unexpected(LookupFailure{LookupFailure::Kind::defer, wording::dsearch_slash(key)});
        const auto stat = os_.stat(AtPath(fd_.get(), key), Follow::no);
        if (!stat) {
            const int code = stat.error().code;
            if (code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG) return std::nullopt;
            return tl::unexpected(
                LookupFailure{LookupFailure::Kind::defer, wording::dsearch_stat(name_ + "/" + key, code)});
        }
        if (!wanted(*stat, key, options.filter)) return std::nullopt;
        return options.ret_full ? name_ + "/" + key : key;
    }

private:
    static bool wanted(const FileStat& stat, std::string_view key, std::string_view filter) {
        if (filter == "file") return stat.kind == FileKind::regular;
        if (filter == "dir") return stat.kind == FileKind::directory;
        if (filter == "subdir") return stat.kind == FileKind::directory && key != "." && key != "..";
        return true;
    }

    Os& os_;
    UniqueFd fd_;
    std::string name_;
};

}  // namespace

OpenResult open_dsearch(LookupWorld& world, const std::string& file) {
    const auto failed = [&](int code) {
        return tl::unexpected(
            LookupFailure{LookupFailure::Kind::open, wording::lookup_open(file, "for directory search", code)});
    };
    if (!file.starts_with('/')) return failed(ENOENT);
    auto fd = world.os.open(AtPath(file), O_RDONLY | O_DIRECTORY);
    if (!fd) return failed(fd.error().code);
    return std::make_unique<Directory>(world.os, *std::move(fd), file);
}

LookupOutcome query_passwd(LookupWorld& world, const std::string& query) {
    const auto user = world.os.user(query);
    if (!user)
        return tl::unexpected(
            LookupFailure{LookupFailure::Kind::defer, wording::passwd_not_available(user.error().code)});
    if (!*user) return std::nullopt;
    const User& entry = **user;
    return fmt::format("*:{}:{}:{}:{}:{}", entry.uid, entry.gid, entry.gecos, entry.home, entry.shell);
}

}  // namespace postern
