// SPDX-License-Identifier: Apache-2.0
#include "lookup/lookup.h"

#include <algorithm>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lookup/driver.h"
#include "wording/expansion.h"

namespace postern {
namespace {

LookupOptions parse_options(std::string_view text) {
    LookupOptions options;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        const std::string_view option = text.substr(at, comma - at);
        if (option == "ret=full") options.ret_full = true;
        if (option == "ret=key") options.ret_key = true;
        if (option == "cache=no_rd") options.no_read_cache = true;
        if (option.starts_with("filter=")) options.filter = option.substr(7);
        at = comma + 1;
    }
    return options;
}

}  // namespace

// One open file and the answers it gave, by options and key.
struct Lookups::Handle {
    const LookupDriver* driver = nullptr;
    std::string file;
    std::unique_ptr<OpenLookup> open;
    std::map<std::pair<std::string, std::string>, std::optional<std::string>> answers;

    LookupOutcome find(const std::string& key, const LookupType& type, const LookupOptions& options) {
        if (key.empty()) return std::nullopt;
        const auto id = std::pair(type.options, key);
        if (!options.no_read_cache) {
            if (const auto known = answers.find(id); known != answers.end()) return known->second;
        }
        LookupOutcome outcome = open->find(key, options);
        if (outcome) answers[id] = *outcome;
        return outcome;
    }
};

struct Lookups::State {
    LookupWorld world;
    std::size_t most_open;
    std::list<std::shared_ptr<Handle>>
        handles;  // the latest used one first; shared: a pattern's own lookups may push one out
};

namespace {

// Partial and default matching (spec §8.2): keys derived from one key, tried in order until one is there.
class KeyLadder {
public:
    KeyLadder(const LookupType& type, const std::string& key) : type_(type), key_(key) {}

    template <class Find>
    LookupResult climb(Find&& find) {
        LookupMatch match;
        // Each rung: yes, no (go on), or a failure.
        const auto tried = [&](const std::string& derived,
                               std::optional<LookupMatch::Parts> parts) -> tl::expected<bool, LookupFailure> {
            LookupOutcome outcome = find(derived);
            if (!outcome) return tl::unexpected(std::move(outcome.error()));
            if (!*outcome) return false;
            match.value = std::move(**outcome);
            match.parts = std::move(parts);
            return true;
        };
        for (const Rung& rung : rungs()) {
            const auto hit = tried(rung.key, rung.parts);
            if (!hit) return tl::unexpected(hit.error());
            if (*hit) return std::optional(std::move(match));
        }
        return std::nullopt;
    }

private:
    struct Rung {
        std::string key;
        std::optional<LookupMatch::Parts> parts;
    };

    std::vector<Rung> rungs() const {
        std::vector<Rung> all;
        if (type_.partial) {
            add_partial(all);
        } else {
            all.push_back({key_, std::nullopt});
        }
        const std::size_t at = key_.rfind('@');
        if (type_.defaults == LookupType::Defaults::star_at && at != std::string::npos)
            all.push_back({"*" + key_.substr(at), LookupMatch::Parts{key_.substr(0, at), ""}});
        if (type_.defaults != LookupType::Defaults::none) all.push_back({"*", LookupMatch::Parts{key_, ""}});
        return all;
    }

    void add_partial(std::vector<Rung>& all) const {
        all.push_back({key_, LookupMatch::Parts{"", key_}});
        if (!type_.affix.empty()) all.push_back({type_.affix + key_, LookupMatch::Parts{"", key_}});
        auto dots = static_cast<std::size_t>(std::ranges::count(key_, '.'));
        std::size_t start = 0;
        for (; dots >= *type_.partial; --dots) {
            const std::size_t dot = key_.find('.', start);
            if (dot == std::string::npos) {
                // Nothing is left but the affix itself. $1 loses the key's last character, as in Exim.
                std::string last = type_.affix;
                if (last.ends_with('.')) last.pop_back();
                if (!last.empty() && !key_.empty())
                    all.push_back({last, LookupMatch::Parts{key_.substr(0, key_.size() - 1), ""}});
                return;
            }
            start = dot + 1;
            all.push_back(
                {type_.affix + key_.substr(start), LookupMatch::Parts{key_.substr(0, dot), key_.substr(start)}});
        }
    }

    const LookupType& type_;
    const std::string& key_;
};

}  // namespace

Lookups::Lookups(Os& os, KeyPatterns* patterns, std::size_t most_open)
    : state_(std::make_unique<State>(State{{os, patterns}, std::max<std::size_t>(most_open, 1), {}})) {}
Lookups::~Lookups() = default;

void Lookups::close() { state_->handles.clear(); }

tl::expected<std::shared_ptr<Lookups::Handle>, LookupFailure> Lookups::open_handle(const LookupType& type,
                                                                                   const std::string& file) {
    auto& handles = state_->handles;
    for (auto it = handles.begin(); it != handles.end(); ++it) {
        if ((*it)->driver != type.driver || (*it)->file != file) continue;
        handles.splice(handles.begin(), handles, it);
        return handles.front();
    }
    OpenResult opened = type.driver->open(state_->world, file);
    if (!opened) return tl::unexpected(std::move(opened.error()));
    if (handles.size() >= state_->most_open) handles.pop_back();
    handles.push_front(std::make_shared<Handle>(Handle{type.driver, file, *std::move(opened), {}}));
    return handles.front();
}

LookupResult Lookups::find(const LookupType& type, const std::string& file, const std::string& key) {
    if (!type.driver->open)
        return tl::unexpected(
            LookupFailure{LookupFailure::Kind::unsupported, wording::lookup_type_not_supported(type.name())});
    auto opened = open_handle(type, file);
    if (!opened) return tl::unexpected(std::move(opened.error()));
    const LookupOptions options = parse_options(type.options);
    const std::shared_ptr<Handle> handle = *std::move(opened);
    LookupResult result =
        KeyLadder(type, key).climb([&](const std::string& derived) { return handle->find(derived, type, options); });
    if (result && *result && options.ret_key) (*result)->value = key;
    return result;
}

LookupResult Lookups::query(const LookupType& type, const std::string& query) {
    if (!type.driver->query)
        return tl::unexpected(
            LookupFailure{LookupFailure::Kind::unsupported, wording::lookup_type_not_supported(type.name())});
    if (query.empty()) return std::nullopt;
    LookupOutcome outcome = type.driver->query(state_->world, query);
    if (!outcome) return tl::unexpected(std::move(outcome.error()));
    if (!*outcome) return std::nullopt;
    return std::optional(LookupMatch{parse_options(type.options).ret_key ? query : std::move(**outcome), std::nullopt});
}

}  // namespace postern
