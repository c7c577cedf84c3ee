// SPDX-License-Identifier: Apache-2.0
#include "expand/parser.h"

#include <algorithm>

#include "base/strings.h"
#include "expand/variables.h"
#include "lookup/quoted.h"
#include "wording/expansion.h"

namespace postern {

std::unique_ptr<Template> parse_template(std::string_view source) {
    auto parsed = std::make_unique<Template>();
    parsed->source = source.substr(0, source.find('\0'));
    Parser(*parsed).run();
    return parsed;
}

std::optional<HeaderPrefix> header_prefix(std::string_view name) {
    struct Row {
        std::string_view letter;
        HeaderForm form;
    };
    static constexpr Row kRows[] = {
        {"", HeaderForm::decoded}, {"b", HeaderForm::unconverted}, {"l", HeaderForm::list}, {"r", HeaderForm::raw}};
    for (const Row& row : kRows) {
        if (!name.starts_with(row.letter)) continue;
        const std::string_view rest = name.substr(row.letter.size());
        if (rest.starts_with("h_")) return HeaderPrefix{row.form, row.letter.size() + 2};
        if (rest.starts_with("header_")) return HeaderPrefix{row.form, row.letter.size() + 7};
    }
    return std::nullopt;
}

void Parser::run() { sequence(out_.root, false); }

// --- small things ---

void Parser::skip_blanks() {
    while (!at_end() && is_space(text_[at_])) ++at_;
}

std::string_view Parser::take_word(bool dashes) {
    const std::size_t start = at_;
    while (!at_end() && (is_alnum(text_[at_]) || text_[at_] == '_' || (dashes && text_[at_] == '-'))) ++at_;
    return text_.substr(start, std::min<std::size_t>(at_ - start, 255));
}

bool Parser::fail(std::string error) {
    out_.error = std::move(error);
    return false;
}

bool Parser::fail_curly(std::string error) {
    return fail(brace_in_header_name_ ? wording::misplaced_brace(true) : std::move(error));
}

bool Parser::suffix(bool ok, const std::string& where) {
    if (!ok) out_.error += where;
    return ok;
}

// --- text ---

bool Parser::sequence(Sequence& into, bool braced, Dollars dollars) {
    const Level level(*this, into.checked_when_skipped);
    std::string literal;
    const auto flush = [&] {
        if (literal.empty()) return;
        into.nodes.emplace_back().text = std::move(literal);
        literal.clear();
    };
    const std::string_view special = dollars == Dollars::mean ? "\\$}" : "\\}";
    if (level.too_deep()) {
        into.broken = true;
        return fail(wording::nested_too_deeply());
    }
    while (!at_end()) {
        const std::size_t next = std::min(text_.find_first_of(special, at_), text_.size());
        literal += text_.substr(at_, next - at_);
        at_ = next;
        if (at_end()) break;
        if (text_[at_] == '}') {
            if (braced) break;
            literal += text_[at_++];
        } else if (text_[at_] == '$') {
            flush();
            if (!dollar(into)) {
                into.broken = true;
                return false;
            }
        } else if (at_ + 1 >= text_.size()) {
            flush();
            into.broken = true;
            return fail(wording::backslash_at_end());
        } else if (text_[at_ + 1] == 'N') {
            const std::size_t start = at_ + 2;
            const std::size_t end = std::min(text_.find("\\N", start), text_.size());
            literal += text_.substr(start, end - start);
            at_ = std::min(end + 2, text_.size());
        } else {
            read_escape(text_, at_, literal);
        }
    }
    flush();
    if (!braced || !at_end()) return true;
    into.broken = true;
    return fail(wording::missing_brace_at_end(brace_in_header_name_));
}

bool Parser::argument(Sequence& into, Dollars dollars) {
    into.begin = at_++;
    if (!sequence(into, true, dollars)) return false;
    into.end = ++at_;
    return true;
}

// --- $ ---

bool Parser::dollar(Sequence& into) {
    Node& node = into.nodes.emplace_back();
    ++at_;
    bool ok = false;
    if (!at_end() && is_alpha(text_[at_])) {
        ok = named(node);
    } else if (!at_end() && is_digit(text_[at_])) {
        node.kind = NodeKind::capture;
        const std::size_t start = at_;
        while (!at_end() && is_digit(text_[at_])) ++at_;
        node.number = parse_int(text_.substr(start, at_ - start)).value_or(-1);
        ok = true;
    } else if (at('{')) {
        ok = braced(node);
    } else {
        ok = fail(wording::bad_dollar());
    }
    if (!ok) node.broken = true;
    return ok;
}

bool Parser::named(Node& node) {
    const std::size_t start = at_;
    const std::string_view name = take_word();
    if (const auto prefix = header_prefix(name)) {
        at_ = start + prefix->prefix;
        header(node, prefix->form);
        return true;
    }
    return variable(node, name, false);
}

std::string Parser::header_name() {
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != ':' && is_graph(text_[at_])) {
        if (text_[at_] == '}') brace_in_header_name_ = true;
        ++at_;
    }
    std::string name(text_.substr(start, std::min<std::size_t>(at_ - start, 255)));
    if (at(':')) ++at_;
    return name;
}

void Parser::header(Node& node, HeaderForm form) {
    node.kind = NodeKind::header;
    node.form = form;
    node.text = header_name();
}

bool Parser::variable(Node& node, std::string_view name, bool in_braces) {
    node.kind = NodeKind::variable;
    node.text = name;
    node.in_braces = in_braces;
    const auto row = find_variable(name);
    if (!row) return fail(in_braces ? wording::unknown_variable_in_braces(name) : wording::unknown_variable(name));
    node.number = *row;
    return true;
}

bool Parser::braced(Node& node) {
    ++at_;
    if (!at_end() && is_digit(text_[at_])) {
        node.kind = NodeKind::capture;
        const std::size_t start = at_;
        while (!at_end() && is_digit(text_[at_])) ++at_;
        node.number = parse_int(text_.substr(start, at_ - start)).value_or(-1);
        if (!at('}')) return fail(wording::brace_after_number());
        ++at_;
        return true;
    }
    if (at_end() || !is_alpha(text_[at_])) return fail(wording::bad_dollar_brace());
    const std::string_view name = take_word(true);
    if (const auto found = find_item(name)) {
        node.kind = NodeKind::item;
        node.item = *found;
        return item(node, name);
    }
    if (at(':')) return operation(node, name);
    if (!at('}')) return fail(wording::not_a_known_operator(name));
    ++at_;
    return variable(node, name, true);
}

bool Parser::operation(Node& node, std::string_view name) {
    node.kind = NodeKind::operation;
    const auto found = find_operator(name);
    if (found) {
        node.operation = found->name;
        node.text = found->rest;
    }
    Sequence& body = node.args.emplace_back();
    if (!argument(body)) return false;  // stands on the colon instead of a brace
    if (!found) return fail(wording::unknown_operator(name));
    return true;
}

}  // namespace postern
