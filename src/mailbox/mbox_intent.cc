// SPDX-License-Identifier: Apache-2.0
#include "mailbox/mbox_intent.h"

#include <algorithm>
#include <cerrno>

#include "base/words.h"

namespace postern {
namespace {

constexpr std::string_view kFormat = "mbox";
constexpr std::size_t kBlock = 64 * 1024;

std::optional<MboxIntent> parse(std::string_view text) {
    std::string word;
    MboxIntent out;
    MessageShape& shape = out.shape;
    std::uint64_t reported = 0;
    const bool good = !text.ends_with(' ') && take_word(text, word) && word == kFormat && take_word(text, out.path) &&
                      take_number(text, out.inode) && take_number(text, out.offset) && take_word(text, out.lead) &&
                      take_number(text, shape.size) && take_number(text, shape.sum) &&
                      take_number(text, shape.lasting_size) && take_number(text, shape.lasting_sum) &&
                      take_number(text, reported) && take_number(text, shape.own_from) && take_word(text, shape.head) &&
                      text.empty();
    constexpr std::uint64_t kMost = INT64_MAX / 4;
    if (!good || std::max(out.offset, shape.size) > kMost || shape.head.size() > shape.size) return std::nullopt;
    shape.reported = static_cast<std::int64_t>(reported);
    return out;
}

// The record was made when the file ended before the end of the earlier message: that message was not there.
bool denies(const MboxIntent& later, const MboxIntent& earlier) {
    return later.inode == earlier.inode && later.offset < earlier.end();
}

bool is_denied(const std::vector<MboxIntent>& intents, std::size_t at) {
    return std::any_of(intents.begin() + static_cast<std::ptrdiff_t>(at) + 1, intents.end(),
                       [&](const MboxIntent& later) { return denies(later, intents[at]); });
}

bool same_lasting(const MboxIntent& a, const MboxIntent& b) {
    return a.shape.lasting_size == b.shape.lasting_size && a.shape.lasting_sum == b.shape.lasting_sum;
}

}  // namespace

std::string mbox_intent_text(const MboxIntent& intent) {
    std::string text;
    append_word(text, kFormat);
    append_word(text, intent.path);
    append_number(text, intent.inode);
    append_number(text, intent.offset);
    append_word(text, intent.lead);
    const MessageShape& shape = intent.shape;
    for (const std::uint64_t number : {shape.size, shape.sum, shape.lasting_size, shape.lasting_sum,
                                       static_cast<std::uint64_t>(shape.reported), shape.own_from})
        append_number(text, number);
    append_word(text, shape.head);
    return text;
}

std::vector<MboxIntent> earlier_mbox_intents(const std::vector<EarlierIntent>& earlier, std::string_view path) {
    std::vector<MboxIntent> out;
    for (const EarlierIntent& intent : earlier) {
        auto parsed = parse(intent.text);
        if (!parsed || parsed->path != path) continue;
        parsed->ours = intent.ours;
        out.push_back(*std::move(parsed));
    }
    return out;
}

// What the file holds from `at` on, at most up to `end` and at most a block of it; empty at the file's end.
Result<std::string_view> MboxFinder::block(std::string& buffer, std::uint64_t at, std::uint64_t end) const {
    buffer.resize(at < end ? std::min<std::uint64_t>(kBlock, end - at) : 0);
    while (!buffer.empty()) {
        const auto got = os_.pread(fd_, buffer, static_cast<std::int64_t>(at));
        if (!got && got.error().code == EINTR) continue;
        if (!got) return Unexpected(got.error());
        return std::string_view(buffer).substr(0, *got);
    }
    return std::string_view();
}

Result<bool> MboxFinder::is_in_place(const MboxIntent& intent) const {
    if (!is_file_of(intent) || size() < intent.end()) return false;
    Checksum sum;
    std::string buffer;
    for (std::uint64_t at = intent.begin(); at < intent.end();) {
        POSTERN_TRY_ASSIGN(const std::string_view bytes, block(buffer, at, intent.end()));
        if (bytes.empty()) return false;
        sum.add(bytes);
        at += bytes.size();
    }
    return sum.value() == intent.shape.sum;
}

// Is there at `at` what a reader may have made of the message?
Result<bool> MboxFinder::is_like(const MboxIntent& intent, std::uint64_t at) const {
    LastingSum sum(intent.shape.lasting_size);
    std::string buffer;
    while (!sum.full()) {
        POSTERN_TRY_ASSIGN(const std::string_view bytes, block(buffer, at, size()));
        if (bytes.empty()) return false;
        sum.add(bytes);
        at += bytes.size();
    }
    return sum.value() == intent.shape.lasting_sum;
}

// How many messages in the file are like it. They begin at the start of a line, with the same line.
Result<std::uint64_t> MboxFinder::copies(const MboxIntent& intent) const {
    const std::string& head = intent.shape.head;
    const std::string first_line =
        head.substr(0, head.find('\n') == std::string::npos ? head.size() : head.find('\n') + 1);
    if (first_line.empty()) return 0;
    std::uint64_t found = 0;
    std::string buffer, text = "\n";  // what is before the file ends a line
    std::uint64_t at = 0;             // in the file, where the next block is
    for (;;) {
        POSTERN_TRY_ASSIGN(const std::string_view bytes, block(buffer, at, size()));
        if (bytes.empty()) return found;
        text += bytes;
        at += bytes.size();
        const std::uint64_t start = at - text.size();  // wraps around at the very beginning, and back below
        for (std::size_t i = text.find(first_line); i != std::string::npos; i = text.find(first_line, i + 1)) {
            if (i == 0 || text[i - 1] != '\n') continue;
            POSTERN_TRY_ASSIGN(const bool like, is_like(intent, start + i));
            found += like ? 1 : 0;
        }
        // A match may still begin in the last bytes, behind the one before them.
        if (text.size() > first_line.size()) text.erase(0, text.size() - first_line.size());
    }
}

Result<const MboxIntent*> MboxFinder::whole(const std::vector<MboxIntent>& intents) const {
    for (std::size_t i = intents.size(); i-- > 0;) {
        if (!intents[i].ours || is_denied(intents, i)) continue;
        POSTERN_TRY_ASSIGN(const bool in_place, is_in_place(intents[i]));
        if (in_place) return &intents[i];
    }
    for (const MboxIntent& intent : intents) {
        if (!intent.ours) continue;
        // Copies that may be those of other addresses are theirs.
        const auto others = static_cast<std::uint64_t>(std::ranges::count_if(
            intents, [&](const MboxIntent& other) { return !other.ours && same_lasting(other, intent); }));
        POSTERN_TRY_ASSIGN(const std::uint64_t there, copies(intent));
        if (there > others) return &intent;
    }
    return nullptr;
}

// Behind the old end of the file there is nothing but the beginning of this message, where zeros stand for blocks that
// did not reach the disk. Somebody else's message would begin otherwise: it has not our id, and mail has no zeros. What
// a reader has only made shorter is whole.
Result<bool> MboxFinder::is_torn_piece(const MboxIntent& intent) const {
    if (!is_file_of(intent) || size() <= intent.offset || size() > intent.end()) return false;
    POSTERN_TRY_ASSIGN(const bool like, is_like(intent, intent.begin()));
    if (like) return false;
    const std::uint64_t piece = size() - intent.offset;
    const std::string ours = intent.lead + intent.shape.head;
    std::string buffer;
    POSTERN_TRY_ASSIGN(std::string_view there, block(buffer, intent.offset, size()));
    there = there.substr(0, ours.size());
    bool zeros = piece <= intent.lead.size();
    for (std::size_t i = 0; i < there.size(); ++i) {
        if (there[i] == ours[i]) continue;
        if (there[i] != '\0') return false;
        zeros = true;
    }
    const std::uint64_t own_from = intent.shape.own_from;
    if (zeros || (own_from != 0 && piece - intent.lead.size() >= own_from)) return true;
    // A short message of somebody else could be the same so far only if it were complete.
    return piece < ours.size() && there.find("\n\n", intent.lead.size()) == std::string_view::npos;
}

Result<std::optional<std::int64_t>> MboxFinder::torn(const std::vector<MboxIntent>& intents) const {
    for (std::size_t i = intents.size(); i-- > 0;) {
        if (!intents[i].ours || is_denied(intents, i)) continue;
        POSTERN_TRY_ASSIGN(const bool piece, is_torn_piece(intents[i]));
        if (piece) return static_cast<std::int64_t>(intents[i].offset);
    }
    return std::nullopt;
}

}  // namespace postern
