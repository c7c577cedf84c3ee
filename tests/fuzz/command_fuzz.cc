// SPDX-License-Identifier: Apache-2.0
// Command lines of pipe, lmtp and transport_filter: whatever is split, each word is a piece of the text or the value of
// an escape, and what is not quoted comes through unchanged.
#include <cstdlib>
#include <string>

#include "expand/command_line.h"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool plain(char c) { return c != '\'' && c != '"' && c != '\\'; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto words = postern::split_command(text);
    std::size_t total = 0;
    for (const std::string& word : words) total += word.size();
    require(total <= text.size());
    require(words.size() <= text.size());
    // Without quotes it is splitting at white space, so that splitting what was joined gives the same.
    bool simple = true;
    for (const char c : text) simple = simple && plain(c);
    if (!simple) return 0;
    std::string joined;
    for (const std::string& word : words) joined += " " + word;
    require(postern::split_command(joined) == words);
    return 0;
}
