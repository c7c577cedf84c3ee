// SPDX-License-Identifier: Apache-2.0
#include "config/line_reader.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::size_t kDeepestConditional = 10;
constexpr std::size_t kDeepestInclude =
    256;  // a file that includes itself ends here, as it does for lack of descriptors

void trim_end(std::string& text) { text.resize(trim_right(text).size()); }

}  // namespace

void LineReader::start(std::string name, std::string text) {
    stack_.push_back({std::move(name), std::move(text)});
    place_ = {stack_.back().name, 0};
    if (flattened != nullptr) flattened->push_back(fmt::format("# 1 \"{}\"", place_.file));
}

void LineReader::mark() {
    if (flattened != nullptr) flattened->push_back(fmt::format("# {} \"{}\"", place_.line, place_.file));
}

LineReader::Physical LineReader::fail(std::string message) {
    error_ = std::move(message);
    return Physical::error;
}

LineReader::Got LineReader::next() {
    line_.clear();
    while (true) {
        const std::size_t start = line_.size();
        if (!read_physical()) {
            if (!line_.empty()) return Got::line;  // the file ends inside a continued line
            if (conditionals_.empty() || end_reported_) return Got::end;
            end_reported_ = true;
            error_ = wording::endif_missing();
            return Got::error;
        }
        const Physical kind = treat_physical(start);
        if (kind != Physical::text) {
            line_.resize(start);
            if (kind == Physical::error) return Got::error;
            continue;
        }
        trim_end(line_);
        if (line_.ends_with('\\')) {
            line_.pop_back();
            continue;
        }
        if (line_.empty()) continue;
        if (flattened != nullptr) flattened->push_back(line_);
        return Got::line;
    }
}

// Appends the next physical line, without leading white space and newline, to line_. False: all files are at their end.
bool LineReader::read_physical() {
    while (!stack_.empty()) {
        File& file = stack_.back();
        if (file.at < file.text.size()) {
            const std::string_view rest = std::string_view(file.text).substr(file.at);
            const auto newline = rest.find('\n');
            line_ += trim_left(rest.substr(0, newline));
            file.at = newline == std::string_view::npos ? file.text.size() : file.at + newline + 1;
            place_.line = ++file.line;
            return true;
        }
        if (stack_.size() == 1) return false;  // the outermost stays: errors at the end still have a place
        stack_.pop_back();
        place_ = {stack_.back().name, stack_.back().line};
        mark();
    }
    return false;
}

LineReader::Physical LineReader::treat_physical(std::size_t start) {
    const bool macro_found = macros_.replace(line_, start, start == 0);
    // The replacement may have brought white space to the front.
    const std::string_view text = trim_left(std::string_view(line_).substr(start));
    if (text.starts_with('#')) return Physical::dropped;
    const auto first = static_cast<std::size_t>(text.data() - line_.data());
    Physical result = Physical::text;
    if (text.starts_with('.') && is_conditional(first, macro_found, result)) return result;
    if (use_ != Use::take) return Physical::dropped;
    if (text.starts_with('.') && is_include(first, result)) return result;
    if (start == 0) line_.erase(0, first);
    return Physical::text;
}

// .ifdef and its family. "True" is: some macro was replaced in the line.
bool LineReader::is_conditional(std::size_t start, bool macro_found, Physical& result) {
    const std::string_view text = std::string_view(line_).substr(start);
    constexpr std::string_view kNames[] = {".elifndef", ".elifdef", ".ifndef", ".ifdef", ".else", ".endif"};
    std::string_view name;
    for (const auto candidate : kNames)
        if (text.starts_with(candidate)) {
            name = candidate;
            break;
        }
    if (name.empty()) return false;
    result = Physical::dropped;
    // Observed on exim 4.96: ".ifdefX" and ".ifdef<TAB>X" are neither a directive nor text; the line just vanishes.
    if (text.size() > name.size() && text[name.size()] != ' ' && text[name.size()] != '\r') return true;

    if (name == ".ifdef" || name == ".ifndef") {
        if (conditionals_.size() >= kDeepestConditional) {
            result = fail(wording::nested_too_deeply(name));
            return true;
        }
        conditionals_.push_back(use_);
        if (use_ != Use::take)
            use_ = Use::skip_to_end;
        else
            use_ = macro_found == (name == ".ifdef") ? Use::take : Use::skip;
        return true;
    }
    if (conditionals_.empty()) {
        result = fail(wording::without_ifdef(name));
        return true;
    }
    if (name == ".endif") {
        use_ = conditionals_.back();
        conditionals_.pop_back();
    } else if (use_ != Use::skip) {
        use_ = Use::skip_to_end;  // a branch was taken already
    } else if (name == ".else" || macro_found == (name == ".elifdef")) {
        use_ = Use::take;
    }
    return true;
}

bool LineReader::is_include(std::size_t start, Physical& result) {
    std::string_view text = std::string_view(line_).substr(start);
    constexpr std::string_view kInclude = ".include", kIfExists = "_if_exists";
    if (!text.starts_with(kInclude)) return false;
    text.remove_prefix(kInclude.size());
    const bool if_exists = text.starts_with(kIfExists);
    if (if_exists) text.remove_prefix(kIfExists.size());
    if (!text.empty() && !is_space(text[0])) return false;
    text = trim(text);
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
    result = include(std::string(text), if_exists);
    return true;
}

LineReader::Physical LineReader::include(std::string path, bool if_exists) {
    if (!path.starts_with('/')) {
        if (if_exists) return fail(wording::include_not_absolute(path));
        const std::string& current = stack_.back().name;
        path = current.substr(0, current.rfind('/') + 1) + path;
    }
    if (if_exists && !files_.exists(path)) return Physical::dropped;
    if (stack_.size() >= kDeepestInclude) return fail(wording::cannot_open_include(path));
    auto text = files_.read(path);
    if (!text) return fail(wording::cannot_open_include(path));
    mark();
    stack_.push_back({std::move(path), *std::move(text)});
    place_ = {stack_.back().name, 0};
    if (flattened != nullptr) flattened->push_back(fmt::format("# 1 \"{}\"", place_.file));
    return Physical::dropped;
}

}  // namespace postern
