// SPDX-License-Identifier: Apache-2.0
#include "lookup/text_file.h"

#include <cerrno>

namespace postern {
namespace {

constexpr std::int64_t kKeepBelow = 1 << 20;
constexpr std::size_t kBlock = 64 << 10;

}  // namespace

TextFileLines::TextFileLines(TextFile& file) : file_(file) {
    if (!file_.content_ && file_.size_ < kKeepBelow) {
        std::string content;
        while (content.size() < static_cast<std::size_t>(kKeepBelow)) {
            const std::size_t have = content.size();
            content.resize(have + kBlock);
            const auto count =
                file_.os_.pread(file_.fd_.get(), std::span(content).subspan(have), static_cast<std::int64_t>(have));
            content.resize(have + count.value_or(0));
            if (!count && count.error().code == EINTR) continue;
            if (!count) error_ = count.error();
            if (!count || *count == 0) break;
        }
        if (error_) return;
        file_.content_ = std::move(content);
    }
    if (!file_.content_) return;
    window_ = *file_.content_;
    all_loaded_ = true;
}

bool TextFileLines::load_more() {
    // line_ may still look into the block, but only until the next next(), which is where we are.
    std::string rest(window_);
    const std::size_t have = rest.size();
    rest.resize(have + kBlock);
    auto count = file_.os_.pread(file_.fd_.get(), std::span(rest).subspan(have), offset_);
    while (!count && count.error().code == EINTR)
        count = file_.os_.pread(file_.fd_.get(), std::span(rest).subspan(have), offset_);
    if (!count) {
        error_ = count.error();
        return false;
    }
    rest.resize(have + *count);
    offset_ += static_cast<std::int64_t>(*count);
    all_loaded_ = *count == 0;
    block_ = std::move(rest);
    window_ = block_;
    return true;
}

bool TextFileLines::next(std::string_view& line) {
    if (repeat_) {
        repeat_ = false;
        line = line_;
        return true;
    }
    if (error_) return false;
    std::size_t newline = window_.find('\n');
    while (newline == std::string_view::npos && !all_loaded_) {
        if (!load_more()) return false;
        newline = window_.find('\n');
    }
    if (newline == std::string_view::npos && window_.empty()) return false;
    line_ = window_.substr(0, newline);
    window_.remove_prefix(newline == std::string_view::npos ? window_.size() : newline + 1);
    line = line_;
    return true;
}

}  // namespace postern
