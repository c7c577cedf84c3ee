// SPDX-License-Identifier: Apache-2.0
// ${operator:text}: which of the families below an operator belongs to, and the operators on plain text.
#include <algorithm>

#include "base/strings.h"
#include "expand/digest.h"
#include "expand/evaluator.h"
#include "expand/hashing.h"
#include "expand/rfc2047.h"
#include "expand/text_forms.h"
#include "wording/expansion.h"

namespace postern {
namespace {

// "_3_5" behind an operator's name; the first number may be negative for substr.
struct Numbers {
    std::int64_t first = 0;
    std::optional<std::int64_t> second;
};
tl::expected<Numbers, std::string> numbers_of(const Node& node, std::string_view name, bool negative) {
    const std::string full = std::string(name) + node.text;
    std::string_view rest = node.text;
    if (rest.empty()) return tl::unexpected(wording::missing_values_after(name));
    Numbers numbers;
    const auto read = [&]() -> std::optional<std::int64_t> {
        std::int64_t value = 0;
        for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1)) {
            value = value * 10 + (rest.front() - '0');
            if (value > 1'000'000'000'000) return std::nullopt;
        }
        return value;
    };
    rest.remove_prefix(1);
    const bool minus = negative && rest.starts_with('-');
    if (minus) rest.remove_prefix(1);
    if (!rest.empty() && !is_digit(rest.front())) return tl::unexpected(wording::non_digit_after_underscore(full));
    const auto first = read();
    if (!first) return tl::unexpected(wording::value_too_large(full));
    numbers.first = minus ? -*first : *first;
    if (rest.empty()) return numbers;
    rest.remove_prefix(1);
    numbers.second = read();
    if (!numbers.second) return tl::unexpected(wording::value_too_large(full));
    if (full.ends_with('_') || !rest.empty()) return tl::unexpected(wording::non_digit_after_underscore(full));
    return numbers;
}

std::string_view written_name(const Node& node, const Template& parsed) {
    const Sequence& body = node.args.front();  // begins on the colon
    std::size_t start = body.begin - node.text.size();
    const std::size_t end = start;
    while (start > 0 && parsed.source[start - 1] != '{') --start;
    return std::string_view(parsed.source).substr(start, end - start);
}

}  // namespace

Expansion Evaluator::operation(const Node& node) {
    if (node.args.empty()) return syntax();
    const Expansion body = text(node.args.front());
    if (!body) return body;
    if (node.broken) return syntax();
    const Text& subject = *body;
    switch (node.operation) {
        case OperatorName::length:
        case OperatorName::substr:
        case OperatorName::hash:
        case OperatorName::nhash: {
            const std::string_view name = written_name(node, template_);
            const auto numbers = numbers_of(node, name, node.operation == OperatorName::substr);
            if (!numbers) return failed(numbers.error());
            if (node.operation == OperatorName::length)
                return Text(substring(subject.bytes, 0, numbers->first), subject.tainted);
            if (node.operation == OperatorName::substr)
                return Text(substring(subject.bytes, numbers->first, numbers->second), subject.tainted);
            if (node.operation == OperatorName::hash) {
                if (numbers->second.value_or(0) > kMostHashCodes)
                    return failed(wording::hash_count_too_big(std::to_string(*numbers->second)));
                return Text(text_hash(subject.bytes, numbers->first, numbers->second), subject.tainted);
            }
            auto value = numeric_hash(subject.bytes, numbers->first, numbers->second);
            if (!value) return failed(wording::nhash_by_zero());
            return Text(*std::move(value));
        }
        case OperatorName::lc:
        case OperatorName::uc:
        case OperatorName::quote:
        case OperatorName::quote_local_part:
        case OperatorName::rxquote:
        case OperatorName::escape:
        case OperatorName::escape8bit:
        case OperatorName::hexquote:
        case OperatorName::base64:
        case OperatorName::base64d:
        case OperatorName::hex2b64:
        case OperatorName::rfc2047:
        case OperatorName::rfc2047d:
        case OperatorName::from_utf8:
        case OperatorName::utf8clean:
        case OperatorName::address:
        case OperatorName::addresses:
        case OperatorName::domain:
        case OperatorName::local_part:
            return text_operation(node, subject);
        case OperatorName::expand:
        case OperatorName::stat:
        case OperatorName::randint:
        case OperatorName::listnamed:
        case OperatorName::sha256:
        case OperatorName::sha2:
        case OperatorName::sha3:
        case OperatorName::utf8_domain_from_alabel:
        case OperatorName::utf8_domain_to_alabel:
        case OperatorName::utf8_localpart_from_alabel:
        case OperatorName::utf8_localpart_to_alabel:
            return world_operation(node, subject);
        default:
            return number_operation(node, subject);
    }
}

// Results are as tainted as the text.
Expansion Evaluator::text_operation(const Node& node, const Text& subject) {
    const MainOptions& main = state_.main();
    const std::string_view bytes = subject.bytes;
    const auto same = [&](std::string result) { return Text(std::move(result), subject.tainted); };
    switch (node.operation) {
        case OperatorName::lc:
            return same(to_lower(bytes));
        case OperatorName::uc:
            return same(to_upper(bytes));
        case OperatorName::quote: {
            if (node.text.empty()) return same(quote_text(bytes));
            // ${quote_TYPE:…} and ${quote_TYPE_OPTION:…}
            const std::string_view words = std::string_view(node.text).substr(1);
            const std::size_t underscore = words.find('_');
            const auto option =
                underscore == std::string_view::npos ? std::nullopt : std::optional(words.substr(underscore + 1));
            auto quoted = quote_for_lookup(words.substr(0, underscore), option, bytes);
            if (!quoted) return failed(std::move(quoted.error()));
            return same(*std::move(quoted));
        }
        case OperatorName::quote_local_part:
            return same(quote_local_part(bytes));
        case OperatorName::rxquote:
            return same(quote_for_regex(bytes));
        case OperatorName::escape:
            return same(printable(bytes, main.print_topbitchars));
        case OperatorName::escape8bit:
            return same(escape_8bit(bytes));
        case OperatorName::hexquote:
            return same(quote_hex(bytes));
        case OperatorName::base64:
            return same(base64_encode(bytes));
        case OperatorName::base64d: {
            std::string decoded;
            if (!base64_decode(bytes, decoded)) return failed(wording::not_base64(bytes));
            decoded.resize(std::min(decoded.find('\0'), decoded.size()));
            return same(std::move(decoded));
        }
        case OperatorName::hex2b64: {
            if (!std::ranges::all_of(bytes, [](char c) { return parse_uint(std::string_view(&c, 1), 16).has_value(); }))
                return failed(wording::not_hex(bytes));
            if (bytes.size() % 2 != 0) return failed(wording::odd_hex(bytes));
            return same(base64_encode(bytes_from_hex(bytes)));
        }
        case OperatorName::rfc2047:
            return same(rfc2047_encode(bytes, main.headers_charset.value));
        case OperatorName::rfc2047d:
            return same(rfc2047_decode(bytes, {main.headers_charset.value, main.check_rfc2047_length}));
        case OperatorName::from_utf8:
            return same(latin1_from_utf8(bytes));
        case OperatorName::utf8clean:
            return same(clean_utf8(bytes));
        case OperatorName::address:
            return same(address_of(bytes));
        case OperatorName::domain:
            return same(std::string(split_address(address_of(bytes)).domain));
        case OperatorName::local_part:
            return same(std::string(split_address(address_of(bytes)).local_part));
        default: {
            auto list = list_of_addresses(bytes);
            if (!list) return failed(std::move(list.error()));
            return same(*std::move(list));
        }
    }
}

}  // namespace postern
