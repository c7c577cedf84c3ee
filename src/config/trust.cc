// SPDX-License-Identifier: Apache-2.0
#include "config/trust.h"

#include <algorithm>

#include "base/strings.h"

namespace postern {

bool safe_to_obey(const FileStat& file, uid_t owner) {
    if (file.uid != 0 && file.uid != owner) return false;
    if (file.gid != 0 && (file.permissions & S_IWGRP) != 0) return false;
    return (file.permissions & S_IWOTH) == 0;
}

namespace {

template <class T>
bool holds(const std::vector<T>& values, const T& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

bool trusted_files(const TrustQuestion& q) {
    if (q.files.empty() || q.files == q.default_files || q.real_uid == 0) return true;
    return q.real_uid == q.exim_uid && !q.trusted_files.empty() &&
           std::all_of(q.files.begin(), q.files.end(),
                       [&](const std::string& file) { return holds(q.trusted_files, file); });
}

// Values that cannot carry expansion items, separators or paths out of a directory's naming.
bool harmless_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return is_alnum(c) || std::string_view("_/.-").find(c) != std::string_view::npos;
    });
}

bool trusted_macros(const TrustQuestion& q) {
    if (q.macros.empty()) return true;
    if (q.real_uid != 0 && q.real_uid != q.exim_uid) return false;
    return std::all_of(q.macros.begin(), q.macros.end(), [&](const auto& macro) {
        return holds(q.macro_whitelist, macro.first) && harmless_value(macro.second);
    });
}

}  // namespace

TrustAnswer judge_trust(const TrustQuestion& question) {
    TrustAnswer answer;
    answer.configuration = trusted_files(question);
    answer.macros = trusted_macros(question);
    const bool untrusted = (!answer.configuration || !answer.macros) && question.real_uid != 0;
    answer.give_up_privilege = untrusted || question.test_mode;
    if (untrusted && !question.test_mode && question.real_uid == question.exim_uid)
        answer.lost_by = answer.configuration ? "-D" : "-C";
    return answer;
}

std::vector<std::string> parse_trusted_list(std::string_view text) {
    constexpr std::size_t kMostFiles = 32;
    std::vector<std::string> files;
    while (!text.empty() && files.size() < kMostFiles) {
        const auto newline = text.find('\n');
        const std::string_view line = trim_right(text.substr(0, newline));
        if (line.starts_with('/')) files.emplace_back(line);
        text = newline == std::string_view::npos ? std::string_view() : text.substr(newline + 1);
    }
    return files;
}

}  // namespace postern
