// SPDX-License-Identifier: Apache-2.0
// expand/parser.h – recursive descent from expansion text to a Template. Private to parser*.cc.
// Every method that can fail returns false after the first syntax error, which it has put into the template; the caller
// marks its own part broken and returns false as well.
#pragma once

#include <string>
#include <string_view>

#include "expand/template.h"

namespace postern {

class Parser {
public:
    explicit Parser(Template& out) : out_(out), text_(out.source) {}
    void run();

private:
    enum class Dollars : bool { literal, mean };

    // parser.cc: text
    bool sequence(Sequence& into, bool braced, Dollars dollars = Dollars::mean);
    bool argument(Sequence& into, Dollars dollars = Dollars::mean);  // stands on '{'; ends behind '}'
    bool dollar(Sequence& into);
    bool named(Node& node);
    bool braced(Node& node);
    bool variable(Node& node, std::string_view name, bool in_braces);
    bool operation(Node& node, std::string_view name);
    void header(Node& node, HeaderForm form);
    [[nodiscard]] std::string header_name();

    // parser_items.cc
    bool item(Node& node, std::string_view name);
    bool fixed_arguments(Node& node, std::string_view name, std::size_t least, std::size_t most);
    bool if_item(Node& node);
    bool lookup(Node& node);
    bool extract(Node& node);
    bool list_extract(Node& node);
    bool env(Node& node);
    bool list_item(Node& node, std::string_view name);  // map, filter, reduce
    bool sort(Node& node);
    bool comparator(Node& node);  // sort's
    bool run_command(Node& node);
    bool refused(Node& node, std::string_view name);
    bool branches(Node& node, std::string_view name);
    bool yes_and_no(Branches& into, std::string_view name);

    // parser_conditions.cc
    bool condition(Condition& into);
    bool definition(Condition& into);
    bool combination(Condition& into, std::string_view name);
    bool list_condition(Condition& into, std::string_view name);
    bool two_strings(Condition& into, std::string_view name, Dollars second);
    bool one_string(Condition& into, std::string_view name);
    bool brace_group(Condition& into, std::string_view name);

    // small things
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
    void skip_blanks();
    [[nodiscard]] std::string_view take_word(bool dashes = false);  // letters, digits, _ (and -)
    bool fail(std::string error);
    bool fail_curly(std::string error);              // about braces, which a header name may have swallowed
    bool suffix(bool ok, const std::string& where);  // adds `where` to the error if there is one

    // Counts how deep braces are nested; tells its part at the end whether it holds anything that is checked when
    // skipped.
    class Level {
    public:
        Level(Parser& parser, bool& checked) : parser_(parser), checked_(checked), before_(parser.checks_) {
            ++parser_.depth_;
        }
        ~Level() {
            --parser_.depth_;
            checked_ = parser_.checks_ != before_;
        }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        [[nodiscard]] bool too_deep() const { return parser_.depth_ > kDeepestNesting; }

    private:
        Parser& parser_;
        bool& checked_;
        std::size_t before_;
    };

    Template& out_;
    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::size_t checks_ = 0;  // parts seen that are checked when skipped
    bool brace_in_header_name_ = false;
};

// What `text` begins with, if that can be the name of a condition: a word, or one of = == < <= > >=.
[[nodiscard]] std::string_view condition_name(std::string_view text);

// $h_, $header_ and their relatives; `prefix` is how many characters of the name say so.
struct HeaderPrefix {
    HeaderForm form;
    std::size_t prefix;
};
[[nodiscard]] std::optional<HeaderPrefix> header_prefix(std::string_view name);

}  // namespace postern
