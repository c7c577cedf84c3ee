// SPDX-License-Identifier: Apache-2.0
// mail/references.h – In-Reply-To: and References: of a message that answers another one (RFC 5322 §3.6.4, spec
// autoreply.md §7). Header lines come from strangers: only message ids are taken from them, never raw text, so that
// nothing in them can add a header line or swallow the next one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/header_list.h"

namespace postern {

inline constexpr std::size_t kLongestMessageId = 900;  // longer ones count as absent: a line has room for 998 bytes
inline constexpr std::size_t kMostReferences = 12;     // besides the message's own id: the first, and the last eleven

// "<id>" of the first live Message-ID: line; the id may lack a domain. nullopt: there is none that can be used.
[[nodiscard]] std::optional<std::string> message_id_of(const HeaderList& headers);

// The ids at the front of a References: or In-Reply-To: value, angle brackets included, up to the first thing that is
// neither id, comment nor blank.
[[nodiscard]] std::vector<std::string> reference_ids(std::string_view value);

// "References: …\n" for an answer to a message with these headers, folded where a line would be too long; "" if there
// is nothing to refer to.
[[nodiscard]] std::string references_line(const HeaderList& headers);

}  // namespace postern
