// SPDX-License-Identifier: Apache-2.0
#include "sys/os.h"

#include <array>
#include <cerrno>

namespace postern {

void UniqueFd::reset() {
    if (fd_ < 0) return;
    (void)os_->close(std::move(*this));
}

Result<bool> Os::wait_ready(int fd, Ready what, std::chrono::milliseconds at_most) {
    Waiting one{fd, what};
    POSTERN_TRY(wait_any({&one, 1}, at_most));
    return one.ready;
}

Status write_all(Os& os, int fd, std::string_view bytes) {
    constexpr int kRounds = 100;
    constexpr std::chrono::milliseconds kPatience{1000};
    for (int round = 0; !bytes.empty(); ++round) {
        if (round == kRounds) return failure(kWriteIncomplete, "write", "descriptor " + std::to_string(fd));
        const auto done = os.write(fd, bytes);
        if (done) {
            bytes.remove_prefix(*done);
        } else if (done.error().code == EAGAIN) {
            const auto ready = os.wait_ready(fd, Os::Ready::to_write, kPatience);
            if (!ready && ready.error().code != EINTR) return Unexpected(ready.error());
        } else if (done.error().code != EINTR) {
            return Unexpected(done.error());
        }
    }
    return {};
}

Result<std::string> read_all(Os& os, int fd, std::size_t limit) {
    std::string out;
    std::array<char, 8192> buffer;
    for (;;) {
        const auto got = os.read(fd, buffer);
        if (!got && got.error().code == EINTR) continue;
        if (!got) return Unexpected(got.error());
        if (*got == 0) return out;
        if (*got > limit - out.size()) return failure(EFBIG, "read", "descriptor " + std::to_string(fd));
        out.append(buffer.data(), *got);
    }
}

Result<std::string> read_file(Os& os, const AtPath& where, std::size_t limit) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os.open(where, O_RDONLY));
    auto content = read_all(os, fd.get(), limit);
    if (!content) content.error().object = where.name;
    return content;
}

Status sync_directory(Os& os, int dir, const std::string& relative) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os.open(AtPath{dir, relative}, O_RDONLY | O_DIRECTORY));
    auto synced = os.fsync(fd.get());
    if (!synced && synced.error().code == EINVAL) return {};
    if (!synced) synced.error().object = relative;
    return synced;
}

Status make_directories(Os& os, const std::string& path, mode_t mode, std::vector<std::string>* made) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string prefix = path.substr(0, slash);
        const bool doubled = prefix.ends_with('/');  // "a//b", or "a/" at the end
        if (!doubled && !os.stat(prefix, Follow::yes)) {
            const Status status = os.mkdir(prefix, mode);
            if (!status && status.error().code != EEXIST) return status;
            if (status && made != nullptr) made->push_back(prefix);
            if ((mode & 07000U) != 0)
                (void)os.chmod(AtPath(prefix), mode);  // mkdir() drops these bits; as Exim, best effort
        }
        if (slash == std::string::npos) return {};
    }
}

}  // namespace postern
