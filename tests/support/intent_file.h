// SPDX-License-Identifier: Apache-2.0
// support/intent_file.h – an intent log in a file of its own, synced at each record: what deliver/ and spool/ do for a
// transport, for tests below them.
#pragma once

#include <string>
#include <vector>

#include "base/checksum.h"
#include "base/intent_log.h"
#include "sys/os.h"

namespace postern {

class IntentFileLog final : public IntentLog {
public:
    IntentFileLog(Os& os, std::string path) : os_(os), path_(std::move(path)) {}

    Status record(std::string_view text) override {
        POSTERN_TRY_ASSIGN(const UniqueFd fd, os_.open(path_, O_WRONLY | O_APPEND | O_CREAT, 0600));
        POSTERN_TRY(write_all(os_, fd.get(), "\n" + std::to_string(checksum(text)) + " " + std::string(text) + "\n"));
        POSTERN_TRY(os_.fsync(fd.get()));
        return sync_directory(os_, kCwd, path_.substr(0, path_.rfind('/')));
    }

    // Whole records, all of them ours.
    [[nodiscard]] std::vector<EarlierIntent> earlier() const {
        std::vector<EarlierIntent> out;
        const auto text = read_file(os_, AtPath(path_), 1 << 20);
        if (!text) return out;
        for (std::size_t at = 0, end = 0; (end = text->find('\n', at)) != std::string::npos; at = end + 1) {
            const std::string line = text->substr(at, end - at);
            const std::string record = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
            if (line == std::to_string(checksum(record)) + " " + record) out.push_back({record, true});
        }
        return out;
    }

private:
    Os& os_;
    std::string path_;
};

}  // namespace postern
