// SPDX-License-Identifier: Apache-2.0
// expand/evaluator.h – walks one Template with one Scope. Private to the folder: evaluator.cc (text and variables),
// items.cc, list_items.cc, lookup_item.cc, run_item.cc, operators*.cc, conditions*.cc, skipping.cc.
// Taint follows values (spec expansion.md §9): each method says by the Text it returns whether the result is tainted.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expand/state.h"

namespace postern {

using Truth = tl::expected<bool, ExpansionFailure>;

inline tl::unexpected<ExpansionFailure> failed(std::string message) {
    return tl::unexpected(ExpansionFailure{std::move(message)});
}

// What is added to a failure in a part of and{…}, or{…}, forany{…}{…} …
[[nodiscard]] std::string where_inside(ConditionName condition);

class Evaluator {
public:
    Evaluator(Expander::State& state, const Scope& scope, const Template& parsed)
        : state_(state), scope_(scope), template_(parsed) {}

    [[nodiscard]] Expansion text(const Sequence& sequence);

    // What Exim puts back when an item ends: $value, and with captures $0 … as well.
    class Saved {
    public:
        enum class What : bool { value, value_and_captures };
        Saved(Registers& registers, What what) : registers_(registers), value_(registers.value), what_(what) {
            if (what == What::value_and_captures) captures_ = registers.captures;
        }
        ~Saved() {
            registers_.value = std::move(value_);
            if (what_ == What::value_and_captures) registers_.captures = std::move(captures_);
        }
        Saved(const Saved&) = delete;
        Saved& operator=(const Saved&) = delete;
        void restore_value() { registers_.value = value_; }

    private:
        Registers& registers_;
        Text value_;
        std::vector<Text> captures_;
        What what_;
    };

private:
    // evaluator.cc
    [[nodiscard]] Expansion node(const Node& node);
    [[nodiscard]] Expansion variable(const Node& node);
    [[nodiscard]] Text capture(std::int64_t number) const;
    [[nodiscard]] Text header(const Node& node) const;
    using Arguments = tl::expected<std::vector<Text>, ExpansionFailure>;
    [[nodiscard]] Arguments arguments(const Node& node);
    [[nodiscard]] tl::unexpected<ExpansionFailure> syntax();
    // Adds `where` to a failure (a forced one, too), unless the parser has done that already.
    [[nodiscard]] tl::unexpected<ExpansionFailure> inside(ExpansionFailure failure, const std::string& where) const;
    [[nodiscard]] Expansion expand_again(const Text& source);  // text that another expansion made

    // skipping.cc. skipped(): nothing but an error comes of text that is not taken. skim(): also what Exim has in hand
    // then, which is the literal text and what items make of it.
    [[nodiscard]] Expansion skipped(const Sequence& sequence);
    [[nodiscard]] Truth skipped(const Condition& condition);
    [[nodiscard]] Expansion skim(const Sequence& sequence);
    [[nodiscard]] Expansion skim(const Node& node);
    [[nodiscard]] Expansion skim_again(const Text& source);
    [[nodiscard]] Expansion skim_item(const Node& node);
    [[nodiscard]] Expansion skim_list_item(const Node& node);
    [[nodiscard]] Expansion skim_list_extract(const Node& node);
    [[nodiscard]] Expansion skim_branches(const Node& node);
    [[nodiscard]] Truth skim(const Condition& condition);
    [[nodiscard]] Arguments skim_all(std::span<const Sequence> arguments, bool broken);

    // items.cc
    [[nodiscard]] Expansion item(const Node& node);
    [[nodiscard]] Expansion if_item(const Node& node);
    enum class NoBranch : bool { keeps_value, outer_value };
    [[nodiscard]] Expansion branches(const Node& node, std::string_view name, bool taken, Saved* saved, NoBranch no);
    [[nodiscard]] Expansion env(const Node& node);
    enum class Mode : bool { work, skim };
    // length, substr, hash, nhash, sg, tr, listquote
    [[nodiscard]] Expansion text_item(ItemName item, const Arguments& args, Mode mode);
    [[nodiscard]] Expansion substitute(std::span<const Text> args, Mode mode);
    [[nodiscard]] Expansion read_whole_file(const Node& node);
    [[nodiscard]] Expansion hmac(const Node& node);
    [[nodiscard]] tl::unexpected<ExpansionFailure> refused(const Node& node);

    // extract_item.cc
    [[nodiscard]] Expansion extract(const Node& node);
    [[nodiscard]] Expansion extract_branches(const Node& node, std::size_t used, bool found, Saved& saved);
    [[nodiscard]] Expansion list_extract(const Node& node);

    // list_items.cc
    [[nodiscard]] Expansion before_items(const Node& node);
    [[nodiscard]] Expansion map(const Node& node);
    [[nodiscard]] Expansion filter(const Node& node);
    [[nodiscard]] Expansion reduce(const Node& node);
    [[nodiscard]] Expansion sort(const Node& node);

    // lookup_item.cc, run_item.cc
    [[nodiscard]] Expansion lookup(const Node& node);
    [[nodiscard]] Expansion run(const Node& node);
    [[nodiscard]] tl::expected<std::vector<Text>, ExpansionFailure> command_words(const Node& node);

    // operators.cc
    [[nodiscard]] Expansion operation(const Node& node);
    [[nodiscard]] Expansion text_operation(const Node& node, const Text& subject);
    [[nodiscard]] Expansion number_operation(const Node& node, const Text& subject);
    [[nodiscard]] Expansion world_operation(const Node& node, const Text& subject);
    [[nodiscard]] Expansion listnamed(const Node& node, const Text& subject);

    // conditions.cc
    [[nodiscard]] Truth condition(const Condition& condition);
    [[nodiscard]] Truth positive(const Condition& condition);
    [[nodiscard]] Truth definition(const Condition& condition);
    [[nodiscard]] Truth combination(const Condition& condition);
    [[nodiscard]] Truth for_items(const Condition& condition);
    [[nodiscard]] Truth compare(const Condition& condition, std::span<const Text> args);
    [[nodiscard]] Truth compare_numbers(const Condition& condition);
    [[nodiscard]] Truth match(std::span<const Text> args);
    [[nodiscard]] Truth match_list(const Condition& condition, std::span<const Text> args);
    [[nodiscard]] Truth in_list(std::span<const Text> args, bool caseless);

    class Deeper {
    public:
        explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
        ~Deeper() { --depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        [[nodiscard]] bool too_deep() const { return depth_ > 400; }

    private:
        int& depth_;
    };

    Expander::State& state_;
    const Scope& scope_;
    const Template& template_;
    bool syntax_failure_ = false;  // the failure under way is the template's own error, with its suffixes
};

// A list with Exim's syntax; every item is as tainted as the list.
struct ItemList {
    std::vector<std::string> items;
    char separator = ':';
    bool tainted = false;
};
[[nodiscard]] ItemList items_of(const Text& list);

}  // namespace postern
