// SPDX-License-Identifier: Apache-2.0
#include "rewrite/rewrite.h"

#include <array>

#include "base/strings.h"
#include "mail/address.h"
#include "wording/rewriting.h"

namespace postern {
namespace {

constexpr int kMostRepeats = 10;

struct Kind {
    unsigned flag;
    std::string_view log_name;  // "env-from", "to:" …
    bool header;
};

// By Rewriter::Where.
constexpr std::array kKinds = {
    Kind{kRewriteEnvFrom, "env-from", false}, Kind{kRewriteEnvTo, "env-to", false}, Kind{kRewriteSender, "sender:", true},
    Kind{kRewriteFrom, "from:", true},        Kind{kRewriteTo, "to:", true},        Kind{kRewriteCc, "cc:", true},
    Kind{kRewriteBcc, "bcc:", true},          Kind{kRewriteReplyTo, "reply-to:", true},
};

const Kind& kind_of(Rewriter::Where where) { return kKinds[static_cast<std::size_t>(where)]; }

std::optional<Rewriter::Where> where_of(HeaderType type) {
    switch (type) {
        case HeaderType::sender: return Rewriter::Where::sender;
        case HeaderType::from: return Rewriter::Where::from;
        case HeaderType::to: return Rewriter::Where::to;
        case HeaderType::cc: return Rewriter::Where::cc;
        case HeaderType::bcc: return Rewriter::Where::bcc;
        case HeaderType::reply_to: return Rewriter::Where::reply_to;
        default: return std::nullopt;
    }
}

bool names_sender(Rewriter::Where where) {
    return where == Rewriter::Where::sender || where == Rewriter::Where::from || where == Rewriter::Where::reply_to ||
           where == Rewriter::Where::env_from;
}

}  // namespace

// One address on its way through the rules.
class Rewriter::Pass {
public:
    Pass(Rewriter& rewriter, Where where, const Scope& scope) : rewriter_(rewriter), where_(where), scope_(scope) {}

    Outcome run(const std::string& address, std::span<const RewriteRule> rules) {
        Outcome out{address, address, false};
        int repeats = 0;
        for (std::size_t n = 0; n < rules.size();) {
            const RewriteRule& rule = rules[n];
            const Verdict verdict = (rule.flags & kind_of(where_).flag) != 0 ? apply(rule, n + 1, out) : Verdict::next;
            if (verdict == Verdict::stop) break;
            if (verdict == Verdict::rewritten) {
                if ((rule.flags & kRewriteQuit) != 0) break;
                if ((rule.flags & kRewriteRepeat) != 0) {
                    if (repeats++ < kMostRepeats) continue;
                    say_panic(wording::rewrite_repeat_ignored(kMostRepeats));
                    repeats = 0;
                }
            }
            ++n;
        }
        return out;
    }

private:
    enum class Verdict : std::uint8_t { next, rewritten, stop };

    Verdict apply(const RewriteRule& rule, std::size_t number, Outcome& out) {
        const MatchResult match = rewriter_.expander_.match_address(out.address, rule.key, scope_, {.rewrite_pattern = true});
        if (match.verdict != MatchVerdict::yes) return Verdict::next;
        if (rule.replacement == "*") return Verdict::stop;
        const Expansion value = expand(rule, out.address, match);
        if (!value) {
            if (value.error().forced) return (rule.flags & kRewriteQuit) != 0 ? Verdict::stop : Verdict::next;
            say_panic(wording::rewrite_expansion_failed(rule.replacement, value.error().message));
            return Verdict::stop;
        }
        const AddressParse parsed = parse_address(value->bytes, {.allow_null = where_ == Where::env_from});
        if (!parsed.value) {
            say_panic(wording::rewrite_unparseable(out.address, parsed.error.text, value->bytes));
            return Verdict::stop;
        }
        std::string result = parsed.value->address;
        const bool whole = (rule.flags & kRewriteWhole) != 0 && kind_of(where_).header;
        if (!parsed.value->at && !result.empty()) {
            if ((rule.flags & kRewriteQualify) == 0) {
                say_panic(wording::rewrite_unqualified(out.address, value->bytes));
                return Verdict::stop;
            }
            result += "@" + (names_sender(where_) ? rewriter_.main_.qualify_domain : rewriter_.main_.qualify_recipient).value;
        }
        const std::string& shown = whole ? value->bytes : result;
        if (rewriter_.hooks_.log_rewrites && rewriter_.hooks_.main_log) {
            rewriter_.hooks_.main_log(wording::rewritten(out.address, kind_of(where_).log_name, shown, number));
        }
        out.whole = whole;
        out.text = shown;
        out.address = std::move(result);
        return Verdict::rewritten;
    }

    Expansion expand(const RewriteRule& rule, const std::string& address, const MatchResult& match) const {
        const LocalAndDomain parts = split_address(address);
        AddressScope names = scope_.address ? *scope_.address : AddressScope{};
        names.local_part = tainted_text(std::string(parts.local_part));
        names.domain = tainted_text(std::string(parts.domain));
        Scope scope = scope_;
        scope.address = &names;
        for (std::size_t i = 0; i < match.captures.size(); ++i) scope.extra[std::to_string(i)] = match.captures[i];
        return rewriter_.expander_.expand(rule.replacement, scope);
    }

    void say_panic(const std::string& text) const {
        if (rewriter_.hooks_.main_and_panic) rewriter_.hooks_.main_and_panic(text);
    }

    Rewriter& rewriter_;
    const Where where_;
    const Scope& scope_;
};

Rewriter::Rewriter(Expander& expander, const MainOptions& main, Hooks hooks)
    : expander_(expander), main_(main), hooks_(std::move(hooks)) {}

std::string Rewriter::rewrite_address(const std::string& address, Where where, std::span<const RewriteRule> rules, const Scope& scope) {
    if (rules.empty()) return address;
    return Pass(*this, where, scope).run(address, rules).text;
}

std::optional<std::string> Rewriter::rewrite_header(const HeaderLine& line, std::span<const RewriteRule> rules, Qualify qualify, const Scope& scope) {
    const auto where = where_of(line.type);
    if (!where) return std::nullopt;
    const std::size_t value_at = line.text.size() - header_value(line.text).size();
    std::string out;
    std::size_t copied = 0;
    std::size_t since_newline = 0;  // of what is in `out` behind the last line break that was put in
    bool changed = false;
    for (const HeaderAddress& found : header_addresses(header_value(line.text))) {
        const std::size_t item_at = value_at + found.offset;
        if (!found.parse.value) {
            if (hooks_.main_log && found.parse.error.text != "empty address") hooks_.main_log(wording::rewrite_bad_header(found.parse.error.text));
            continue;
        }
        std::string address = found.parse.value->address;
        if (!found.parse.value->at) {
            const bool sender = names_sender(*where);
            if (!(sender ? qualify.senders : qualify.recipients)) continue;
            address += "@" + (sender ? main_.qualify_domain : main_.qualify_recipient).value;
        }
        const Outcome result = rules.empty() ? Outcome{address, address, false} : Pass(*this, *where, scope).run(address, rules);
        const std::size_t from = result.whole ? item_at : item_at + found.parse.value->start;
        const std::size_t to = result.whole ? item_at + found.item.size() : item_at + found.parse.value->end;
        const std::string_view old = std::string_view(line.text).substr(from, to - from);
        if (old == result.text) continue;
        changed = true;
        out.append(line.text, copied, from - copied);
        out += result.text;
        copied = to;
        if (result.text.size() > old.size()) break_line(line.text, copied, out, since_newline);
    }
    if (!changed) return std::nullopt;
    out.append(line.text, copied);
    return out;
}

// A line that rewriting made longer is broken behind the address and its separator, unless it is broken there anyway.
void Rewriter::break_line(std::string_view text, std::size_t& copied, std::string& out, std::size_t& since_newline) {
    constexpr std::size_t kComfortable = 40;
    if (out.size() - since_newline <= kComfortable) return;
    std::size_t end = copied;
    while (end < text.size() && text[end] != ',' && text[end] != '\n' && text[end] != ';') ++end;
    if (end < text.size() && text[end] == ',') ++end;
    std::size_t next = end;
    while (next < text.size() && (text[next] == ' ' || text[next] == '\t')) ++next;
    if (next >= text.size() || text[next] == '\n') return;
    out.append(text.substr(copied, next - copied));
    out += "\n\t";
    copied = next;
    since_newline = out.size();
}

}  // namespace postern
