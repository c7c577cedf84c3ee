// SPDX-License-Identifier: Apache-2.0
// routers/redirect_data.h – what stands in alias files, redirect `data` and .forward files: a list of addresses, pipes,
// files and special items (spec routing.md §5). Pure text; the contents of :include: files come through a callback. The
// text may be anybody's: whatever it holds, parsing ends in an answer, in bounded time and memory.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/text.h"
#include "mail/address.h"

namespace postern {

enum class RedirectItemKind : std::uint8_t { address, pipe, file };

struct RedirectItem {
    RedirectItemKind kind = RedirectItemKind::address;
    std::string text;      // address, always with a domain; "|command"; "/path"
    bool tainted = false;  // made from untrusted data
    bool operator==(const RedirectItem&) const = default;
};

struct RedirectList {
    enum class Kind : std::uint8_t {
        items,
        blackhole,
        fail,    // `text` for the sender; the items in front of it still count, as with Exim
        defer,   // `text`
        error,   // `text` says what is wrong with the data
        filter,  // a filter in disguise: refused
    };
    Kind kind = Kind::items;
    std::vector<RedirectItem> items;
    std::string text;
    std::vector<std::string> skipped;  // errors that skip_errors passed over
    bool operator==(const RedirectList&) const = default;
};

struct RedirectRules {
    bool allow_fail = false, allow_defer = false, forbid_blackhole = false, forbid_include = false, skip_errors = false;
    Text qualify_domain;   // for addresses without a domain
    Text incoming_domain;  // for \local
    AddressRules addresses;
};

// Contents of an included file, or the reason why there are none.
using Included = tl::expected<std::string, std::string>;
using IncludeReader = std::function<Included(const std::string& name)>;

[[nodiscard]] RedirectList parse_redirect_data(const Text& data, const RedirectRules& rules,
                                               const IncludeReader& include);

// "# Exim filter" or "# Sieve filter" as the first thing in the text.
[[nodiscard]] bool looks_like_filter(std::string_view data);

}  // namespace postern
