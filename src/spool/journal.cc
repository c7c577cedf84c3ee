// SPDX-License-Identifier: Apache-2.0
#include "spool/journal.h"

namespace postern {

std::size_t journal_complete_size(std::string_view text) {
    const std::size_t last = text.rfind('\n');
    return last == std::string_view::npos ? 0 : last + 1;
}

std::size_t replay_journal(std::string_view text, Message& message) {
    std::size_t count = 0;
    text = text.substr(0, journal_complete_size(text));
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.empty() || line.find('\0') != std::string_view::npos) continue;
        message.mark_done(std::string(line));
        ++count;
    }
    return count;
}

}  // namespace postern
