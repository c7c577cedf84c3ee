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
            return number_item(node, "hash");
        case ItemName::length:
            return number_item(node, "length");
        case ItemName::nhash:
            return number_item(node, "nhash");
        case ItemName::substr:
            return number_item(node, "substr");
        case ItemName::sg:
            return substitute(node);
        case ItemName::tr:
            return translate(node);
        case ItemName::readfile:
            return read_whole_file(node);
        case ItemName::listquote:
            return list_quote(node);
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

Expansion Evaluator::number_item(const Node& node, std::string_view name) {
    const auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i + 1 < args->size(); ++i) {
        const std::string& digits = (*args)[i].bytes;
        const bool may_be_negative = i == 0 && node.item == ItemName::substr;
        const auto number = digits.empty() ? std::optional<std::int64_t>(0) : parse_int(digits);
        if (!number || (!may_be_negative && *number < 0))
            return failed(wording::not_a_number_for(digits, name, !may_be_negative));
        numbers.push_back(*number);
    }
    const std::optional<std::int64_t> second = numbers.size() > 1 ? std::optional(numbers[1]) : std::nullopt;
    const Text& subject = args->back();
    switch (node.item) {
        case ItemName::length:
            return Text(substring(subject.bytes, 0, numbers[0]), subject.tainted);
        case ItemName::substr:
            return Text(substring(subject.bytes, numbers[0], second), subject.tainted);
        case ItemName::nhash: {
            auto value = numeric_hash(subject.bytes, numbers[0], second);
            if (!value) return failed(wording::nhash_by_zero());
            return Text(*std::move(value));
        }
        default: {
            if (second.value_or(0) > kMostHashCodes) return failed(wording::hash_count_too_big((*args)[1].bytes));
            return Text(text_hash(subject.bytes, numbers[0], second), subject.tainted);
        }
    }
}

// s///g as in Perl: the replacement is expanded for each match, with $0 and the groups.
Expansion Evaluator::substitute(const Node& node) {
    const auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    const Saved saved(state_.registers, Saved::What::value_and_captures);
    const Text& subject = (*args)[0];
    const auto regex = Regex::compile((*args)[1].bytes, false);
    if (!regex) return failed(wording::regex_error((*args)[1].bytes, regex.error().text, regex.error().offset));
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
        Expansion replacement = expand_again((*args)[2]);
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

Expansion Evaluator::translate(const Node& node) {
    auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    const std::string &from = (*args)[1].bytes, &to = (*args)[2].bytes;
    if (!to.empty()) {
        for (char& c : (*args)[0].bytes) {
            const std::size_t at = from.rfind(c);
            if (at != std::string::npos) c = to[std::min(at, to.size() - 1)];
        }
    }
    return std::move((*args)[0]);
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

Expansion Evaluator::list_quote(const Node& node) {
    const auto args = arguments(node);
    if (!args) return tl::unexpected(args.error());
    const Text& subject = (*args)[1];
    if (subject.empty()) return Text(" ");
    const char separator = (*args)[0].empty() ? '\0' : (*args)[0].bytes.front();
    Text out;
    out.tainted = subject.tainted;
    for (const char c : subject.bytes) {
        if (c == separator) out.bytes += c;
        out.bytes += c;
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
