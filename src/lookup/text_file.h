// SPDX-License-Identifier: Apache-2.0
// lookup/text_file.h – line by line through a file that may be large. Small files are read once and kept; larger ones
// pass through a block at a time, on each reading anew. Nothing is ever as long as the whole of a large file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sys/os.h"

namespace postern {

class TextFile {
public:
    TextFile(Os& os, UniqueFd fd, std::int64_t size) : os_(os), fd_(std::move(fd)), size_(size) {}

private:
    friend class TextFileLines;
    Os& os_;
    UniqueFd fd_;
    std::int64_t size_;
    std::optional<std::string> content_;  // of a small file, after its first reading
};

class TextFileLines {
public:
    explicit TextFileLines(TextFile& file);
    // The next line without its newline; valid until the next call. False at the end and on an error.
    [[nodiscard]] bool next(std::string_view& line);
    void back_up() { repeat_ = true; }  // the next next() gives the same line again
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    bool load_more();

    TextFile& file_;
    std::string block_;
    std::string_view window_;  // what is loaded and not yet given out
    std::string_view line_;
    std::int64_t offset_ = 0;
    bool all_loaded_ = false, repeat_ = false;
    std::optional<Error> error_;
};

}  // namespace postern
