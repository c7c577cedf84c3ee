// SPDX-License-Identifier: Apache-2.0
// A file is a row of pages of one size. Page 0 describes it; each other page begins with a header that says what it
// holds. The live records are those of all pages of type hash or B-tree leaf, so neither buckets nor inner nodes
// matter. On such a page a table of offsets follows the header, key and data in turns; an item that is too long for its
// page is on a chain of overflow pages.
#include "hints/berkeley_db.h"

#include <cstring>

namespace postern {
namespace {

constexpr std::uint32_t kHashMagic = 0x061561, kBtreeMagic = 0x053162;
constexpr std::uint32_t kLargestVersion = 9;  // of both formats in 5.3; 6.0 has 10
constexpr std::uint32_t kOldestHash = 5, kOldestBtree = 6;
constexpr std::uint32_t kSmallestPage = 512, kLargestPage = 65536;

namespace meta {  // offsets in page 0
constexpr std::size_t kMagic = 12, kVersion = 16, kPageSize = 20, kEncryption = 24, kType = 25, kFlags = 26;
constexpr std::size_t kLastPage = 32, kSize = 72;
}  // namespace meta
namespace page {  // in every other
constexpr std::size_t kNext = 16, kEntries = 20, kBytesOfOverflow = 22, kType = 25, kHeader = 26;
}  // namespace page

enum PageType : std::uint8_t {
    hash_unsorted = 2,
    btree_leaf = 5,
    overflow = 7,
    hash_meta = 8,
    btree_meta = 9,
    hash = 13
};
enum HashItem : std::uint8_t { hash_plain = 1, hash_off_page = 3 };
enum BtreeItem : std::uint8_t { btree_plain = 1, btree_off_page = 3, btree_deleted = 0x80 };

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number out{};
    if (at + sizeof out <= bytes.size()) std::memcpy(&out, bytes.data() + at, sizeof out);
    return out;
}
std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return number_at<std::uint8_t>(bytes, at); }
std::uint16_t u16_at(std::string_view bytes, std::size_t at) { return number_at<std::uint16_t>(bytes, at); }
std::uint32_t u32_at(std::string_view bytes, std::size_t at) { return number_at<std::uint32_t>(bytes, at); }

class Reader {
public:
    explicit Reader(std::string_view file) : file_(file) {}

    Result<std::vector<DbRecord>> run() {
        POSTERN_TRY(read_description());
        std::vector<DbRecord> records;
        for (std::uint32_t number = 1; number <= last_page_; ++number) {
            const std::uint8_t type = byte_at(page_of(number), page::kType);
            if (type == (is_hash_ ? PageType::hash : PageType::btree_leaf) ||
                (is_hash_ && type == PageType::hash_unsorted))
                POSTERN_TRY(read_page(number, records));
        }
        return records;
    }

private:
    [[nodiscard]] static Unexpected damaged(std::uint32_t number) {
        return failure("damaged Berkeley DB file: page " + std::to_string(number));
    }
    [[nodiscard]] std::string_view page_of(std::uint32_t number) const {
        return file_.substr(std::size_t{number} * page_size_, page_size_);
    }

    Status read_description() {
        if (file_.size() < meta::kSize) return failure("damaged Berkeley DB file: too short");
        is_hash_ = u32_at(file_, meta::kMagic) == kHashMagic;
        const std::uint32_t version = u32_at(file_, meta::kVersion);
        if (version < (is_hash_ ? kOldestHash : kOldestBtree) || version > kLargestVersion)
            return failure("Berkeley DB file of a version that is not known (" + std::to_string(version) + ")");
        page_size_ = u32_at(file_, meta::kPageSize);
        if (page_size_ < kSmallestPage || page_size_ > kLargestPage || (page_size_ & (page_size_ - 1)) != 0)
            return damaged(0);
        if (byte_at(file_, meta::kType) != (is_hash_ ? PageType::hash_meta : PageType::btree_meta)) return damaged(0);
        if (byte_at(file_, meta::kEncryption) != 0 || byte_at(file_, meta::kFlags) != 0)
            return failure("Berkeley DB file with encryption, checksums or partitions");
        last_page_ = u32_at(file_, meta::kLastPage);
        if (std::uint64_t{last_page_} + 1 > file_.size() / page_size_)
            return failure("damaged Berkeley DB file: pages are missing at the end");
        return {};
    }

    Status read_page(std::uint32_t number, std::vector<DbRecord>& records) {
        const std::string_view bytes = page_of(number);
        const std::size_t count = u16_at(bytes, page::kEntries);
        if (count % 2 != 0 || page::kHeader + 2 * count > bytes.size()) return damaged(number);
        for (std::size_t i = 0; i < count; i += 2) {
            bool deleted = false;
            DbRecord record;
            POSTERN_TRY_ASSIGN(record.key, item(number, i, deleted));
            POSTERN_TRY_ASSIGN(record.data, item(number, i + 1, deleted));
            if (!deleted) records.push_back(std::move(record));
        }
        return {};
    }

    Result<std::string> item(std::uint32_t number, std::size_t index, bool& deleted) {
        return is_hash_ ? hash_item(number, index) : btree_item(number, index, deleted);
    }
    [[nodiscard]] static std::size_t offset_of(std::string_view bytes, std::size_t index) {
        return u16_at(bytes, page::kHeader + 2 * index);
    }

    // Items lie one before the other, the first at the end of the page.
    Result<std::string> hash_item(std::uint32_t number, std::size_t index) {
        const std::string_view bytes = page_of(number);
        const std::size_t at = offset_of(bytes, index);
        const std::size_t end = index == 0 ? bytes.size() : offset_of(bytes, index - 1);
        if (at < page::kHeader || at >= end || end > bytes.size()) return damaged(number);
        const std::string_view all = bytes.substr(at, end - at);
        switch (byte_at(all, 0)) {
            case hash_plain:
                if (!has_room(all.size())) return damaged(number);
                return std::string(all.substr(1));
            case hash_off_page:
                return off_page(u32_at(all, 4), u32_at(all, 8), number);
            default:
                return failure("Berkeley DB file with several records of one key");
        }
    }

    Result<std::string> btree_item(std::uint32_t number, std::size_t index, bool& deleted) {
        constexpr std::size_t kItemHeader = 3;
        const std::string_view bytes = page_of(number);
        const std::size_t at = offset_of(bytes, index);
        if (at < page::kHeader || at + kItemHeader > bytes.size()) return damaged(number);
        const std::string_view all = bytes.substr(at);
        const std::uint8_t type = byte_at(all, 2);
        deleted = deleted || (type & btree_deleted) != 0;
        switch (type & ~unsigned{btree_deleted}) {
            case btree_plain: {
                const std::size_t size = u16_at(all, 0);
                if (kItemHeader + size > all.size() || !has_room(kItemHeader + size)) return damaged(number);
                return std::string(all.substr(kItemHeader, size));
            }
            case btree_off_page:
                return off_page(u32_at(all, 4), u32_at(all, 8), number);
            default:
                return failure("Berkeley DB file with several records of one key");
        }
    }

    // All items together cannot be longer than the file: in a damaged one they overlap, any number of times.
    bool has_room(std::size_t size) {
        item_bytes_ += size;
        return item_bytes_ <= file_.size();
    }

    // Each page of a chain has at least a byte, so `size` ends also one that goes round in a ring.
    Result<std::string> off_page(std::uint32_t number, std::uint32_t size, std::uint32_t from) {
        std::string out;
        while (out.size() < size) {
            if (number == 0 || number > last_page_) return damaged(from);
            const std::string_view bytes = page_of(number);
            const std::size_t here = u16_at(bytes, page::kBytesOfOverflow);
            if (byte_at(bytes, page::kType) != overflow || here == 0 || page::kHeader + here > bytes.size())
                return damaged(number);
            if (!has_room(here)) return damaged(number);
            out += bytes.substr(page::kHeader, here);
            number = u32_at(bytes, page::kNext);
        }
        if (out.size() != size) return damaged(from);
        return out;
    }

    std::string_view file_;
    bool is_hash_ = false;
    std::uint32_t page_size_ = 0, last_page_ = 0;
    std::size_t item_bytes_ = 0;
};

}  // namespace

DbKind db_kind(std::string_view file) {
    using namespace std::string_view_literals;
    constexpr std::uint32_t kGdbmMagics[] = {0x13579acd, 0x13579ace, 0x13579acf, 0x13579ad0, 0x13579ad1};
    if (file.starts_with("SQLite format 3\0"sv)) return DbKind::sqlite;
    if (file.starts_with("TDB file\n"sv)) return DbKind::tdb;
    const auto is = [&](std::size_t at, std::uint32_t magic) {
        const std::uint32_t found = u32_at(file, at);
        return found == magic ? 1 : __builtin_bswap32(found) == magic ? -1 : 0;
    };
    for (const std::uint32_t magic : kGdbmMagics)
        if (is(0, magic) != 0) return DbKind::gdbm;
    for (const std::uint32_t magic : {kHashMagic, kBtreeMagic}) {
        if (is(meta::kMagic, magic) > 0) return DbKind::berkeley;
        if (is(meta::kMagic, magic) < 0 || is(0, magic) != 0) return DbKind::berkeley_foreign;  // at 0: of 1.85
    }
    return DbKind::none;
}

Result<DbKind> db_kind_of(Os& os, int fd) {
    std::string start(meta::kSize, '\0');
    POSTERN_TRY_ASSIGN(const std::size_t got, os.pread(fd, start, 0));
    return db_kind(std::string_view(start).substr(0, got));
}

Result<std::vector<DbRecord>> parse_berkeley_db(std::string_view file) { return Reader(file).run(); }

}  // namespace postern
