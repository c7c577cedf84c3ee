// SPDX-License-Identifier: Apache-2.0
// The lsearch family: text files of "key: data" lines that may be continued (spec expansion.md §8.4).
#include "base/strings.h"
#include "lookup/driver.h"
#include "lookup/file_checks.h"
#include "lookup/ip_address.h"
#include "lookup/quoted.h"
#include "lookup/text_file.h"
#include "wording/expansion.h"

namespace postern {
namespace {

struct Entry {
    std::string_view line;  // whole
    std::string quoted_key;
    bool quoted = false;
    std::size_t key_end = 0, data_start = 0;

    [[nodiscard]] std::string_view key() const {
        return quoted ? std::string_view(quoted_key) : line.substr(0, key_end);
    }
};

// The entry on a line that starts one.
Entry parse_entry(std::string_view line) {
    Entry entry;
    entry.line = line;
    std::size_t at = 0;
    if (line.front() == '"') {
        entry.quoted = true;
        entry.quoted_key = read_quoted(line, at);
    } else {
        while (at < line.size() && line[at] != ':' && !is_space(line[at])) ++at;
    }
    entry.key_end = at;
    const auto skip_blanks = [&] {
        while (at < line.size() && is_space(line[at])) ++at;
    };
    skip_blanks();
    if (at < line.size() && line[at] == ':') {
        ++at;
        skip_blanks();
    }
    entry.data_start = at;
    return entry;
}

class KeyedFile : public OpenLookup {
public:
    KeyedFile(LookupWorld& world, std::string name, TextFile file)
        : world_(world), name_(std::move(name)), file_(std::move(file)) {}

    LookupOutcome find(const std::string& key, const LookupOptions& options) override {
        if (auto problem = prepare(key))
            return tl::unexpected(LookupFailure{LookupFailure::Kind::defer, std::move(*problem)});
        TextFileLines reader(file_);
        for (std::string_view line; reader.next(line);) {
            if (line.empty() || line.front() == '#' || is_space(line.front())) continue;
            const Entry entry = parse_entry(line);
            const auto hit = fits(key, entry);
            if (!hit) return tl::unexpected(LookupFailure{LookupFailure::Kind::defer, hit.error()});
            if (*hit) return data_of(entry, reader, options);
        }
        return end_of(reader, std::nullopt);
    }

protected:
    // A key that this kind of file cannot have: why.
    virtual std::optional<std::string> prepare(const std::string&) { return std::nullopt; }
    virtual tl::expected<bool, std::string> fits(const std::string& key, const Entry& entry) = 0;

    [[nodiscard]] KeyPatterns* patterns() const { return world_.patterns; }

private:
    LookupOutcome end_of(const TextFileLines& reader, std::optional<std::string> value) const {
        if (reader.error())
            return tl::unexpected(
                LookupFailure{LookupFailure::Kind::defer, wording::lookup_file_not_read(name_, reader.error()->code)});
        return value;
    }

    LookupOutcome data_of(const Entry& entry, TextFileLines& reader, const LookupOptions& options) const {
        std::string value;
        if (options.ret_full && entry.quoted) value = entry.quoted_key;
        const std::size_t start = !options.ret_full ? entry.data_start : entry.quoted ? entry.key_end : 0;
        value += trim_right(entry.line.substr(start));
        for (std::string_view line; reader.next(line);) {
            // A comment or an empty line ends the data for good.
            if (line.empty() || !is_space(line.front())) break;
            const std::string_view more = trim(line);
            if (more.empty()) break;
            value += ' ';
            value += more;
        }
        return end_of(reader, std::move(value));
    }

    LookupWorld& world_;
    std::string name_;
    TextFile file_;
};

class Lsearch final : public KeyedFile {
    using KeyedFile::KeyedFile;
    tl::expected<bool, std::string> fits(const std::string& key, const Entry& entry) override {
        return iequals(key, entry.key());
    }
};

template <bool expand_keys>
class PatternSearch final : public KeyedFile {
    using KeyedFile::KeyedFile;
    tl::expected<bool, std::string> fits(const std::string& key, const Entry& entry) override {
        if (!patterns()) return iequals(key, entry.key());
        return patterns()->matches(key, entry.key(), expand_keys);
    }
};

class AddressSearch final : public KeyedFile {
public:
    using KeyedFile::KeyedFile;

private:
    std::optional<std::string> prepare(const std::string& key) override {
        any_ = key == "*";
        const auto address = parse_ip(key);
        if (!any_ && !address) return wording::iplsearch_key(key);
        if (address) wanted_ = *address;
        return std::nullopt;
    }
    tl::expected<bool, std::string> fits(const std::string& key, const Entry& entry) override {
        if (any_ || entry.key() == "*") return key == entry.key();
        const auto network = parse_network(entry.key());
        return network && network->contains(wanted_);
    }
    bool any_ = false;
    IpAddress wanted_;
};

template <class File>
OpenResult open_text(LookupWorld& world, const std::string& file) {
    auto text = open_for_search(world.os, file, "lsearch");
    if (!text) return tl::unexpected(std::move(text.error()));
    return std::make_unique<File>(world, file, *std::move(text));
}

}  // namespace

OpenResult open_lsearch(LookupWorld& world, const std::string& file) { return open_text<Lsearch>(world, file); }
OpenResult open_wildlsearch(LookupWorld& world, const std::string& file) {
    return open_text<PatternSearch<true>>(world, file);
}
OpenResult open_nwildlsearch(LookupWorld& world, const std::string& file) {
    return open_text<PatternSearch<false>>(world, file);
}
OpenResult open_iplsearch(LookupWorld& world, const std::string& file) { return open_text<AddressSearch>(world, file); }

}  // namespace postern
