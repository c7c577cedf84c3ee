// SPDX-License-Identifier: Apache-2.0
#include "doctor/message_file.h"

#include <cerrno>

#include "doctor/quiet_open.h"

namespace postern {
namespace {

Result<std::optional<std::int64_t>> read_through(MailboxLines lines, MessageDigest& digest) {
    std::optional<std::int64_t> zeros_at;
    for (;;) {
        POSTERN_TRY_ASSIGN(const auto line, lines.next());
        if (!line) return zeros_at;
        digest.add(*line);
        if (zeros_at) continue;
        if (const auto zeros = find_zeros(line->text)) zeros_at = line->offset + static_cast<std::int64_t>(*zeros);
    }
}

}  // namespace

std::optional<MessageFile> read_message_file(Os& os, int directory, const std::string& name, const std::string& shown,
                                             Report& report) {
    const auto found = [&](MailboxFault fault, std::optional<std::int64_t> offset, std::string detail) {
        report.add({.fault = fault, .file = shown, .offset = offset, .detail = std::move(detail)});
    };
    const auto file = open_quietly(os, directory, name);
    if (!file && file.error().code == ENOENT) return std::nullopt;
    if (!file && file.error().code == EINVAL) {
        found(MailboxFault::foreign_file, {}, {});
        return std::nullopt;
    }
    MessageFile out;
    const auto zeros = file ? read_through(MailboxLines(os, file->fd.get(), 0, file->stat.size), out.digest)
                            : Unexpected(file.error());
    if (!zeros) {
        found(MailboxFault::not_looked_at, {}, zeros.error().to_string());
        return std::nullopt;
    }
    out.stat = file->stat;
    if (*zeros) found(MailboxFault::zeros, **zeros, {});
    if (out.stat.size == 0) found(MailboxFault::empty_message, {}, {});
    return out;
}

}  // namespace postern
