// SPDX-License-Identifier: Apache-2.0
#include "spool/unsynced.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/checksum.h"

namespace postern {
namespace {

constexpr std::string_view kName = "-unsynced ";
constexpr int kFirstLines = 4;  // id, login, sender, time

Result<Checksum> sum_of_file(Os& os, int fd) {
    Checksum sum;
    std::array<char, 16384> buffer;
    for (;;) {
        const auto got = os.pread(fd, buffer, static_cast<std::int64_t>(sum.count()));
        if (!got && got.error().code == EINTR) continue;
        if (!got) return Unexpected(got.error());
        if (*got == 0) return sum;
        sum.add({buffer.data(), *got});
    }
}

std::string line_of(std::size_t header_file_size, const Checksum& data) {
    return fmt::format("{}{:010} {} {:016x}", kName, header_file_size, data.count(), data.value());
}

}  // namespace

Result<std::string> with_unsynced_line(Os& os, std::string header_file, int data_fd) {
    POSTERN_TRY_ASSIGN(const Checksum data, sum_of_file(os, data_fd));
    std::size_t at = 0;
    for (int line = 0; line < kFirstLines; ++line) at = header_file.find('\n', at) + 1;
    const std::size_t size = header_file.size() + line_of(0, data).size() + 1;
    header_file.insert(at, line_of(size, data) + "\n");
    return header_file;
}

std::string take_unsynced_line(Message& message) {
    const auto found =
        std::ranges::find_if(message.unknown_lines, [](const std::string& line) { return line.starts_with(kName); });
    if (found == message.unknown_lines.end()) return {};
    std::string line = std::move(*found);
    message.unknown_lines.erase(found);
    return line;
}

Result<bool> is_what_was_written(Os& os, std::string_view unsynced_line, std::size_t header_file_size, int data_fd) {
    POSTERN_TRY_ASSIGN(const Checksum data, sum_of_file(os, data_fd));
    return unsynced_line == line_of(header_file_size, data);
}

}  // namespace postern
