// SPDX-License-Identifier: Apache-2.0
#include "route/require_files.h"

#include <cerrno>

#include "base/strings.h"
#include "sys/identity.h"
#include "wording/routing.h"

namespace postern {
namespace {

struct Viewer {
    uid_t uid = 0;
    gid_t gid = 0;
};

enum class Presence : std::uint8_t { there, missing, unclear };
struct Look {
    Presence presence = Presence::missing;
    int code = 0;  // why unclear
};

Look look_from(const Status& status) {
    if (status) return {Presence::there, 0};
    if (status.error().code == ENOENT) return {Presence::missing, 0};
    return {Presence::unclear, status.error().code};
}

Status may(const FileStat& file, const Viewer& viewer, mode_t bit) {
    const unsigned shift = file.uid == viewer.uid ? 6 : file.gid == viewer.gid ? 3 : 0;
    if ((file.permissions >> shift & bit) != 0) return {};
    return failure(EACCES, "access");
}

// x on every directory of the real path, r on the file, by the permission bits alone: as Exim does it, for root too.
Status walk(Os& os, const std::string& path, const Viewer& viewer) {
    POSTERN_TRY_ASSIGN(const std::string real, os.real_path(path));
    for (std::size_t slash = 0; slash != std::string::npos; slash = real.find('/', slash + 1)) {
        POSTERN_TRY_ASSIGN(const FileStat directory,
                           os.stat(AtPath(slash == 0 ? "/" : real.substr(0, slash)), Follow::yes));
        POSTERN_TRY(may(directory, viewer, 01));
    }
    POSTERN_TRY_ASSIGN(const FileStat file, os.stat(AtPath(real), Follow::yes));
    return may(file, viewer, 04);
}

Status seen(Os& os, const std::string& path) {
    const Result<FileStat> stat = os.stat(AtPath(path), Follow::yes);
    if (!stat) return Unexpected(stat.error());
    return {};
}

// Root may be nobody on a remote file system: ask again as the user.
Status seen_as(RouteContext& context, const std::string& path, const Viewer& viewer) {
    constexpr int kNotBecome = 255;
    Identity identity;
    identity.uid = viewer.uid;
    identity.gid = viewer.gid;
    const auto child = context.processes.fork_child(
        [&]() -> int {
            if (!become(context.os, identity)) return kNotBecome;
            const Status status = seen(context.os, path);
            return status ? 0 : status.error().code < kNotBecome ? status.error().code : EACCES;
        },
        true);
    if (!child) return Unexpected(child.error());
    const auto ended = context.processes.wait(*child);
    if (!ended) return Unexpected(ended.error());
    if (ended->ok()) return {};
    return failure(ended->signal == 0 && ended->code != kNotBecome ? ended->code : EACCES, "stat", path);
}

Look look_at(RouteContext& context, const std::string& path, const std::optional<Viewer>& viewer) {
    Status status = seen(context.os, path);
    if (!status && status.error().code == EACCES && viewer && context.os.ids().effective_uid == 0)
        status = seen_as(context, path, *viewer);
    else if (status && viewer)
        status = walk(context.os, path, *viewer);
    return look_from(status);
}

// "user" or "user,group"; nullopt with `why` set if there is no such account.
std::optional<Viewer> parse_viewer(Os& os, const std::string& item, std::string& why) {
    const std::size_t comma = item.find(',');
    const bool with_group = comma != std::string::npos && comma + 1 < item.size();
    const std::string name = with_group ? item.substr(0, comma) : item;
    Viewer viewer;
    bool has_group = false;
    if (const auto number = parse_uint(name)) {
        viewer.uid = static_cast<uid_t>(*number);
    } else {
        const auto user = os.user(name);
        if (!user || !*user) return why = wording::require_files_user_not_found(name), std::nullopt;
        viewer = {(*user)->uid, (*user)->gid};
        has_group = true;
    }
    if (with_group) {
        const std::string group_name = item.substr(comma + 1);
        if (const auto number = parse_uint(group_name)) {
            viewer.gid = static_cast<gid_t>(*number);
        } else {
            const auto group = os.group(group_name);
            if (!group || !*group) return why = wording::require_files_group_not_found(group_name), std::nullopt;
            viewer.gid = (*group)->gid;
        }
        has_group = true;
    }
    if (!has_group) return why = wording::require_files_group_missing(name), std::nullopt;
    return viewer;
}

struct FileItem {
    std::string path;
    bool forgiving = false;  // '+': may not be looked at is as good as not there
    bool inverted = false;   // '!'
};

FileItem parse_item(std::string_view text) {
    FileItem item;
    const auto flag = [&text](char mark) {
        if (!text.starts_with(mark)) return false;
        text = trim_left(text.substr(1));
        return true;
    };
    item.forgiving = flag('+');
    item.inverted = flag('!');
    item.path = text;
    return item;
}

}  // namespace

FileVerdict check_required_files(std::string_view list, RouteContext& context) {
    using Kind = FileVerdict::Kind;
    std::optional<Viewer> viewer;
    for (const std::string& source : split_list(list)) {
        const Expansion value = context.expander.expand(source, context.scope);
        if (!value) {
            if (value.error().forced) continue;
            return {Kind::defer, wording::option_not_expanded(source, "require_files", value.error().message)};
        }
        if (value->empty()) continue;
        if (!contains(value->bytes, "/")) {
            std::string why;
            viewer = parse_viewer(context.os, value->bytes, why);
            if (!viewer) return {Kind::defer, std::move(why)};
            continue;
        }
        const FileItem item = parse_item(value->bytes);
        if (!item.path.starts_with('/')) return {Kind::defer, wording::require_files_not_absolute(item.path)};
        Look look = look_at(context, item.path, viewer);
        if (look.presence == Presence::unclear && look.code == EACCES && item.forgiving)
            look.presence = Presence::missing;
        if (look.presence == Presence::unclear)
            return {Kind::defer, wording::require_files_error(item.path, look.code)};
        if ((look.presence == Presence::there) == item.inverted) return {Kind::skip, item.path};
    }
    return {};
}

}  // namespace postern
