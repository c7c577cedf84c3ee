// SPDX-License-Identifier: Apache-2.0
// Writing a -H file, and reading its parts in order. The "-name value" lines are in variable_lines.cc.
#include "spool/header_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "spool/done_tree.h"
#include "spool/recipient_line.h"
#include "spool/variable_lines.h"

namespace postern {
namespace {

constexpr std::size_t kLoginMax = 63;

std::string one_line(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
}

// Reads lines; a line that is not ended by a newline is not a line.
class LineReader {
public:
    explicit LineReader(std::string_view text) : rest_(text) {}

    bool next(std::string_view& line) {
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) return false;
        line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return true;
    }
    bool bytes(std::size_t count, std::string_view& into) {
        if (count > rest_.size()) return false;
        into = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return true;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

class Reader {
public:
    explicit Reader(std::string_view text) : lines_(text) {}

    tl::expected<Message, HeaderFileError> run() {
        const char* problem = identity();
        if (problem == nullptr) problem = variables_and_tree();
        if (problem == nullptr) problem = recipients();
        if (problem != nullptr) return tl::unexpected(HeaderFileError{true, problem, {}, 0});
        problem = headers();
        if (problem != nullptr)
            return tl::unexpected(HeaderFileError{false, problem, std::move(message_), claimed_size_});
        return std::move(message_);
    }

private:
    // Each part gives nullptr, or what is wrong with it.
    const char* identity() {
        std::string_view line;
        if (!lines_.next(line) || !line.ends_with("-H")) return "first line is not <id>-H";
        message_.id = line.substr(0, line.size() - 2);
        if (!lines_.next(line) || !owner(line)) return "second line is not <login> <uid> <gid>";
        if (!lines_.next(line) || line.size() < 2 || line.front() != '<' || line.back() != '>')
            return "third line is not <sender>";
        message_.sender = line.substr(1, line.size() - 2);
        if (!lines_.next(line)) return "fourth line is missing";
        const std::size_t blank = line.find(' ');
        const auto time = parse_int(line.substr(0, blank));
        const auto warnings = blank == std::string_view::npos ? std::nullopt : parse_int(line.substr(blank + 1));
        if (!time || !warnings) return "fourth line is not <time> <warnings>";
        message_.received.seconds = *time;
        message_.warning_count = static_cast<int>(*warnings);
        return nullptr;
    }

    bool owner(std::string_view line) {  // the login may contain blanks
        const std::size_t gid_at = line.rfind(' ');
        if (gid_at == std::string_view::npos || gid_at == 0) return false;
        const std::size_t uid_at = line.rfind(' ', gid_at - 1);
        if (uid_at == std::string_view::npos) return false;
        const auto uid = parse_int(line.substr(uid_at + 1, gid_at - uid_at - 1));
        const auto gid = parse_int(line.substr(gid_at + 1));
        if (!uid || !gid) return false;
        message_.login = line.substr(0, uid_at);
        message_.uid = *uid;
        message_.gid = *gid;
        return true;
    }

    const char* variables_and_tree() {
        std::string_view line;
        DoneTreeReader tree;
        while (!tree.complete()) {
            if (!lines_.next(line)) return "ends before the recipients";
            if (line.starts_with('-')) {
                const char* problem = variable(line);
                if (problem != nullptr) return problem;
            } else if (!tree.add(line)) {
                return "non-recipient expected";
            }
        }
        for (const std::string& address : tree.insertion_order()) message_.mark_done(address);
        return nullptr;
    }

    const char* variable(std::string_view line) {
        VariableLine parsed(line);
        if (!parsed.has_data()) {
            parsed.store_into(message_);
            return nullptr;
        }
        std::string_view data, end;
        if (!lines_.bytes(parsed.data_size(), data) || !lines_.bytes(1, end) || end != "\n")
            return "variable data is cut off";
        parsed.store_data_into(message_, data);
        return nullptr;
    }

    const char* recipients() {
        std::string_view line;
        if (!lines_.next(line)) return "recipient count is missing";
        const auto count = parse_uint(line);
        if (!count) return "recipient count is not a number";
        if (*count > kSpoolRecipientsMax) return "too many recipients";
        message_.recipients.reserve(*count);
        for (std::uint64_t i = 0; i < *count; ++i) {
            if (!lines_.next(line)) return "recipients are missing";
            message_.recipients.push_back(parse_recipient_line(line));
        }
        return nullptr;
    }

    const char* headers() {
        std::string_view line;
        if (!lines_.next(line) || !line.empty()) return "no empty line after the recipients";
        while (!lines_.at_end()) {
            if (const char* problem = header()) return problem;
        }
        return nullptr;
    }

    const char* header() {
        const std::string_view rest = lines_.rest();
        std::size_t digits = 0;
        while (digits < rest.size() && is_digit(rest[digits])) ++digits;
        const auto size = parse_uint(rest.substr(0, digits));
        const bool removed = digits < rest.size() && rest[digits] == static_cast<char>(HeaderType::removed);
        claimed_size_ = size && !removed ? static_cast<std::int64_t>(std::min(*size, kMostClaimed)) : 0;
        std::string_view prefix, text;
        if (!size || !lines_.bytes(digits + 2, prefix) || prefix.back() != ' ') return "header length expected";
        if (!lines_.bytes(*size, text)) return "header is cut off";
        if (text.empty() || text.back() != '\n') return "header length is wrong";
        if (text.find('\0') != std::string_view::npos) return "NUL in a header";
        message_.headers.push_back({static_cast<HeaderType>(prefix[digits]), std::string(text)});
        return nullptr;
    }

    static constexpr std::uint64_t kMostClaimed = INT32_MAX;  // for a sum that cannot overflow

    LineReader lines_;
    Message message_;
    std::int64_t claimed_size_ = 0;  // of the header line in hand, if it counts
};

}  // namespace

std::string format_header_file(const Message& message) {
    std::string out;
    std::size_t size = 2048;
    for (const HeaderLine& line : message.headers) size += line.text.size() + 8;
    out.reserve(size + 64 * (message.recipients.size() + message.non_recipients.size()));

    fmt::format_to(std::back_inserter(out), "{}-H\n{} {} {}\n<{}>\n{} {}\n", message.id,
                   one_line(message.login).substr(0, kLoginMax), message.uid, message.gid, one_line(message.sender),
                   message.received.seconds, message.warning_count);
    append_variable_lines(out, message);
    out += format_done_tree(message.non_recipient_order);
    fmt::format_to(std::back_inserter(out), "{}\n", message.recipients.size());
    for (const Recipient& recipient : message.recipients) {
        out += format_recipient_line(recipient);
        out += '\n';
    }
    out += '\n';
    for (const HeaderLine& line : message.headers) {
        fmt::format_to(std::back_inserter(out), "{:03}{} ", line.text.size(), static_cast<char>(line.type));
        out += line.text;
    }
    return out;
}

tl::expected<Message, HeaderFileError> parse_header_file(std::string_view text) { return Reader(text).run(); }

}  // namespace postern
