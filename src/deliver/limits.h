// SPDX-License-Identifier: Apache-2.0
// deliver/limits.h – what a transport allows before a delivery is started: message_size_limit and max_parallel (spec
// transport-framework.md §5 steps 5 and 8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "deliver/engine.h"

namespace postern {

// An expanded option that has to be a whole number: blanks around, sign, K M G suffix. The Error's text is Exim's
// ("integer expected but "abc" found" …).
[[nodiscard]] Result<std::int64_t> expanded_integer(std::string_view text);

[[nodiscard]] std::optional<Outcome> over_size_limit(const Engine& engine, const TransportInstance& transport,
                                                     const Message& message, const Scope& scope);

// One of at most max_parallel deliveries of a transport, over all processes. A slot is a locked file in <spool>/db, so
// a process that dies gives it back at once (Exim's counter leaks for six hours).
class ParallelSlot {
public:
    [[nodiscard]] static ParallelSlot take(const Engine& engine, const TransportInstance& transport,
                                           const AddressItem& first, const Scope& scope);
    [[nodiscard]] const std::optional<Outcome>& refusal() const { return refusal_; }

private:
    UniqueFd lock_;
    std::optional<Outcome> refusal_;
};

}  // namespace postern
