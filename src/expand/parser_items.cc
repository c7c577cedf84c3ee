// SPDX-License-Identifier: Apache-2.0
// ${item …}: what braces each item takes, and the {yes}{no} that end many of them.
#include "base/strings.h"
#include "expand/compare.h"
#include "expand/parser.h"
#include "wording/expansion.h"

namespace postern {

bool Parser::item(Node& node, std::string_view name) {
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
        case ItemName::filter:
        case ItemName::reduce:
            return list_item(node, name);
        case ItemName::sort:
            return sort(node);
        case ItemName::run:
            return run_command(node);
        case ItemName::hash:
        case ItemName::substr:
        case ItemName::nhash:
            ++checks_;
            return fixed_arguments(node, name, 2, 3);
        case ItemName::length:
            ++checks_;
            return fixed_arguments(node, name, 2, 2);
        case ItemName::listquote:
            return fixed_arguments(node, name, 2, 2);
        case ItemName::readfile:
            return fixed_arguments(node, name, 1, 2);
        case ItemName::sg:
            ++checks_;
            return fixed_arguments(node, name, 3, 3);
        case ItemName::hmac:
        case ItemName::tr:
            return fixed_arguments(node, name, 3, 3);
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
            return refused(node, name);
    }
    return fail(wording::not_a_known_operator(name));
}

bool Parser::fixed_arguments(Node& node, std::string_view name, std::size_t least, std::size_t most) {
    for (std::size_t count = 0; count < most; ++count) {
        skip_blanks();
        if (!at('{')) {
            if (count < least) return fail_curly(wording::not_enough_arguments(name, least));
            break;
        }
        if (!argument(node.args.emplace_back())) return false;
    }
    skip_blanks();
    if (at('{')) return fail_curly(wording::too_many_arguments(name, most));
    if (!at('}')) return fail_curly(wording::missing_brace_after(name));
    ++at_;
    return true;
}

bool Parser::if_item(Node& node) {
    node.condition = std::make_unique<Condition>();
    return condition(*node.condition) && branches(node, "if");
}

// ${lookup{key} type {file} …} or ${lookup type {query} …}
bool Parser::lookup(Node& node) {
    skip_blanks();
    const bool has_key = at('{');
    if (has_key && !argument(node.args.emplace_back())) return false;
    skip_blanks();
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != '{' && !is_space(text_[at_])) ++at_;
    const std::string_view type_text = text_.substr(start, at_ - start);
    if (type_text.empty() || type_text == "}") return fail_curly(wording::missing_lookup_type());
    auto type = parse_lookup_type(type_text);
    if (!type) return fail(std::move(type.error()));
    if (type->single_key() && !has_key) return fail(wording::key_missing(type->name()));
    if (!type->single_key() && has_key) return fail(wording::key_not_wanted(type->name()));
    node.lookup = std::make_unique<LookupType>(*std::move(type));
    skip_blanks();
    if (!at('{')) return fail_curly(wording::lookup_argument_missing());
    return argument(node.args.emplace_back()) && branches(node, "lookup");
}

// The number of arguments depends on the value of the first: takes what is there and leaves the judgement to
// evaluation.
bool Parser::extract(Node& node) {
    const std::size_t before = at_;
    skip_blanks();
    if (const std::string_view word = text_.substr(at_, 5); word.starts_with("json")) {
        node.text = word == "jsons" ? "jsons" : "json";
        at_ += node.text.size();
        if (!at_end() && (is_alnum(text_[at_]) || text_[at_] == '_')) {
            node.text.clear();
            at_ = before;
        }
    }
    for (int count = 0; count < 5; ++count) {
        skip_blanks();
        if (!at('{')) break;
        if (!argument(node.args.emplace_back())) return false;
    }
    skip_blanks();
    node.tail = at_;
    if (rest().starts_with("fail") &&
        (at_ + 4 >= text_.size() || !(is_alnum(text_[at_ + 4]) || text_[at_ + 4] == '_'))) {
        node.tail_fail = true;
        at_ += 4;
        skip_blanks();
    }
    if (!at('}')) return fail_curly(wording::extract_not_closed());
    node.tail_closed = true;
    ++at_;
    return true;
}

bool Parser::list_extract(Node& node) {
    ++checks_;
    for (int count = 1; count <= 2; ++count) {
        skip_blanks();
        if (!at('{')) return fail_curly(wording::argument_missing(count, "listextract"));
        if (!argument(node.args.emplace_back())) return false;
    }
    return branches(node, "listextract");
}

bool Parser::env(Node& node) {
    skip_blanks();
    if (!at('{')) return fail_curly(wording::argument_missing(1, "env"));
    return argument(node.args.emplace_back()) && branches(node, "env");
}

bool Parser::list_item(Node& node, std::string_view name) {
    const bool is_filter = node.item == ItemName::filter;
    const auto next = [&](std::string_view which) {
        skip_blanks();
        return at('{') || fail_curly(wording::list_argument_missing(which, name));
    };
    if (!next("first") || !argument(node.args.emplace_back())) return false;
    if (node.item == ItemName::reduce && (!next("second") || !argument(node.args.emplace_back()))) return false;
    if (!next("last")) return false;
    const std::string where = wording::inside_item(name);
    if (is_filter) {
        ++at_;
        node.condition = std::make_unique<Condition>();
        if (!suffix(condition(*node.condition), where)) return false;
        skip_blanks();
        if (!at('}')) return fail_curly(wording::brace_after_expression(name));
        ++at_;
    } else if (!suffix(argument(node.args.emplace_back()), where)) {
        return false;
    }
    skip_blanks();
    if (!at('}')) return fail_curly(wording::brace_at_end_of(name));
    ++at_;
    return true;
}

bool Parser::sort(Node& node) {
    for (const std::string_view which : {"list", "comparator", "extractor"}) {
        skip_blanks();
        if (!at('{')) return fail_curly(wording::list_argument_missing(which, "sort"));
        const bool ok = which == "comparator" ? comparator(node) : argument(node.args.emplace_back());
        if (!ok) return false;
    }
    skip_blanks();
    if (!at('}')) return fail_curly(wording::brace_at_end_of("sort"));
    ++at_;
    return true;
}

// One of the conditions that put two texts in order; what follows its name is not looked at.
bool Parser::comparator(Node& node) {
    Sequence into;
    if (!argument(into, Dollars::literal)) return false;
    const std::string written = into.nodes.empty() ? std::string() : into.nodes.front().text;
    const std::string_view name = condition_name(written);
    if (name.empty()) return fail(wording::condition_name_expected(std::string_view(written).substr(0, 16)));
    const auto found = find_condition(name);
    if (!found) return fail(wording::unknown_condition(name));
    if (!is_ordering(*found)) return fail(wording::comparator_not_handled());
    node.comparator = *found;
    return true;
}

bool Parser::run_command(Node& node) {
    while (at(',')) {
        ++at_;
        const std::size_t start = at_;
        while (!at_end() && (is_alnum(text_[at_]) || text_[at_] == '_')) ++at_;
        const std::string_view option = text_.substr(start, at_ - start);
        if (option == "preexpand") {
            node.text = option;
            continue;
        }
        return fail(wording::bad_run_option(option.empty() ? rest().substr(0, 1) : option));
    }
    skip_blanks();
    if (!at('{')) return fail_curly(wording::list_argument_missing("command", "run"));
    Sequence& command = node.args.emplace_back();
    if (!argument(command)) {
        if (!node.text.empty()) return false;
        // Only the end of the command is wanted now: its words are parsed one by one when it runs. Behind an error the
        // next brace is the end.
        out_.error.clear();
        const std::size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) return fail_curly(wording::command_not_closed());
        at_ = command.end = end + 1;
        command.nodes.clear();
        command.broken = false;
    }
    return branches(node, "run");
}

// Items that this version does not have: their braces are read, so that a branch not taken may hold them.
bool Parser::refused(Node& node, std::string_view name) {
    std::size_t least = 1, most = 10;
    if (node.item == ItemName::prvs) least = 2, most = 3;
    if (node.item == ItemName::prvscheck) least = 3, most = 3;
    if (node.item == ItemName::srs_encode) least = 3, most = 3;
    if (node.item == ItemName::imapfolder) most = 3;
    if (node.item == ItemName::readsocket) least = 2, most = 5;
    if (node.item == ItemName::certextract) least = 2, most = 4;
    return fixed_arguments(node, name, least, most);
}

bool Parser::branches(Node& node, std::string_view name) {
    node.branches = std::make_unique<Branches>();
    if (yes_and_no(*node.branches, name)) return true;
    node.branches->broken = true;
    return false;
}

bool Parser::yes_and_no(Branches& into, std::string_view name) {
    const auto problem = [&](std::string_view where) { return fail_curly(wording::branches_problem(where, rest())); };
    skip_blanks();
    if (at('}')) {
        ++at_;
        return true;
    }
    if (!at('{')) return problem("'yes' part did not start with '{'");
    if (!argument(into.yes.emplace())) return false;
    skip_blanks();
    if (at('{')) {
        if (!argument(into.no.emplace())) return false;
        skip_blanks();
    } else if (!at('}')) {
        const std::string_view word = take_word();
        if (word != "fail") return fail(wording::fail_word_expected(name));
        skip_blanks();
        if (!at('}')) return problem("did not close with '}' after forcedfail");
        into.fail_word = true;
    }
    if (!at('}')) return problem("did not close with '}'");
    ++at_;
    return true;
}

}  // namespace postern
