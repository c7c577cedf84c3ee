// SPDX-License-Identifier: Apache-2.0
#include "routers/redirect_file.h"

#include <algorithm>
#include <cerrno>

#include "wording/routing.h"

namespace postern {
namespace {

// O_NONBLOCK: a FIFO in place of the file must not hold us up; it is refused a moment later.
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

RedirectFile error(std::string text) { return {RedirectFile::Kind::error, std::move(text)}; }
RedirectFile missing() { return {}; }

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')) + "/."; }

// The file is not there. Is it the file only, or is a file system not mounted?
RedirectFile not_there(Os& os, const std::string& path, const FileChecks& checks) {
    if (checks.ignore_enotdir) return missing();
    const std::string directory = directory_of(path);
    auto stat = os.stat(AtPath(directory), Follow::yes);
    if (!stat && stat.error().code == EACCES)
        stat = os.stat(AtPath(directory.substr(0, directory.size() - 1)), Follow::yes);
    if (stat) return missing();
    return error(wording::parent_not_seen(directory, stat.error().code));
}

std::optional<std::string> unfit(const std::string& path, const FileStat& stat, const FileChecks& checks) {
    if (stat.kind != FileKind::regular) return wording::not_a_regular_file(path);
    if (const unsigned bits = stat.permissions & checks.forbidden_bits; bits != 0) {
        return wording::bad_file_mode(path, S_IFREG | stat.permissions, bits);
    }
    if (checks.owner && std::ranges::find(checks.owners, stat.uid) == checks.owners.end())
        return wording::bad_file_owner(path);
    if (checks.group && std::ranges::find(checks.groups, stat.gid) == checks.groups.end())
        return wording::bad_file_group(path);
    if (stat.size > static_cast<std::int64_t>(kLargestRedirectFile))
        return wording::file_too_big(path, kLargestRedirectFile);
    return std::nullopt;
}

tl::unexpected<std::string> no(std::string text) { return tl::unexpected(std::move(text)); }

Included contents_of(Os& os, const std::string& name, const UniqueFd& fd) {
    Result<std::string> text = read_all(os, fd.get(), kLargestRedirectFile);
    if (text) return *std::move(text);
    if (text.error().code == EFBIG) return no(wording::include_too_big(name, kLargestRedirectFile));
    return no(wording::include_not_read(name, text.error().code));
}

Included read_below(Os& os, const std::string& name, std::string below) {
    while (below.size() > 1 && below.ends_with('/')) below.pop_back();
    if (!name.starts_with(below) || name.size() <= below.size() || (name[below.size()] != '/' && below != "/")) {
        return no(wording::include_outside(name, below));
    }
    const Result<UniqueFd> directory = os.open(AtPath(below), O_PATH | O_DIRECTORY);
    if (!directory) return no(wording::include_component(name));
    std::string relative = name.substr(below.size());
    relative.erase(0, relative.find_first_not_of('/'));
    const Result<UniqueFd> file = relative.empty() ? Result<UniqueFd>(failure(ENOENT, "open", name))
                                                   : os.open_beneath(directory->get(), relative, kReadFlags);
    if (!file) return no(wording::include_component(name));
    const Result<FileStat> stat = os.stat(file->get());
    if (!stat || stat->kind != FileKind::regular) return no(wording::include_not_regular(name, below));
    return contents_of(os, name, *file);
}

}  // namespace

bool is_plainly_missing(Os& os, const std::string& path) {
    const auto file = os.stat(AtPath(path), Follow::yes);
    return !file && file.error().code == ENOENT && os.stat(AtPath(directory_of(path)), Follow::yes);
}

RedirectFile read_redirect_file(Os& os, const std::string& path, const FileChecks& checks) {
    const Result<UniqueFd> file = os.open(AtPath(path), kReadFlags);
    if (!file) {
        const int code = file.error().code;
        if (code == ENOENT) return not_there(os, path, checks);
        if ((code == EACCES && checks.ignore_eacces) || (code == ENOTDIR && checks.ignore_enotdir)) return missing();
        const Os::Ids ids = os.ids();
        return error(wording::file_not_opened(path, code, ids.effective_uid, ids.effective_gid));
    }
    const Result<FileStat> stat = os.stat(file->get());
    if (!stat) return error(wording::file_not_examined(path, stat.error().code));
    if (auto why = unfit(path, *stat, checks)) return error(*std::move(why));
    Result<std::string> text = read_all(os, file->get(), kLargestRedirectFile);
    if (text) return {RedirectFile::Kind::text, *std::move(text)};
    if (text.error().code == EFBIG) return error(wording::file_too_big(path, kLargestRedirectFile));
    return error(wording::file_not_read(path, text.error().code));
}

Included read_included_file(Os& os, const std::string& name, const std::string& below) {
    if (!below.empty()) return read_below(os, name, below);
    const Result<UniqueFd> file = os.open(AtPath(name), kReadFlags);
    if (!file) {
        const Os::Ids ids = os.ids();
        return no(wording::include_not_opened(name, file.error().code, ids.effective_uid, ids.effective_gid));
    }
    const Result<FileStat> stat = os.stat(file->get());
    if (stat && stat->kind == FileKind::directory) return no(wording::include_not_read(name, EISDIR));
    if (!stat || stat->kind != FileKind::regular) return no(wording::not_a_regular_file("included file " + name));
    return contents_of(os, name, *file);
}

}  // namespace postern
