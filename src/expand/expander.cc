// SPDX-License-Identifier: Apache-2.0
#include "expand/expander.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "expand/evaluator.h"
#include "expand/list_matcher.h"
#include "expand/state.h"
#include "wording/expansion.h"

namespace postern {
namespace {

constexpr std::size_t kMostTemplates = 2000;

bool is_plain(std::string_view text) { return text.find_first_of("$\\") == std::string_view::npos; }

bool truth_of_value(std::string_view value) {
    return !value.empty() && value != "0" && !iequals(value, "no") && !iequals(value, "false");
}

}  // namespace

Expander::State::State(Environment given)
    : environment(std::move(given)),
      lookups(
          *environment.os, this,
          static_cast<std::size_t>(std::max<std::int64_t>(environment.configuration->main.lookup_open_max.value, 1))) {}

const Template& Expander::State::parsed(std::string_view source, std::unique_ptr<Template>& holder) {
    const auto known = templates_.find(source);
    if (known != templates_.end()) return *known->second;
    auto made = parse_template(source);
    if (templates_.size() < kMostTemplates) return *(templates_[std::string(source)] = std::move(made));
    holder = std::move(made);
    return *holder;
}

tl::expected<bool, std::string> Expander::State::matches(const std::string& key, std::string_view pattern,
                                                         bool expand) {
    const std::vector<Text> captures = registers.captures;
    const Scope nothing;
    const Scope& current = scope ? *scope : nothing;
    ListMatcher matcher(*this, current, {MatchKind::text, Text(key, true), false}, "");
    ListVerdict verdict;
    if (expand && !is_plain(pattern)) {
        const auto parsed_pattern = parse_template(pattern);
        const Expansion value = Evaluator(*this, current, *parsed_pattern).text(parsed_pattern->root);
        if (!value) {
            registers.captures = captures;
            if (value.error().forced) return false;
            panic(wording::list_not_expanded(pattern, value.error().message));
            return tl::unexpected(std::string());
        }
        verdict = matcher.single(value->bytes, value->tainted);
    } else {
        verdict = matcher.single(pattern, false);
    }
    registers.captures = captures;
    if (verdict.verdict == MatchVerdict::defer) return tl::unexpected(verdict.message);
    return verdict.verdict == MatchVerdict::yes;
}

Expander::Expander(Environment environment) : state_(std::make_unique<State>(std::move(environment))) {}
Expander::~Expander() = default;

namespace {

// Marks which scope an expansion works with, and starts the count of its steps when it is the outermost one.
class InHand {
public:
    InHand(Expander::State& state, const Scope& scope) : state_(state), before_(state.scope) {
        state_.scope = &scope;
        if (!before_) state_.steps = 0;
    }
    ~InHand() { state_.scope = before_; }
    InHand(const InHand&) = delete;
    InHand& operator=(const InHand&) = delete;

private:
    Expander::State& state_;
    const Scope* before_;
};

}  // namespace

Expansion Expander::expand(std::string_view source, const Scope& scope) {
    if (is_plain(source)) return Text(source.substr(0, source.find('\0')));
    const InHand in_hand(*state_, scope);
    std::unique_ptr<Template> holder;
    const Template& parsed = state_->parsed(source, holder);
    Expansion value = Evaluator(*state_, scope, parsed).text(parsed.root);
    // A NUL ends a string, as everywhere in Exim.
    if (value) value->bytes.resize(std::min(value->bytes.find('\0'), value->bytes.size()));
    return value;
}

Expansion Expander::expand_text(const Text& source, const Scope& scope) {
    if (!source.tainted) return expand(source.bytes, scope);
    if (is_plain(source.bytes)) return source;
    state_->panic(wording::tainted_expansion(source.bytes));
    return failed(wording::tainted_expansion(source.bytes));
}

Expander::ConditionResult Expander::condition(std::string_view source, std::string_view instance, std::string_view kind,
                                              const Scope& scope) {
    const Expansion value = expand(source, scope);
    if (value) return {truth_of_value(value->bytes), false};
    if (value.error().forced) return {};
    if (value.error().lookup_deferred) return {false, true};
    state_->panic(wording::condition_not_expanded(source, instance, kind, value.error().message));
    return {};
}

tl::expected<bool, std::string> Expander::boolean(const ExpandableBool& option, std::string_view name,
                                                  std::string_view instance, std::string_view kind,
                                                  const Scope& scope) {
    if (option.source.empty()) return option.value;
    const Expansion value = expand(option.source, scope);
    if (!value) {
        if (value.error().forced) return option.value;
        return tl::unexpected(wording::boolean_not_expanded(name, instance, kind, value.error().message));
    }
    if (iequals(value->bytes, "true") || iequals(value->bytes, "yes")) return true;
    if (iequals(value->bytes, "false") || iequals(value->bytes, "no")) return false;
    return tl::unexpected(wording::boolean_invalid(value->bytes, name, instance, kind));
}

namespace {

MatchResult match_kind(Expander::State& state, const Scope& scope, MatchKind kind, std::string_view subject,
                       std::string_view list, const Expander::MatchOptions& options) {
    const InHand in_hand(state, scope);
    const std::vector<Text> before = std::exchange(state.registers.captures, {});
    ListMatcher matcher(
        state, scope,
        {kind, Text(subject, options.subject_tainted), options.caseful, options.rewrite_pattern, options.host_name},
        options.option_name);
    ListVerdict verdict = options.expand_first ? matcher.match_expanding(list) : matcher.match(Text(list));
    MatchResult result{verdict.verdict, std::move(verdict.value), std::exchange(state.registers.captures, before),
                       std::move(verdict.message)};
    const bool keeps = options.rewrite_pattern || (kind != MatchKind::address && kind != MatchKind::host);
    if (result.verdict != MatchVerdict::yes || !keeps) result.captures.clear();
    return result;
}

}  // namespace

MatchResult Expander::match_domain(std::string_view domain, std::string_view list, const Scope& scope,
                                   const MatchOptions& options) {
    return match_kind(*state_, scope, MatchKind::domain, domain, list, options);
}
MatchResult Expander::match_local_part(std::string_view local_part, std::string_view list, const Scope& scope,
                                       const MatchOptions& options) {
    return match_kind(*state_, scope, MatchKind::local_part, local_part, list, options);
}
MatchResult Expander::match_address(std::string_view address, std::string_view list, const Scope& scope,
                                    const MatchOptions& options) {
    return match_kind(*state_, scope, MatchKind::address, address, list, options);
}
MatchResult Expander::match_ip(std::string_view ip, std::string_view list, const Scope& scope,
                               const MatchOptions& options) {
    return match_kind(*state_, scope, MatchKind::host, ip, list, options);
}

void Expander::set_captures(std::vector<Text> captures) { state_->registers.captures = std::move(captures); }
void Expander::forget() { state_->registers = {}; }
Expander::Memory Expander::memory() const { return state_->registers; }
void Expander::remember(const Memory& memory) { state_->registers = memory; }

void Expander::close_lookups() { state_->lookups.close(); }

std::optional<std::string> syntax_error(std::string_view source) {
    auto parsed = parse_template(source);
    if (!parsed->root.broken) return std::nullopt;
    return std::move(parsed->error);
}

}  // namespace postern
