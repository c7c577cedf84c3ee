// SPDX-License-Identifier: Apache-2.0
// cdb: D. J. Bernstein's constant database. 256 pairs (position, slots) at the start; each names a hash table of
// (hash, position) pairs at the end; records are (key length, data length, key, data). Numbers are 32 bits,
// little-endian.
#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "lookup/driver.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr std::int64_t kHeader = 2048;
constexpr std::uint32_t kLongestValue = 64U << 20;

std::uint32_t hash_of(std::string_view key) {
    std::uint32_t hash = 5381;
    for (const char c : key) hash = ((hash << 5) + hash) ^ static_cast<unsigned char>(c);
    return hash;
}

class Cdb final : public OpenLookup {
public:
    Cdb(Os& os, UniqueFd fd, std::string name) : os_(os), fd_(std::move(fd)), name_(std::move(name)) {}

    LookupOutcome find(const std::string& key, const LookupOptions&) override {
        const auto found = look_up(key);
        if (!found)
            return tl::unexpected(
                LookupFailure{LookupFailure::Kind::defer, wording::lookup_file_not_read(name_, found.error().code)});
        return *found;
    }

private:
    struct Pair {
        std::uint32_t first = 0, second = 0;
    };

    Result<std::string> bytes_at(std::int64_t offset, std::size_t count) {
        std::string bytes(count, '\0');
        for (std::size_t have = 0; have < count;) {
            const auto got =
                os_.pread(fd_.get(), std::span(bytes).subspan(have), offset + static_cast<std::int64_t>(have));
            if (!got && got.error().code == EINTR) continue;
            if (!got) return Unexpected(got.error());
            if (*got == 0) return failure(EBADMSG, "read", name_);
            have += *got;
        }
        return bytes;
    }

    Result<Pair> pair_at(std::int64_t offset) {
        POSTERN_TRY_ASSIGN(const std::string bytes, bytes_at(offset, 8));
        const auto number = [&](std::size_t at) {
            std::uint32_t value = 0;
            for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
            return value;
        };
        return Pair{number(0), number(4)};
    }

    Result<std::optional<std::string>> look_up(const std::string& key) {
        const std::uint32_t hash = hash_of(key);
        POSTERN_TRY_ASSIGN(const Pair table, pair_at((hash & 255) * 8));
        for (std::uint32_t i = 0; i < table.second; ++i) {
            const std::uint32_t slot = ((hash >> 8) + i) % table.second;
            POSTERN_TRY_ASSIGN(const Pair entry, pair_at(std::int64_t{table.first} + std::int64_t{slot} * 8));
            if (entry.second == 0) break;
            if (entry.first != hash) continue;
            POSTERN_TRY_ASSIGN(const Pair sizes, pair_at(entry.second));
            if (sizes.first != key.size()) continue;
            POSTERN_TRY_ASSIGN(const std::string stored, bytes_at(std::int64_t{entry.second} + 8, key.size()));
            if (stored != key) continue;
            if (sizes.second > kLongestValue) return failure(EFBIG, "read", name_);
            POSTERN_TRY_ASSIGN(std::string value, bytes_at(std::int64_t{entry.second} + 8 + sizes.first, sizes.second));
            return std::optional(std::move(value));
        }
        return std::optional<std::string>();
    }

    Os& os_;
    UniqueFd fd_;
    std::string name_;
};

}  // namespace

OpenResult open_cdb(LookupWorld& world, const std::string& file) {
    const auto failed = [](std::string text) {
        return tl::unexpected(LookupFailure{LookupFailure::Kind::open, std::move(text)});
    };
    auto fd = world.os.open(AtPath(file), O_RDONLY | O_NONBLOCK);
    if (!fd) return failed(wording::lookup_open(file, "for cdb lookup", fd.error().code));
    const auto stat = world.os.stat(fd->get());
    if (!stat) return failed(wording::lookup_stat(file, stat.error().code));
    if (stat->kind != FileKind::regular) return failed(wording::not_a_regular_lookup_file(file, "cdb"));
    if (stat->size < kHeader) return failed(wording::cdb_too_short(file));
    return std::make_unique<Cdb>(world.os, *std::move(fd), file);
}

}  // namespace postern
