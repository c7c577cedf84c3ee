// SPDX-License-Identifier: Apache-2.0
#include "lookup/file_checks.h"

#include <fcntl.h>

#include "wording/expansion.h"

namespace postern {

tl::expected<TextFile, LookupFailure> open_for_search(Os& os, const std::string& file, std::string_view type) {
    const auto failed = [&](std::string text) {
        return tl::unexpected(LookupFailure{LookupFailure::Kind::open, std::move(text)});
    };
    // Not blocking: somebody may have put a FIFO there.
    auto fd = os.open(AtPath(file), O_RDONLY | O_NONBLOCK);
    if (!fd) return failed(wording::lookup_open(file, "for linear search", fd.error().code));
    const auto stat = os.stat(fd->get());
    if (!stat) return failed(wording::lookup_stat(file, stat.error().code));
    if (stat->kind != FileKind::regular) return failed(wording::not_a_regular_lookup_file(file, type));
    return TextFile(os, *std::move(fd), stat->size);
}

}  // namespace postern
