// SPDX-License-Identifier: Apache-2.0
// expand/template.h – an expansion string after parsing: what parser.cc makes and evaluator.cc walks.
//
// Parsing stops at the first syntax error, so a template has at most one, and everything up to it is there. `broken`
// marks each part that the error cut short: whoever walks the tree does the part's work as far as it goes, then fails
// with Template::error; whoever skips a broken part fails at once. That gives Exim's order of errors and side effects.
//
// Exim looks at a few things even in text that it skips: that a number is one, that a pattern compiles. The parser
// marks text that holds such things `checked_when_skipped`; skipping.cc looks at them, and everything else is skipped
// for free.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expand/names.h"
#include "lookup/lookup.h"

namespace postern {

struct Node;
struct Condition;

// Text with its $… parts. `begin` is where it starts in the source, on its opening brace if it has one.
struct Sequence {
    std::vector<Node> nodes;
    std::size_t begin = 0, end = 0;  // end: behind the closing brace
    bool broken = false, checked_when_skipped = false;
};

// The {yes}{no} that end many items.
struct Branches {
    std::optional<Sequence> yes, no;
    bool fail_word = false;
    bool broken = false;
};

enum class HeaderForm : std::uint8_t { decoded, raw, unconverted, list };  // h_ rh_ bh_ lh_

enum class NodeKind : std::uint8_t { literal, variable, capture, header, operation, item };

struct Node {
    NodeKind kind = NodeKind::literal;
    ItemName item{};
    OperatorName operation{};
    HeaderForm form{};
    ConditionName comparator{};  // sort
    bool broken = false, in_braces = false;
    std::string text;         // literal bytes; name of a variable or header; what follows an operator's name ("_3_5")
    std::int64_t number = 0;  // capture; row of the variable table
    std::vector<Sequence> args;
    std::unique_ptr<Condition> condition;  // if, filter
    std::unique_ptr<Branches> branches;
    std::unique_ptr<LookupType> lookup;
    // extract only: how the braces went on after all its arguments, since their number depends on the first one's
    // value.
    std::size_t tail = 0;
    bool tail_fail = false, tail_closed = false;
};

struct Condition {
    ConditionName name{};
    bool negated = false, broken = false, checked_when_skipped = false;
    std::string text;  // def: a variable's or header's name
    HeaderForm form{};
    bool header = false;      // def:h_…
    std::int64_t number = 0;  // def: row of the variable table
    std::vector<Sequence> args;
    std::vector<Condition> parts;  // and, or, forany, forall
};

struct Template {
    std::string source;
    Sequence root;
    std::string error;  // of the one syntax error
};

inline constexpr int kDeepestNesting = 200;  // braces within braces

// Always gives a template; see above for what a syntax error does.
[[nodiscard]] std::unique_ptr<Template> parse_template(std::string_view source);

}  // namespace postern
