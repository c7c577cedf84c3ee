// SPDX-License-Identifier: Apache-2.0
#include "mail/references.h"

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kLongestLine = 998;

bool is_atom_char(char c) {
    return is_graph(c) && std::string_view("()<>@,;:\\\"[]").find(c) == std::string_view::npos;
}

// Reads from the front of a text; each step says whether it found what it wanted.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    // White space and comments, nested as they like. False: a comment is not closed.
    bool skip_blanks() {
        std::size_t depth = 0;
        for (; !rest_.empty(); rest_.remove_prefix(1)) {
            const char c = rest_.front();
            if (c == '(') {
                ++depth;
            } else if (c == ')' && depth > 0) {
                --depth;
            } else if (c == '\\' && depth > 0 && rest_.size() > 1) {
                rest_.remove_prefix(1);
            } else if (depth == 0 && !is_space(c)) {
                return true;
            }
        }
        return depth == 0;
    }

    // "<" local part "@" domain ">"; the text of it, or nullopt.
    std::optional<std::string> id() {
        const std::string_view start = rest_;
        if (!take('<') || !(quoted() || atoms()) || !take('@')) return std::nullopt;
        if (!atoms() || !take('>')) return std::nullopt;  // Exim takes no domain literals here
        return std::string(start.substr(0, start.size() - rest_.size()));
    }

private:
    bool take(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool atoms() {
        std::size_t length = 0;
        while (length < rest_.size() && is_atom_char(rest_[length])) ++length;
        rest_.remove_prefix(length);
        return length > 0;
    }
    bool quoted() {
        if (!rest_.starts_with('"')) return false;
        for (std::size_t i = 1; i < rest_.size() && is_print(rest_[i]); ++i) {
            if (rest_[i] == '\\') {
                if (++i == rest_.size() || !is_print(rest_[i])) return false;
            } else if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return true;
            }
        }
        return false;
    }

    std::string_view rest_;
};

const HeaderLine* first_that_starts(const HeaderList& headers, std::string_view start) {
    for (const HeaderLine& line : headers)
        if (line.type != HeaderType::removed && istarts_with(line.text, start)) return &line;
    return nullptr;
}

}  // namespace

std::optional<std::string> message_id_of(const HeaderList& headers) {
    for (const HeaderLine& line : headers) {
        if (line.type != HeaderType::message_id) continue;
        const std::string_view value = header_value(line.text);
        const std::size_t open = value.find('<');
        if (open == std::string_view::npos) return std::nullopt;
        std::size_t end = open + 1;
        while (end < value.size() && is_graph(value[end]) && value[end] != '<' && value[end] != '>') ++end;
        const bool good = end < value.size() && value[end] == '>' && end > open + 1 && end - open < kLongestMessageId;
        return good ? std::optional(std::string(value.substr(open, end + 1 - open))) : std::nullopt;
    }
    return std::nullopt;
}

std::vector<std::string> reference_ids(std::string_view value) {
    std::vector<std::string> ids;
    Reader reader(value);
    while (reader.skip_blanks()) {
        std::optional<std::string> id = reader.id();
        if (!id) break;
        if (id->size() <= kLongestMessageId) ids.push_back(*std::move(id));
        if (ids.size() > kMostReferences) ids.erase(ids.begin() + 1);
    }
    return ids;
}

std::string references_line(const HeaderList& headers) {
    const HeaderLine* source = first_that_starts(headers, "References:");
    if (source == nullptr) source = first_that_starts(headers, "In-Reply-To:");
    std::vector<std::string> ids;
    if (source != nullptr) ids = reference_ids(header_value(source->text));
    if (auto own = message_id_of(headers)) ids.push_back(*std::move(own));
    if (ids.empty()) return {};
    std::string out = "References:";
    std::size_t line = out.size();
    for (const std::string& id : ids) {
        if (line + 1 + id.size() > kLongestLine) {
            out += '\n';
            line = 0;
        }
        out += ' ' + id;
        line += 1 + id.size();
    }
    return out + '\n';
}

}  // namespace postern
