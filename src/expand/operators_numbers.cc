// SPDX-License-Identifier: Apache-2.0
// Operators whose result is a number, a digest or an address, and those that look at the world. Clean results but for
// mask and its like.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/time_text.h"
#include "expand/arithmetic.h"
#include "expand/compare.h"
#include "expand/digest.h"
#include "expand/evaluator.h"
#include "lookup/ip_address.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

// A decimal as strtoul and its relatives read it: blanks, a sign, digits, and then the end. Nothing is 0, too large is
// the largest.
struct Decimal {
    bool negative = false;
    std::uint64_t magnitude = 0;
    [[nodiscard]] std::uint64_t wrapped() const { return negative ? 0 - magnitude : magnitude; }
};
std::optional<Decimal> read_decimal(std::string_view text) {
    Decimal out;
    if (text.empty()) return out;
    std::string_view digits = trim_left(text);
    out.negative = digits.starts_with('-');
    if (out.negative || digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    const auto value = parse_uint(digits);
    if (!value) return Decimal{false, std::numeric_limits<std::uint64_t>::max()};
    out.magnitude = *value;
    return out;
}

Expansion to_base32(std::string_view digits) {
    const auto value = read_decimal(digits);
    if (!value) return failed(wording::not_decimal("base32", digits));
    std::string out;
    for (std::uint64_t left = value->wrapped(); left > 0; left /= 32) out += kBase32[left % 32];
    std::ranges::reverse(out);
    return Text(std::move(out));
}

// Large values come out as negative ones.
Text signed_text(std::uint64_t value) { return Text(std::to_string(static_cast<std::int64_t>(value))); }

Expansion from_base32(std::string_view text) {
    std::uint64_t value = 0;
    for (const char c : text) {
        const std::size_t digit = kBase32.find(c);
        if (digit == std::string_view::npos) return failed(wording::not_base32(text));
        value = value * 32 + digit;
    }
    return signed_text(value);
}

// The last six digits.
Expansion to_base62(std::string_view digits) {
    const auto value = read_decimal(digits);
    if (!value) return failed(wording::not_decimal("base62", digits));
    const std::string all = base62(value->wrapped(), 6);
    return Text(all.substr(all.size() - 6));
}

Expansion from_base62(std::string_view text) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = parse_base62(text.substr(i, 1));
        if (!digit) return failed(wording::not_base62(text));
        value = value * 62 + *digit;
    }
    return signed_text(value);
}

// "10.0.0.0/8"; a mask need not be there, need not be written (/ is /0), and may be too large. No %zone beside a mask.
struct MaskedIp {
    IpAddress address;
    std::optional<std::uint64_t> bits;
};
std::optional<MaskedIp> parse_masked_ip(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return MaskedIp{*address, std::nullopt};
    const auto bits = read_decimal(text.substr(slash + 1));
    if (!bits || (bits->negative && bits->magnitude > 0) || contains(text, "%")) return std::nullopt;
    return MaskedIp{*address, bits->magnitude};
}

Expansion mask(std::string_view text, bool normal_form) {
    const auto ip = parse_masked_ip(text);
    if (!ip) return failed(wording::not_an_ip_address(text));
    if (!ip->bits) return failed(wording::mask_missing(text));
    if (*ip->bits > ip->address.bits()) return failed(wording::mask_too_big(text));
    const IpAddress masked = ip->address.masked(static_cast<unsigned>(*ip->bits));
    return Text(fmt::format("{}/{}", normal_form ? masked.short_text() : masked.long_text('.'), *ip->bits));
}

// A mask is not looked at.
Expansion reversed(std::string_view text) {
    const auto ip = parse_masked_ip(text);
    if (!ip) return failed(wording::reverse_ip_wants_address(text));
    const IpAddress address = ip->address.unmapped();
    std::string out;
    if (!address.v6)
        return Text(fmt::format("{}.{}.{}.{}", address.bytes[3], address.bytes[2], address.bytes[1], address.bytes[0]));
    const std::string digits = address.long_text('\0');
    for (auto c = digits.rbegin(); c != digits.rend(); ++c) {
        if (*c == '\0') continue;
        if (!out.empty()) out += '.';
        out += *c;
    }
    return Text(std::move(out));
}

std::string permission_letters(const FileStat& stat) {
    std::string out(1, stat.kind == FileKind::directory   ? 'd'
                       : stat.kind == FileKind::fifo      ? 'p'
                       : stat.kind == FileKind::socket    ? 's'
                       : stat.kind == FileKind::character ? 'c'
                       : stat.kind == FileKind::block     ? 'b'
                                                          : '-');
    constexpr std::string_view kLetters = "rwxrwxrwx";
    for (std::size_t i = 0; i < kLetters.size(); ++i) out += stat.permissions & (0400U >> i) ? kLetters[i] : '-';
    const auto special = [&](mode_t bit, std::size_t at, char with, char without) {
        if (stat.permissions & bit) out[at] = out[at] == 'x' ? with : without;
    };
    special(04000, 3, 's', 'S');
    special(02000, 6, 's', 'S');
    special(01000, 9, 't', 'T');
    return out;
}

unsigned type_bits(FileKind kind) {
    switch (kind) {
        case FileKind::regular:
            return 0100000;
        case FileKind::directory:
            return 040000;
        case FileKind::symlink:
            return 0120000;
        case FileKind::fifo:
            return 010000;
        case FileKind::socket:
            return 0140000;
        case FileKind::character:
            return 020000;
        case FileKind::block:
            return 060000;
    }
    return 0;
}

Expansion stat_of(Os& os, const std::string& path) {
    const auto stat = os.stat(AtPath(path), Follow::yes);
    if (!stat) return failed(wording::stat_failed(path, stat.error().code));
    return Text(fmt::format(
        "mode={:04o} smode={} inode={} device={} links={} uid={} gid={} size={} atime={} mtime={} ctime={}",
        (type_bits(stat->kind) | stat->permissions) & 077777U, permission_letters(*stat), stat->inode, stat->device,
        stat->links, stat->uid, stat->gid, stat->size, stat->atime.tv_sec, stat->mtime.tv_sec, stat->ctime.tv_sec));
}

}  // namespace

Expansion Evaluator::number_operation(const Node& node, const Text& subject) {
    const std::string& bytes = subject.bytes;
    switch (node.operation) {
        case OperatorName::strlen:
            return Text(std::to_string(bytes.size()));
        case OperatorName::listcount:
            return Text(std::to_string(split_list(bytes).size()));
        case OperatorName::md5:
            return Text(hex(md5(bytes)));
        case OperatorName::sha1:
            return Text(to_upper(hex(sha1(bytes))));
        case OperatorName::base32:
            return to_base32(bytes);
        case OperatorName::base32d:
            return from_base32(bytes);
        case OperatorName::base62:
            return to_base62(bytes);
        case OperatorName::base62d:
            return from_base62(bytes);
        case OperatorName::eval:
        case OperatorName::eval10: {
            const auto value = evaluate_arithmetic(bytes, node.operation == OperatorName::eval10);
            if (!value) return failed(value.error());
            return Text(std::to_string(*value));
        }
        case OperatorName::time_eval: {
            const auto seconds = parse_interval(bytes);
            if (!seconds) return failed(wording::not_an_interval(bytes));
            return Text(std::to_string(*seconds));
        }
        case OperatorName::time_interval: {
            if (bytes.empty() || !std::ranges::all_of(bytes, is_digit) || !parse_int(bytes))
                return failed(wording::not_a_positive_number(bytes));
            return Text(interval_text(*parse_int(bytes)));
        }
        case OperatorName::mask: {
            Expansion masked = mask(bytes, node.text == "_n");
            if (masked) masked->tainted = subject.tainted;
            return masked;
        }
        case OperatorName::reverse_ip:
            return reversed(bytes);
        case OperatorName::ipv6norm:
        case OperatorName::ipv6denorm: {
            const auto address = parse_ip(bytes);
            if (!address) return failed(wording::not_an_ip_address(bytes));
            if (node.operation == OperatorName::ipv6denorm)
                return Text(address->mapped().long_text(':'), subject.tainted);
            return Text(address->mapped().short_text(), subject.tainted);
        }
        default:
            return failed(wording::operator_not_supported("operator"));
    }
}

Expansion Evaluator::world_operation(const Node& node, const Text& subject) {
    switch (node.operation) {
        case OperatorName::expand: {
            // Tainted text is refused here even if there is nothing in it to expand.
            if (subject.tainted) state_.panic(wording::tainted_expansion(subject.bytes));
            Expansion inner =
                subject.tainted ? Expansion(failed(wording::tainted_expansion(subject.bytes))) : expand_again(subject);
            if (!inner) {
                inner.error().message = wording::internal_expansion(subject.bytes, inner.error().message);
                syntax_failure_ = false;
            }
            return inner;
        }
        case OperatorName::stat:
            return stat_of(*state_.environment.os, subject.bytes);
        case OperatorName::randint: {
            const auto limit = parse_expansion_integer(subject.bytes);
            if (!limit) return failed(limit.error());
            if (*limit < 0) return failed(wording::non_negative_expected(subject.bytes));
            // Spreads load; nothing secret hangs on it.
            const auto mixed =
                static_cast<std::uint64_t>(state_.environment.clock->steady().count()) * 0x9e3779b97f4a7c15U +
                ++state_.steps;
            return Text(std::to_string(*limit == 0 ? 0 : (mixed >> 16) % static_cast<std::uint64_t>(*limit)));
        }
        case OperatorName::listnamed:
            return listnamed(node, subject);
        case OperatorName::sha256:
            return failed(wording::operator_not_supported("sha256"));
        case OperatorName::sha2:
            return failed(wording::operator_not_supported("sha2"));
        case OperatorName::sha3:
            return failed(wording::operator_not_supported("sha3"));
        default:
            return failed(wording::operator_not_supported("utf8_…_alabel"));
    }
}

// The text of a named list, with nested ones in their place, as a list with colons. Not expanded.
Expansion Evaluator::listnamed(const Node& node, const Text& subject) {
    std::optional<ListKind> kind;
    if (node.text == "_a") kind = ListKind::address;
    if (node.text == "_d") kind = ListKind::domain;
    if (node.text == "_h") kind = ListKind::host;
    if (node.text == "_l") kind = ListKind::local_part;
    if (!kind && !node.text.empty()) return failed(wording::bad_list_suffix());
    std::string_view name = subject.bytes;
    if (name.starts_with('+')) name.remove_prefix(1);
    const Configuration& configuration = *state_.environment.configuration;
    const NamedList* list = nullptr;
    std::optional<ListKind> found_kind = kind;
    for (const ListKind candidate : {ListKind::address, ListKind::domain, ListKind::host, ListKind::local_part}) {
        if (list || (kind && *kind != candidate)) continue;
        list = configuration.list(candidate, name);
        found_kind = candidate;
    }
    if (!list)
        return failed(wording::not_a_named_list(
            name, kind ? std::optional(std::string_view(kind == ListKind::address  ? "address"
                                                        : kind == ListKind::domain ? "domain"
                                                        : kind == ListKind::host   ? "host"
                                                                                   : "local-part"))
                       : std::nullopt));
    std::string out;
    for (const std::string& item : split_list(list->source)) {
        if (!out.empty()) out += " : ";
        const bool nested = item.starts_with('+') && configuration.list(*found_kind, std::string_view(item).substr(1));
        if (!nested) {
            std::string quoted;
            append_to_list(quoted, item);
            out += quoted;
            continue;
        }
        if (++state_.depth > 50) {
            --state_.depth;
            return failed(wording::nested_too_deeply());
        }
        const Expansion inner = listnamed(node, Text(item));
        --state_.depth;
        if (!inner) return inner;
        out += inner->bytes;
    }
    return Text(std::move(out));
}

}  // namespace postern
