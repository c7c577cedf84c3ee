// SPDX-License-Identifier: Apache-2.0
#include "mailbox/publication.h"

#include <algorithm>
#include <optional>

#include "base/words.h"

namespace postern {
namespace {

std::optional<Publication> parse(std::string_view text, std::string_view format) {
    std::string word;
    Publication out;
    std::uint64_t size = 0;
    const bool good = !text.ends_with(' ') && take_word(text, word) && word == format && take_word(text, out.path) &&
                      take_word(text, out.temporary) && take_word(text, out.final_name) &&
                      take_number(text, out.inode) && take_number(text, size) && text.empty();
    if (!good) return std::nullopt;
    out.size = static_cast<std::int64_t>(size);
    return out;
}

}  // namespace

std::string publication_text(std::string_view format, const Publication& publication) {
    std::string text;
    for (const std::string_view word :
         {format, std::string_view(publication.path), std::string_view(publication.temporary),
          std::string_view(publication.final_name)})
        append_word(text, word);
    append_number(text, publication.inode);
    append_number(text, static_cast<std::uint64_t>(publication.size));
    return text;
}

std::vector<Publication> earlier_publications(const std::vector<EarlierIntent>& earlier, std::string_view format,
                                              std::string_view path) {
    std::vector<Publication> out;
    std::vector<std::string> names;
    for (auto intent = earlier.rbegin(); intent != earlier.rend(); ++intent) {
        auto publication = parse(intent->text, format);
        if (!publication || publication->path != path) continue;
        if (std::ranges::find(names, publication->final_name) != names.end()) continue;
        names.push_back(publication->final_name);
        if (intent->ours) out.push_back(*std::move(publication));
    }
    return out;
}

void remove_leftover(Os& os, const AtPath& temporary, const Publication& publication) {
    const auto found = os.stat(temporary, Follow::no);
    if (found && found->inode == publication.inode) (void)os.unlink(temporary);
}

}  // namespace postern
