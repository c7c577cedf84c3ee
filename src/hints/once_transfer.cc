// SPDX-License-Identifier: Apache-2.0
#include "hints/once_transfer.h"

#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "hints/sqlite_database.h"

namespace postern {
namespace {

constexpr std::size_t kLongestFile = 1U << 30;
constexpr std::string_view kSqliteMagic{"SQLite format 3\0", 16};

class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}
    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        ++number;
        return line;
    }
    [[nodiscard]] Unexpected bad(std::string_view why) const {
        return failure("line " + std::to_string(number) + ": " + std::string(why));
    }
    int number = 0;

private:
    std::string_view rest_;
};

std::optional<std::string> from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const auto byte = parse_uint(digits.substr(i, 2), 16);
        if (!byte) return std::nullopt;
        out += static_cast<char>(*byte);
    }
    return out;
}

// db_dump -p: printable bytes as they are, others as \xx.
std::optional<std::string> from_print(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '\\') {
            out += text[++i];
        } else {
            const auto byte = from_hex(text.substr(i + 1, 2));
            if (!byte || byte->empty()) return std::nullopt;
            out += *byte;
            i += 2;
        }
    }
    return out;
}

Result<std::vector<FlatOnceRecord>> parse_db_dump(Lines& lines) {
    bool print = false;
    for (auto line = lines.next(); line && *line != "HEADER=END"; line = lines.next())
        print = print || *line == "format=print";
    std::vector<FlatOnceRecord> records;
    while (auto line = lines.next()) {
        if (*line == "DATA=END") return records;
        const auto decode = [&](std::string_view text) { return print ? from_print(text) : from_hex(text); };
        auto key = decode(trim(*line));
        const auto data_line = lines.next();
        const auto data = data_line ? decode(trim(*data_line)) : std::nullopt;
        if (!key || !data) return lines.bad("not a key and its data");
        if (data->size() != sizeof(std::int64_t)) return lines.bad("the data is no time: not a database of once");
        if (key->ends_with('\0')) key->pop_back();
        FlatOnceRecord record{0, std::move(*key)};
        std::memcpy(&record.when, data->data(), sizeof record.when);
        records.push_back(std::move(record));
    }
    return lines.bad("DATA=END is missing");
}

}  // namespace

Result<std::vector<FlatOnceRecord>> parse_once_text(std::string_view text) {
    Lines lines(text);
    if (text.starts_with("VERSION=")) return parse_db_dump(lines);
    std::vector<FlatOnceRecord> records;
    while (const auto line = lines.next()) {
        const std::size_t blank = line->find(' ');
        const auto when = blank == std::string_view::npos ? std::nullopt : parse_int(line->substr(0, blank));
        if (!when) return lines.bad("neither SECONDS ADDRESS nor the output of db5.3_dump");
        records.push_back({*when, std::string(line->substr(blank + 1))});
    }
    return records;
}

std::string format_once_text(const std::vector<FlatOnceRecord>& records) {
    std::string out;
    for (const FlatOnceRecord& record : records) {
        std::string address = record.text;
        for (char& c : address)
            if (c == '\n') c = ' ';  // of a folded To: a line is a record
        out += std::to_string(record.when) + " " + address + "\n";
    }
    return out;
}

Result<std::vector<FlatOnceRecord>> read_once(Os& os, const std::string& path) {
    std::vector<FlatOnceRecord> records;
    {
        POSTERN_TRY_ASSIGN(const UniqueFd fd, os.open(AtPath(path), O_RDONLY | O_NONBLOCK));
        std::string start(kSqliteMagic.size(), '\0');
        POSTERN_TRY_ASSIGN(const std::size_t got, os.pread(fd.get(), start, 0));
        if (got != start.size() || start != kSqliteMagic) {
            POSTERN_TRY_ASSIGN(const std::string bytes, read_all(os, fd.get(), kLongestFile));
            records = parse_flat_once(bytes);
            std::erase_if(records, [](const FlatOnceRecord& r) { return r.text.empty() || r.text.front() == '\1'; });
            return records;
        }
    }
    POSTERN_TRY_ASSIGN(auto database, open_once_database(os, path, 0600));
    SqliteDatabase::Statement select(*database, "SELECT sent, address FROM once WHERE sent <> 0 ORDER BY address");
    int got = select.step();
    for (; got == SQLITE_ROW; got = select.step()) records.push_back({select.number_of(0), select.text_of(1)});
    if (got != SQLITE_DONE) return database->failed();
    return records;
}

Status import_once(Os& os, const std::string& path, const std::vector<FlatOnceRecord>& records) {
    POSTERN_TRY_ASSIGN(auto database, open_once_database(os, path, 0600));
    POSTERN_TRY(database->run("BEGIN IMMEDIATE"));
    {
        SqliteDatabase::Statement insert(*database,
                                         "INSERT INTO once(address, sent) VALUES(CAST(?1 AS BLOB), ?2)"
                                         " ON CONFLICT(address) DO UPDATE SET sent = max(sent, ?2)");
        for (const FlatOnceRecord& record : records) {
            insert.bind(1, record.text);
            insert.bind(2, record.when);
            if (insert.step() != SQLITE_DONE) return database->failed();
            insert.again();
        }
    }
    return database->run("COMMIT");
}

}  // namespace postern
