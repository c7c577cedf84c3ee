// SPDX-License-Identifier: Apache-2.0
#include "mailbox/usage_cache.h"

#include <fmt/format.h>

#include "base/checksum.h"
#include "base/strings.h"

namespace postern {
namespace {

constexpr std::string_view kMagic = "postern-usage 1\n";
constexpr std::size_t kMostBytes = 4U << 20;
constexpr std::int64_t kListedAnewAfter = 3600;  // seconds

void write_tree(const DirectoryUse& node, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{} {} {} {} {} {} {} {} {} {}\n", node.device, node.inode,
                   node.changed.tv_sec, node.changed.tv_nsec, node.settled ? 1 : 0, node.own.size, node.own.count,
                   node.below.size(), node.name.size(), node.name);
    for (const DirectoryUse& below : node.below) write_tree(below, out);
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    bool tree(DirectoryUse& node, int depth) {
        std::int64_t seconds = 0, nanoseconds = 0, settled = 0, below = 0, name = 0;
        if (depth > DirectoryScan::kDeepest + 1 || ++nodes_ > DirectoryScan::kMostDirectories) return false;
        if (!number(node.device) || !number(node.inode) || !number(seconds) || !number(nanoseconds) ||
            !number(settled) || !number(node.own.size) || !number(node.own.count) || !number(below) || !number(name))
            return false;
        if (nanoseconds < 0 || nanoseconds > 999'999'999 || settled < 0 || settled > 1 || node.own.count < 0 ||
            below < 0 || name < 0)
            return false;
        node.changed.tv_sec = static_cast<time_t>(seconds);
        node.changed.tv_nsec = static_cast<long>(nanoseconds);
        node.settled = settled == 1;
        if (!take(static_cast<std::uint64_t>(name), node.name) || !literal("\n")) return false;
        if (depth > 0 && (node.name.empty() || node.name == "." || node.name == ".." || contains(node.name, "/")))
            return false;
        for (std::int64_t i = 0; i < below; ++i) {
            if (!tree(node.below.emplace_back(), depth + 1)) return false;
        }
        return true;
    }

    // A number and the blank or newline behind it.
    template <class T>
    bool number(T& into) {
        const std::size_t end = rest_.find_first_of(" \n");
        if (end == std::string_view::npos) return false;
        bool good = false;
        if constexpr (std::is_signed_v<T>) {
            const auto value = parse_int(rest_.substr(0, end));
            good = value.has_value();
            into = value.value_or(0);
        } else {
            const auto value = parse_uint(rest_.substr(0, end));
            good = value.has_value();
            into = value.value_or(0);
        }
        rest_.remove_prefix(end + 1);
        return good;
    }
    bool literal(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    bool take(std::uint64_t size, std::string& into) {
        if (size > rest_.size()) return false;
        into = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
    }

    std::string_view rest_;
    std::size_t nodes_ = 0;
};

std::string leaf_of(const FileStat& measured) { return fmt::format("{:x}-{:x}", measured.device, measured.inode); }

}  // namespace

std::string encode_usage(const KnownUse& known) {
    std::string body = fmt::format("{} {}\n", known.rules, known.scanned_at);
    write_tree(known.tree, body);
    return fmt::format("{}{}\n{}", kMagic, checksum(body), body);
}

std::optional<KnownUse> decode_usage(std::string_view bytes) {
    Reader head(bytes);
    std::uint64_t sum = 0;
    if (!head.literal(kMagic) || !head.number(sum)) return std::nullopt;
    const std::string_view body = bytes.substr(bytes.find('\n', kMagic.size()) + 1);
    if (checksum(body) != sum) return std::nullopt;
    Reader reader(body);
    KnownUse known;
    if (!reader.number(known.rules) || !reader.number(known.scanned_at)) return std::nullopt;
    if (!reader.tree(known.tree, 0) || !reader.at_end()) return std::nullopt;
    return known;
}

std::optional<KnownUse> UsageCache::load(const FileStat& measured, std::int64_t now) {
    if (directory_ < 0) return std::nullopt;
    const auto file = os_.open(AtPath{directory_, leaf_of(measured)}, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return std::nullopt;
    const auto bytes = read_all(os_, file->get(), kMostBytes);
    if (!bytes) return std::nullopt;
    auto known = decode_usage(*bytes);
    if (!known || known->rules != rules_) return std::nullopt;
    if (known->tree.device != measured.device || known->tree.inode != measured.inode) return std::nullopt;
    if (known->scanned_at > now || now - known->scanned_at > kListedAnewAfter) return std::nullopt;
    return known;
}

void UsageCache::store(const FileStat& measured, KnownUse known) {
    if (directory_ < 0) return;
    known.rules = rules_;
    const std::string bytes = encode_usage(known);
    const std::string leaf = leaf_of(measured);
    if (bytes.size() > kMostBytes) return;
    const AtPath temporary{directory_, fmt::format("{}.{}", leaf, os_.pid())};
    (void)os_.unlink(temporary);  // of a process that died with our pid
    auto file = os_.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!file) return;
    Status done = write_all(os_, file->get(), bytes);
    if (done) done = os_.close(std::move(*file));
    if (done) done = os_.rename(temporary, AtPath{directory_, leaf});
    if (!done) (void)os_.unlink(temporary);
}

}  // namespace postern
