// SPDX-License-Identifier: Apache-2.0
// support/directory_input.h – a directory of FakeOs out of the bytes of a fuzz target: one entry after the other, each
// ended by a NUL (or the end) and of the form "KIND AGE BLANK PATH NEWLINE CONTENT".
//
// KIND: f file, u file that its owner may not read, d directory, x directory that its owner may not enter, l symbolic
// link to CONTENT, h second name of the file CONTENT, p FIFO; AGE: a digit, in steps of 9 hours. Missing parents are
// made. What cannot be made is left out, the rest stays.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

#include "support/fake_os.h"

namespace postern {

class DirectoryInput {
public:
    // All of it belongs to `uid` and `gid`; the process must be root.
    DirectoryInput(FakeOs& os, FakeClock& clock, std::string top, uid_t uid, gid_t gid)
        : os_(os), now_(clock.now()), top_(std::move(top)), uid_(uid), gid_(gid) {
        os_.put_directory(top_, 0700, uid_, gid_);
    }

    void make(std::string_view input) {
        while (!input.empty()) {
            const std::size_t end = std::min(input.find('\0'), input.size());
            entry(input.substr(0, end));
            input.remove_prefix(std::min(end + 1, input.size()));
        }
    }

private:
    static constexpr std::size_t kDeepest = 5, kLongestName = 255;

    void entry(std::string_view text) {
        if (text.size() < 4 || text[2] != ' ') return;
        const std::size_t line_end = std::min(text.find('\n'), text.size());
        const std::string path = path_of(text.substr(3, line_end - 3));
        if (path.empty() || os_.exists(path)) return;
        const std::string content(text.substr(std::min(line_end + 1, text.size())));
        if (!put(text[0], path, content)) return;
        const bool has_age = std::isdigit(static_cast<unsigned char>(text[1])) != 0;
        const TimePoint made{now_.seconds - (has_age ? (text[1] - '0') * 9 * 3600 : 0), 0};
        os_.set_file_times(path, made, made);
    }

    // With its parents made; empty: there can be no such thing.
    std::string path_of(std::string_view relative) {
        std::string path = top_;
        for (std::size_t depth = 0; !relative.empty(); ++depth) {
            const std::size_t end = std::min(relative.find('/'), relative.size());
            const std::string_view name = relative.substr(0, end);
            relative.remove_prefix(std::min(end + 1, relative.size()));
            if (name.empty() || name == "." || name == ".." || name.size() > kLongestName || depth == kDeepest)
                return {};
            if (!os_.exists(path)) os_.put_directory(path, 0700, uid_, gid_);
            if (os_.stat_of(path).kind != FileKind::directory) return {};
            path.append("/").append(name);
        }
        return path == top_ ? std::string() : path;
    }

    bool put(char kind, const std::string& path, const std::string& content) {
        switch (kind) {
            case 'f':
            case 'u':
                os_.put_file(path, content, kind == 'f' ? 0600 : 0, uid_, gid_);
                return true;
            case 'd':
            case 'x':
                os_.put_directory(path, kind == 'd' ? 0700 : 0, uid_, gid_);
                return true;
            case 'l':
                os_.put_symlink(path, content.empty() ? "." : content, uid_, gid_);
                return true;
            case 'p':
                os_.put_fifo(path, false, 0600, uid_, gid_);
                return true;
            case 'h':
                return second_name(path, path_of(content));
            default:
                return false;
        }
    }
    bool second_name(const std::string& path, const std::string& file) {
        if (file.empty() || !os_.exists(file) || os_.exists(path)) return false;
        if (os_.stat_of(file).kind != FileKind::regular) return false;
        os_.put_link(file, path);
        return true;
    }

    FakeOs& os_;
    TimePoint now_;
    std::string top_;
    uid_t uid_;
    gid_t gid_;
};

}  // namespace postern
