// SPDX-License-Identifier: Apache-2.0
#include "protocol/reply.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kDigits = 3;

// The code of a line of the right form.
std::optional<int> code_of(std::string_view line) {
    if (line.size() < kDigits || !std::ranges::all_of(line.substr(0, kDigits), is_digit)) return std::nullopt;
    if (line.size() > kDigits && line[kDigits] != ' ' && line[kDigits] != '-') return std::nullopt;
    if (contains(line, std::string_view("\0", 1))) return std::nullopt;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

// "x.y.z" at the start of `text`: how long it is, or 0.
std::size_t enhanced_length(std::string_view text) {
    std::size_t at = 0;
    for (int part = 0; part < 3; ++part) {
        if (part > 0 && (at >= text.size() || text[at++] != '.')) return 0;
        const std::size_t start = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        if (at == start || at - start > 3) return 0;
    }
    return at == text.size() || text[at] == ' ' ? at : 0;
}

}  // namespace

std::string_view Reply::enhanced_code() const {
    const std::string_view all = text;
    const std::size_t last = all.rfind('\n') == std::string_view::npos ? 0 : all.rfind('\n') + 1;
    if (all.size() < last + kDigits + 1) return {};
    const std::string_view rest = all.substr(last + kDigits + 1);
    if (rest.empty() || rest[0] != all[last]) return {};
    return rest.substr(0, enhanced_length(rest));
}

void ReplyParser::feed(std::string_view bytes) {
    if (complete_ || malformed_) {  // not looked at before somebody takes what is there
        if (!malformed_) input_ += bytes;
        return;
    }
    while (!bytes.empty() && !complete_ && !malformed_) {
        const std::size_t end = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, end);
        line_ += piece.substr(0, kLongestLine - std::min(kLongestLine, line_.size()));
        if (end == std::string_view::npos) return;
        bytes.remove_prefix(end + 1);
        take_line();
    }
    if (!malformed_) input_ = bytes;
}

void ReplyParser::take_line() {
    const std::string_view line = trim_right(line_);
    const std::optional<int> code = code_of(line);
    malformed_ = !code || (!reply_.text.empty() && *code != reply_.code);
    if (reply_.text.size() + line.size() < kLongestText || malformed_) {
        if (!reply_.text.empty()) reply_.text += '\n';
        reply_.text += line;
    }
    if (!malformed_) {
        reply_.code = *code;
        complete_ = line.size() == kDigits || line[kDigits] == ' ';
    }
    line_.clear();
}

std::optional<Reply> ReplyParser::next() {
    if (!complete_) return std::nullopt;
    Reply reply = std::move(reply_);
    reply_ = {};
    complete_ = false;
    const std::string rest = std::exchange(input_, {});
    feed(rest);
    return reply;
}

}  // namespace postern
