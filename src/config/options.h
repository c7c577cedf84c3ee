// SPDX-License-Identifier: Apache-2.0
// config/options.h – one row an option. From the same rows come reading, no_/not_, -bP, unknown-option hints, the
// manual's tables and the fuzz dictionary (style.md P9).
//
//   struct Options { Octal mode{0600}; Interval lock_interval{3}; Expandable file; };
//   constexpr OptionRow kRows[] = {              // sorted by name: checked by static_assert(sorted_and_unique(kRows))
//       opt<&Options::file>("file"),
//       opt<&Options::lock_interval>("lock_interval"),
//       opt<&Options::mode>("mode"),
//   };
//
// The parser and the printer are picked by the type of the member: overloads of parse_into() and print_value().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "config/values.h"

namespace postern {

class ValueReader;  // reader-side context of one option line: the text after '=', the place, accounts (read_value.h)

enum class ValueShape : std::uint8_t { boolean, string, other };  // what "no_x" and "x" alone mean

struct OptionRow {
    std::string_view name;
    ValueShape shape;
    bool repeatable;                                                 // headers_add …: a second setting accumulates
    bool (*parse)(ValueReader& reader, void* block);                 // false: reader holds the error text
    std::string (*print)(const void* block, std::string_view name);  // one -bP line without the newline
    void (*negate)(void* block);                                     // booleans: the no_ form
    GroupOption& (*group)(void* block) = nullptr;                    // of a GroupOption: what a named user fills in
    bool synonym = false;                                            // another name of other rows: -bP does not list it
    bool own = false;  // Postern's, not Exim's: -bP lists it only where it says something else than by default
    // The text that is expanded when the option is used, for `postern check`; empty for other types and unset values.
    struct ExpandedText {
        std::string_view text;
        const SourcePlace* where = nullptr;
    };
    ExpandedText (*expanded_text)(const void* block) = nullptr;
};
using OptionTable = std::span<const OptionRow>;

template <class T>
concept BooleanValue = std::is_same_v<T, bool> || std::is_same_v<T, OptionalBool> || std::is_same_v<T, ExpandableBool>;
template <class T>
concept RepeatableValue = std::is_same_v<T, HeaderAdditions> || std::is_same_v<T, HeaderRemovals> ||
    std::is_same_v<T, RouterVariables> || std::is_same_v<T, Conditions>;

// Defined in values.cc for every type of values.h.
bool parse_into(ValueReader& reader, bool& value);
bool parse_into(ValueReader& reader, OptionalBool& value);
bool parse_into(ValueReader& reader, ExpandableBool& value);
bool parse_into(ValueReader& reader, Expandable& value);
bool parse_into(ValueReader& reader, PlainString& value);
bool parse_into(ValueReader& reader, Interval& value);
bool parse_into(ValueReader& reader, IntervalList& value);
bool parse_into(ValueReader& reader, Octal& value);
bool parse_into(ValueReader& reader, Integer& value);
bool parse_into(ValueReader& reader, SizeInteger& value);
bool parse_into(ValueReader& reader, Kilobytes& value);
bool parse_into(ValueReader& reader, FixedPoint& value);
bool parse_into(ValueReader& reader, ExpandableInterval& value);
bool parse_into(ValueReader& reader, UserOption& value);
bool parse_into(ValueReader& reader, GroupOption& value);
bool parse_into(ValueReader& reader, UidList& value);
bool parse_into(ValueReader& reader, GidList& value);
bool parse_into(ValueReader& reader, HeaderAdditions& value);
bool parse_into(ValueReader& reader, HeaderRemovals& value);
bool parse_into(ValueReader& reader, RouterVariables& value);
bool parse_into(ValueReader& reader, Conditions& value);
bool parse_into(ValueReader& reader, RewriteRules& value);

// "name = value" / "name" / "no_name", as -bP prints it.
std::string print_value(std::string_view name, bool value);
std::string print_value(std::string_view name, const OptionalBool& value);
std::string print_value(std::string_view name, const ExpandableBool& value);
std::string print_value(std::string_view name, const Expandable& value);
std::string print_value(std::string_view name, const PlainString& value);
std::string print_value(std::string_view name, const Interval& value);
std::string print_value(std::string_view name, const IntervalList& value);
std::string print_value(std::string_view name, const Octal& value);
std::string print_value(std::string_view name, const Integer& value);
std::string print_value(std::string_view name, const SizeInteger& value);
std::string print_value(std::string_view name, const Kilobytes& value);
std::string print_value(std::string_view name, const FixedPoint& value);
std::string print_value(std::string_view name, const ExpandableInterval& value);
std::string print_value(std::string_view name, const UserOption& value);
std::string print_value(std::string_view name, const GroupOption& value);
std::string print_value(std::string_view name, const UidList& value);
std::string print_value(std::string_view name, const GidList& value);
std::string print_value(std::string_view name, const HeaderAdditions& value);
std::string print_value(std::string_view name, const HeaderRemovals& value);
std::string print_value(std::string_view name, const RouterVariables& value);
std::string print_value(std::string_view name, const Conditions& value);
std::string print_value(std::string_view name, const RewriteRules& value);

namespace detail {
template <class>
struct MemberOf;
template <class Block, class Value>
struct MemberOf<Value Block::*> {
    using BlockType = Block;
    using ValueType = Value;
};
}  // namespace detail

inline OptionRow::ExpandedText expanded_text_of(const Expandable& v) { return {v.source, &v.where}; }
inline OptionRow::ExpandedText expanded_text_of(const ExpandableBool& v) { return {v.source, &v.where}; }
inline OptionRow::ExpandedText expanded_text_of(const Conditions& v) { return {v.source}; }
inline OptionRow::ExpandedText expanded_text_of(const UserOption& v) {
    return v.expandable ? OptionRow::ExpandedText{v.source} : OptionRow::ExpandedText{};
}
inline OptionRow::ExpandedText expanded_text_of(const GroupOption& v) {
    return v.expandable ? OptionRow::ExpandedText{v.source} : OptionRow::ExpandedText{};
}
template <class T>
OptionRow::ExpandedText expanded_text_of(const T&) {
    return {};
}

template <auto Member>
consteval OptionRow opt(std::string_view name) {
    using Block = typename detail::MemberOf<decltype(Member)>::BlockType;
    using Value = typename detail::MemberOf<decltype(Member)>::ValueType;
    OptionRow row{
        name,
        BooleanValue<Value> ? ValueShape::boolean : ValueShape::string,
        RepeatableValue<Value>,
        [](ValueReader& reader, void* block) { return parse_into(reader, static_cast<Block*>(block)->*Member); },
        [](const void* block, std::string_view n) { return print_value(n, static_cast<const Block*>(block)->*Member); },
        nullptr};
    row.expanded_text = [](const void* block) { return expanded_text_of(static_cast<const Block*>(block)->*Member); };
    if constexpr (std::is_same_v<Value, bool>)
        row.negate = [](void* block) { static_cast<Block*>(block)->*Member = false; };
    if constexpr (std::is_same_v<Value, OptionalBool>)
        row.negate = [](void* block) { static_cast<Block*>(block)->*Member = {false, true}; };
    if constexpr (std::is_same_v<Value, ExpandableBool>)
        row.negate = [](void* block) { static_cast<Block*>(block)->*Member = {}; };
    if constexpr (std::is_same_v<Value, GroupOption>)
        row.group = [](void* block) -> GroupOption& { return static_cast<Block*>(block)->*Member; };
    return row;
}

// An option of a driver's that Exim does not have.
template <auto Member>
consteval OptionRow own_opt(std::string_view name) {
    OptionRow row = opt<Member>(name);
    row.own = true;
    return row;
}

// An old or combined name: setting it sets every Member (fail_verify: fail_verify_sender and fail_verify_recipient).
template <auto First, auto... More>
consteval OptionRow synonym_of(std::string_view name) {
    using Block = typename detail::MemberOf<decltype(First)>::BlockType;
    OptionRow row = opt<First>(name);
    row.synonym = true;
    row.parse = [](ValueReader& reader, void* block) {
        auto& b = *static_cast<Block*>(block);
        if (!parse_into(reader, b.*First)) return false;
        ((b.*More = b.*First), ...);
        return true;
    };
    if constexpr (std::is_same_v<typename detail::MemberOf<decltype(First)>::ValueType, bool>)
        row.negate = [](void* block) {
            auto& b = *static_cast<Block*>(block);
            b.*First = false;
            ((b.*More = false), ...);
        };
    return row;
}

consteval bool sorted_and_unique(std::span<const OptionRow> rows) {
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (!(rows[i - 1].name < rows[i].name)) return false;
    return true;
}

[[nodiscard]] const OptionRow* find_option(OptionTable table, std::string_view name);

}  // namespace postern
