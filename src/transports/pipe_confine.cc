// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_confine.h"

#include <cerrno>

#include "base/strings.h"
#include "wording/pipe.h"

namespace postern {
namespace {

constexpr int kTries = 100;

// Takes what lies in `directory` away. Directories in it come up to `top` under a number, so that no depth of nesting
// is a recursion of ours.
void empty_directory(Os& os, int directory, int top, std::uint64_t& number) {
    const auto entries = os.list(directory);
    if (!entries) return;
    for (const DirEntry& entry : *entries) {
        if (os.unlink({directory, entry.name})) continue;
        if (directory == top) continue;
        (void)os.chmod(AtPath{directory, entry.name}, 0700)
            .has_value();  // a directory's own mode matters when it moves
        (void)os.rename({directory, entry.name}, {top, std::to_string(++number)}).has_value();
    }
}

bool remove_one(Os& os, int top, const DirEntry& entry, std::uint64_t& number) {
    if (os.unlink({top, entry.name})) return true;
    if (os.rmdir({top, entry.name})) return true;
    (void)os.chmod(AtPath{top, entry.name}, 0700).has_value();
    const auto inside = os.open({top, entry.name}, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!inside) return false;
    empty_directory(os, inside->get(), top, number);
    return os.rmdir({top, entry.name}).has_value();
}

}  // namespace

Result<PrivateDirectory> PrivateDirectory::make(Os& os, Clock& clock) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
        std::string path =
            "/tmp/postern-pipe." + std::to_string(os.pid()) + "." + std::to_string(clock.now().microseconds + attempt);
        const Status made = os.mkdir(path, 0700);
        if (!made && made.error().code == EEXIST) continue;
        if (!made) return Unexpected(made.error());
        POSTERN_TRY_ASSIGN(UniqueFd fd, os.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        return PrivateDirectory(os, std::move(path), std::move(fd));
    }
    return failure(EEXIST, "mkdir", "/tmp/postern-pipe");
}

void PrivateDirectory::remove() {
    if (!fd_) return;
    (void)os_->chmod(fd_.get(), 0700).has_value();
    std::uint64_t number = static_cast<std::uint64_t>(os_->pid()) << 32U;
    for (bool progress = true; progress;) {
        const auto entries = os_->list(fd_.get());
        progress = false;
        if (!entries) break;
        for (const DirEntry& entry : *entries) progress = remove_one(*os_, fd_.get(), entry, number) || progress;
    }
    fd_.reset();
    (void)os_->rmdir(path_).has_value();
}

tl::expected<Confinement, Outcome> confinement_of(DeliveryContext& context, const PipeOptions& options) {
    Confinement out{.cpu_seconds = static_cast<std::uint64_t>(options.confine_cpu_time.seconds),
                    .memory = static_cast<std::uint64_t>(options.confine_memory.value),
                    .processes = static_cast<std::uint64_t>(options.confine_processes.value),
                    .open_files = static_cast<std::uint64_t>(options.confine_open_files.value),
                    .file_size = static_cast<std::uint64_t>(options.confine_file_size.value)};
    const struct {
        const Expandable& option;
        std::vector<std::string>& into;
    } kLists[] = {{options.confine_read, out.read}, {options.confine_write, out.write}};
    for (const auto& list : kLists) {
        if (!list.option) continue;
        const Expansion value = context.expander.expand(list.option, context.scope);
        if (!value || value->tainted) {
            const std::string why = value ? "it holds text from outside" : value.error().message;
            return tl::unexpected(
                Outcome{.verdict = Verdict::defer,
                        .code = 0,
                        .message = wording::string_not_expanded(list.option.source, context.instance.name, why)});
        }
        for (std::string& path : split_list(value->bytes))
            if (!path.empty()) list.into.push_back(std::move(path));
    }
    return out;
}

}  // namespace postern
