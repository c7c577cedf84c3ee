// SPDX-License-Identifier: Apache-2.0
#include "app/once_command.h"

#include <cerrno>

#include "doctor/patient.h"
#include "hints/once_transfer.h"

namespace postern {
namespace {

constexpr std::size_t kLongestInput = 1U << 30;

int say(Os& os, const Error& error) {
    const std::string text =
        error.text.empty() ? error.to_string() : (error.object.empty() ? "" : error.object + ": ") + error.text;
    (void)write_all(os, 2, "postern once: " + text + "\n").has_value();
    return 1;
}

// Nobody works as root below a user's directory. A database that is not there yet, in a directory of root's, will
// belong to whom the old one belongs to.
Status leave_root(Os& os, const std::string& path, const std::string& from = {}) {
    POSTERN_TRY_ASSIGN(const std::string resolved, resolved_path(os, path));
    const auto identity = identity_for(os, resolved);
    if (!identity && identity.error().code == ENOENT) return from.empty() ? Status{} : leave_root(os, from);
    if (!identity) return Unexpected(identity.error());
    if (!*identity) return {};
    const auto became = become(os, **identity);
    return became ? Status{} : Status(tl::unexpect, became.error().error);
}

struct Input {
    std::string bytes;
    bool is_database = false;  // it is the file to be written
};

Result<Input> input_of(Os& os, const std::string& path, const std::string& from) {
    Input input;
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os.open(AtPath(from), O_RDONLY | O_NONBLOCK));
    POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(fd.get()));
    if (stat.kind != FileKind::regular) return failure(EINVAL, "open", from);
    const auto there = os.stat(AtPath(path), Follow::yes);
    input.is_database = there && there->inode == stat.inode && there->device == stat.device;
    POSTERN_TRY_ASSIGN(input.bytes, read_all(os, fd.get(), kLongestInput));
    return input;
}

Result<Input> standard_input(Os& os) {
    POSTERN_TRY_ASSIGN(std::string bytes, read_all(os, 0, kLongestInput));
    return Input{std::move(bytes), false};
}

}  // namespace

int import_once_database(Os& os, const std::string& path, const std::string& from) {
    if (const Status left = leave_root(os, path, from); !left) return say(os, left.error());
    const Result<Input> input = from.empty() ? standard_input(os) : input_of(os, path, from);
    if (!input) return say(os, input.error());
    const auto records = parse_once_input(input->bytes);
    if (!records) return say(os, Error{0, {}, from.empty() ? "standard input" : from, records.error().text});
    const Status done = input->is_database ? replace_once(os, path, *records) : import_once(os, path, *records);
    return done ? 0 : say(os, done.error());
}

int dump_once_database(Os& os, const std::string& path) {
    if (const Status left = leave_root(os, path); !left) return say(os, left.error());
    const auto records = read_once(os, path);
    if (!records) return say(os, records.error());
    return write_all(os, 1, format_once_text(*records)) ? 0 : 1;
}

}  // namespace postern
