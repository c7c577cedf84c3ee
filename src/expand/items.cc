// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/strings.h"
#include "expand/digest.h"
#include "expand/evaluator.h"
#include "expand/hashing.h"
#include "wording/expansion.h"

namespace postern {

Expansion Evaluator::item(const Node& node) {
    switch (node.item) {
        case ItemName::if_:
            return if_item(node);
        case ItemName::lookup:
            return lookup(node);
        case ItemName::extract:
            return extract(node);
        case ItemName::listextract:
            return list_extract(node);
        case ItemName::env:
            return env(node);
        case ItemName::map:
            return map(node);
        case ItemName::filter:
            return filter(node);
        case ItemName::reduce:
            return reduce(node);
        case ItemName::sort:
            return sort(node);
        case ItemName::run:
            return run(node);
        case ItemName::hash:
        case ItemName::length:
        case ItemName::listquote:
        case ItemName::nhash:
        case ItemName::sg:
        case ItemName::substr:
        case ItemName::tr:
            return text_item(node.item, arguments(node), Mode::work);
        case ItemName::readfile:
            return read_whole_file(node);
        case ItemName::hmac:
            return hmac(node);
        case ItemName::acl:
        case ItemName::authresults:
        case ItemName::certextract:
        case ItemName::dlfunc:
        case ItemName::imapfolder:
        case ItemName::perl:
        case ItemName::prvs:
        case ItemName::prvscheck:
        case ItemName::readsocket:
        case ItemName::srs_encode:
            return refused(node);
    }
    return Text();
}

tl::unexpected<ExpansionFailure> Evaluator::refused(const Node& node) {
    const auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    switch (node.item) {
        case ItemName::acl:
            return failed(wording::acl_error(args->front().bytes));
        case ItemName::certextract:
            return failed(wording::certificate_variable_wanted());
        case ItemName::dlfunc:
            return failed(wording::facility_not_included("dlfunc"));
        case ItemName::perl:
            return failed(wording::facility_not_included("perl"));
        case ItemName::authresults:
            return failed(wording::item_not_supported("authresults"));
        case ItemName::imapfolder:
            return failed(wording::item_not_supported("imapfolder"));
        case ItemName::prvs:
            return failed(wording::item_not_supported("prvs"));
        case ItemName::prvscheck:
            return failed(wording::item_not_supported("prvscheck"));
        case ItemName::readsocket:
            return failed(wording::item_not_supported("readsocket"));
        default:
            return failed(wording::item_not_supported("srs_encode"));
    }
}

Expansion Evaluator::if_item(const Node& node) {
    Saved saved(state_.registers, Saved::What::value_and_captures);
    const Truth taken = condition(*node.condition);
    if (!taken) return tl::unexpected(taken.error());
    return branches(node, "if", *taken, nullptr, NoBranch::keeps_value);
}

// saved: where {no} finds the outer $value.
Expansion Evaluator::branches(const Node& node, std::string_view name, bool taken, Saved* saved, NoBranch no_branch) {
    if (!node.branches) return syntax();
    const Branches& parts = *node.branches;
    Text out;
    if (!parts.yes) {
        if (parts.broken) return syntax();
        if (!taken) return out;
        return name == "if" ? Text("true") : state_.registers.value;
    }
    Expansion yes = taken ? text(*parts.yes) : skipped(*parts.yes);
    if (!yes) return yes;
    if (taken) out = *std::move(yes);
    if (saved && no_branch == NoBranch::outer_value) saved->restore_value();
    if (parts.no) {
        Expansion no = taken ? skipped(*parts.no) : text(*parts.no);
        if (!no) return no;
        if (!taken) out = *std::move(no);
    }
    if (parts.broken) return syntax();
    if (parts.fail_word && !taken) return tl::unexpected(ExpansionFailure{wording::forced_failure(name), true});
    return out;
}

Expansion Evaluator::env(const Node& node) {
    if (node.args.empty()) return syntax();
    Saved saved(state_.registers, Saved::What::value);
    Expansion name = text(node.args.front());
    if (!name) return name;
    const char* value = name->empty() ? nullptr : std::getenv(name->bytes.c_str());  // NOLINT: single-threaded
    if (value) state_.registers.value = Text(value);
    return branches(node, "env", value != nullptr, &saved, NoBranch::outer_value);
}

namespace {

std::string_view name_of(ItemName item) {
    switch (item) {
        case ItemName::length:
            return "length";
        case ItemName::substr:
            return "substr";
        case ItemName::nhash:
            return "nhash";
        default:
            return "hash";
    }
}

// The arguments before the last one are numbers; only the first one of substr may be negative. (In Exim those of hash
// and nhash, too, and then it dies or makes nonsense; its text shows.)
tl::expected<std::vector<std::int64_t>, std::string> numbers_of(ItemName item, std::span<const Text> args) {
    std::vector<std::int64_t> numbers;
    for (const Text& argument : args.first(args.size() - 1)) {
        const std::string& digits = argument.bytes;
        const bool any_sign = numbers.empty() && item != ItemName::length;
        const auto number = digits.empty() ? std::optional<std::int64_t>(0) : parse_int(trim_left(digits));
        if (!number) return tl::unexpected(wording::not_a_number_for(digits, name_of(item), !any_sign));
        if (*number < 0 && !(any_sign && item == ItemName::substr))
            return tl::unexpected(wording::not_a_number_for(digits, name_of(item), true));
        numbers.push_back(*number);
    }
    return numbers;
}

Text translated(Text subject, std::string_view from, std::string_view to) {
    if (to.empty()) return subject;
    for (char& c : subject.bytes) {
        const std::size_t at = from.rfind(c);
        if (at != std::string_view::npos) c = to[std::min(at, to.size() - 1)];
    }
    return subject;
}

Text quoted_for_list(std::string_view separators, const Text& subject) {
    if (subject.empty()) return Text(" ");
    const char separator = separators.empty() ? '\0' : separators.front();
    Text out;
    out.tainted = subject.tainted;
    for (const char c : subject.bytes) {
        if (c == separator) out.bytes += c;
        out.bytes += c;
    }
    return out;
}

}  // namespace

Expansion Evaluator::text_item(ItemName item, const Arguments& args, Mode mode) {
    if (!args) return tl::unexpected(args.error());
    if (item == ItemName::sg) return substitute(*args, mode);
    if (item == ItemName::tr) return translated((*args)[0], (*args)[1].bytes, (*args)[2].bytes);
    if (item == ItemName::listquote) return quoted_for_list((*args)[0].bytes, (*args)[1]);
    const auto numbers = numbers_of(item, *args);
    if (!numbers) return failed(numbers.error());
    const std::int64_t first = numbers->front();
    const std::optional<std::int64_t> second = numbers->size() > 1 ? std::optional(numbers->back()) : std::nullopt;
    const Text& subject = args->back();
    switch (item) {
        case ItemName::length:
            return Text(substring(subject.bytes, 0, first), subject.tainted);
        case ItemName::substr:
            return Text(substring(subject.bytes, first, second), subject.tainted);
        case ItemName::nhash: {
            auto value = numeric_hash(subject.bytes, first, second);
            if (value) return Text(*std::move(value));
            // What is skipped may stand for another number.
            return mode == Mode::skim ? Expansion(Text()) : failed(wording::nhash_by_zero());
        }
        default: {
            if (second.value_or(0) > kMostHashCodes) return failed(wording::hash_count_too_big((*args)[1].bytes));
            return Text(text_hash(subject.bytes, first, second), subject.tainted);
        }
    }
}

// s///g as in Perl: the replacement is expanded for each match, with $0 and the groups.
Expansion Evaluator::substitute(std::span<const Text> args, Mode mode) {
    const Saved saved(state_.registers, Saved::What::value_and_captures);
    const Text& subject = args[0];
    const auto regex = Regex::compile(args[1].bytes, false);
    if (!regex) return failed(wording::regex_error(args[1].bytes, regex.error().text, regex.error().offset));
    const std::string_view bytes = subject.bytes;
    Text out;
    const auto copy = [&](std::size_t from, std::size_t to) {
        if (to > from) out.append(Text(bytes.substr(from, to - from), subject.tainted));
    };
    Regex::Groups groups;
    std::size_t at = 0;
    bool after_empty = false;
    while (at <= bytes.size()) {
        if (++state_.steps > state_.environment.most_steps) return failed(wording::too_much_work());
        if (!regex->match(bytes, &groups, at, after_empty)) {
            if (!after_empty || at >= bytes.size()) break;
            copy(at, at + 1);
            ++at;
            after_empty = false;
            continue;
        }
        const auto [start, end] = groups.front();
        copy(at, start);
        auto& captures = state_.registers.captures;
        captures.clear();
        for (std::size_t i = 0; i < std::min(groups.size(), kMostCaptures); ++i) {
            const auto& group = groups[i];
            captures.push_back(group.start == std::string_view::npos
                                   ? Text()
                                   : Text(bytes.substr(group.start, group.end - group.start), subject.tainted));
        }
        Expansion replacement = mode == Mode::work ? expand_again(args[2]) : skim_again(args[2]);
        if (!replacement) return replacement;
        if (out.bytes.size() + replacement->bytes.size() > state_.environment.most_bytes)
            return failed(wording::too_long());
        if (!replacement->empty()) out.append(*replacement);
        after_empty = start == end;
        at = end;
    }
    copy(std::min(at, bytes.size()), bytes.size());
    return out;
}

Expansion Evaluator::read_whole_file(const Node& node) {
    const auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    const Text& name = (*args)[0];
    Os& os = *state_.environment.os;
    if (name.tainted) {
        state_.panic(wording::tainted_file_name(name.bytes));
        return failed(wording::tainted_file_refused(name.bytes, os.ids().effective_uid, os.ids().effective_gid));
    }
    const auto contents = read_file(os, AtPath(name.bytes), state_.environment.most_bytes);
    if (!contents && contents.error().code == EISDIR) return Text();
    if (!contents && contents.error().code == EACCES)
        return failed(wording::file_no_permission(name.bytes, os.ids().effective_uid, os.ids().effective_gid));
    if (!contents) return failed(wording::file_open(name.bytes, contents.error().code));
    if (args->size() < 2) return Text(*contents);
    Text out;
    const Text& newline = (*args)[1];
    for (const char c : *contents) {
        if (c == '\n') {
            if (!newline.empty()) out.append(newline);
        } else {
            out.bytes += c;
        }
    }
    return out;
}

Expansion Evaluator::hmac(const Node& node) {
    const auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    const std::string& algorithm = (*args)[0].bytes;
    if (algorithm == "md5") return Text(hex(hmac_md5((*args)[1].bytes, (*args)[2].bytes)));
    if (algorithm == "sha1") return Text(hex(hmac_sha1((*args)[1].bytes, (*args)[2].bytes)));
    return failed(wording::hmac_algorithm(algorithm));
}

}  // namespace postern
