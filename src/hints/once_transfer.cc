// SPDX-License-Identifier: Apache-2.0
#include "hints/once_transfer.h"

#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "hints/berkeley_db.h"
#include "hints/sqlite_database.h"

namespace postern {
namespace {

constexpr std::size_t kLongestFile = 1U << 30;

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

// Exim's pair: the text of To: with a NUL behind it, and a time.
std::optional<FlatOnceRecord> record_of(std::string key, std::string_view data) {
    if (data.size() != sizeof(std::int64_t)) return std::nullopt;
    if (key.ends_with('\0')) key.pop_back();
    FlatOnceRecord record{0, std::move(key)};
    std::memcpy(&record.when, data.data(), sizeof record.when);
    return record;
}
constexpr std::string_view kNoTime = "the data is no time: not a database of once";

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
        auto record = record_of(std::move(*key), *data);
        if (!record) return lines.bad(kNoTime);
        records.push_back(*std::move(record));
    }
    return lines.bad("DATA=END is missing");
}

Result<std::vector<FlatOnceRecord>> records_of_berkeley_db(std::string_view file) {
    POSTERN_TRY_ASSIGN(std::vector<DbRecord> pairs, parse_berkeley_db(file));
    std::vector<FlatOnceRecord> records;
    for (DbRecord& pair : pairs) {
        auto record = record_of(std::move(pair.key), pair.data);
        if (!record) return failure(std::string(kNoTime));
        records.push_back(*std::move(record));
    }
    return records;
}

// With what builds of Exim for other systems use.
Status readable(DbKind kind) {
    constexpr std::string_view kInstead = ": make lines SECONDS ADDRESS of it with its own tools";
    switch (kind) {
        case DbKind::none:
        case DbKind::berkeley:
            return {};
        case DbKind::berkeley_foreign:
            return failure("a Berkeley DB file of release 1.85 or of another byte order; db5.3_dump may read it");
        case DbKind::gdbm:
            return failure("a GDBM file" + std::string(kInstead));
        case DbKind::tdb:
            return failure("a TDB file" + std::string(kInstead));
        case DbKind::sqlite:
            return failure("an SQLite file" + std::string(kInstead) + "; Postern's are used as they are");
    }
    return {};
}

// An import that was cut short may have come so far already.
Status keep_as(Os& os, const std::string& real, const FileStat& old, const std::string& name) {
    Status linked = os.link(AtPath(real), AtPath(name));
    if (linked || linked.error().code != EEXIST) return linked;
    const auto there = os.stat(AtPath(name), Follow::no);
    if (there && there->inode == old.inode && there->device == old.device) return {};
    return linked;
}

}  // namespace

Result<std::vector<FlatOnceRecord>> parse_once_input(std::string_view text) {
    const DbKind kind = db_kind(text);
    POSTERN_TRY(readable(kind));
    if (kind == DbKind::berkeley) return records_of_berkeley_db(text);
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
        POSTERN_TRY_ASSIGN(const DbKind kind, db_kind_of(os, fd.get()));
        if (kind != DbKind::sqlite) {
            POSTERN_TRY_ASSIGN(const std::string bytes, read_all(os, fd.get(), kLongestFile));
            if (kind != DbKind::none) return parse_once_input(bytes);
            records = parse_flat_once(bytes);
            std::erase_if(records, [](const FlatOnceRecord& r) { return r.text.empty() || r.text.front() == '\1'; });
            return records;
        }
    }
    POSTERN_TRY_ASSIGN(auto database, look_into_once_database(os, path));
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

Status replace_once(Os& os, const std::string& path, const std::vector<FlatOnceRecord>& records) {
    POSTERN_TRY_ASSIGN(const std::string real, os.real_path(path));
    POSTERN_TRY_ASSIGN(const FileStat old, os.stat(AtPath(real), Follow::no));
    const std::string fresh = real + ".new";
    (void)os.unlink(AtPath(fresh)).has_value();  // of an import that was cut short
    Status done = import_once(os, fresh, records);
    if (done) done = os.chmod(AtPath(fresh), old.permissions);
    if (done) done = keep_as(os, real, old, real + ".exim");
    if (done) done = os.rename(AtPath(fresh), AtPath(real));
    if (!done) {
        (void)os.unlink(AtPath(fresh)).has_value();
        return done;
    }
    return sync_directory(os, kCwd, real.substr(0, std::max<std::size_t>(real.rfind('/'), 1)));
}

}  // namespace postern
