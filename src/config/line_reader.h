// SPDX-License-Identifier: Apache-2.0
// config/line_reader.h – from the bytes of configuration files to logical lines: continuation, comments, macros,
// conditionals and includes (spec configuration.md §2–§5). Knows nothing of sections and options; opens files only
// through the functions it is given.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/macros.h"
#include "config/values.h"

namespace postern {

class LineReader {
public:
    struct Files {
        std::function<Result<std::string>(const std::string& path)> read;
        std::function<bool(const std::string& path)> exists;  // stat() succeeds
    };
    enum class Got : std::uint8_t { line, end, error };

    LineReader(Files files, MacroTable& macros) : files_(std::move(files)), macros_(macros) {}

    // The first file; its name is absolute.
    void start(std::string name, std::string text);

    // One logical line, never empty, without white space at both ends; valid until the next call.
    // After `error` (see error()) reading may go on: the physical line at fault is skipped.
    [[nodiscard]] Got next();
    [[nodiscard]] const std::string& line() const { return line_; }
    [[nodiscard]] const std::string& error() const { return error_; }

    // Where the physical line read last stands.
    [[nodiscard]] const SourcePlace& place() const { return place_; }

    // -bP config: every logical line with "# LINE "FILE"" markers where the file changes.
    std::vector<std::string>* flattened = nullptr;

private:
    struct File {
        std::string name, text;
        std::size_t at = 0;
        int line = 0;
    };
    enum class Use : std::uint8_t { take, skip, skip_to_end };  // state of a conditional
    enum class Physical : std::uint8_t { text, dropped, error };

    [[nodiscard]] bool read_physical();
    [[nodiscard]] Physical treat_physical(std::size_t start);
    [[nodiscard]] bool is_conditional(std::size_t start, bool macro_found, Physical& result);
    [[nodiscard]] bool is_include(std::size_t start, Physical& result);
    [[nodiscard]] Physical include(std::string path, bool if_exists);
    [[nodiscard]] Physical fail(std::string message);
    void mark();

    Files files_;
    MacroTable& macros_;
    std::vector<File> stack_;
    std::vector<Use> conditionals_;  // outer states; the innermost is use_
    Use use_ = Use::take;
    bool end_reported_ = false;
    std::string line_, error_;
    SourcePlace place_;
};

}  // namespace postern
