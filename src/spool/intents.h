// SPDX-License-Identifier: Apache-2.0
// spool/intents.h – what an intent file (<spool>/intent/<id>) says: for each delivery that was begun, which addresses
// by which transport, and the transport's own text (base/intent_log.h).
//
// A record is a line with an empty one before it, so that a torn one cannot spoil the next: the sum of the rest,
// transport, number of addresses, the addresses' unique strings, text. Delivery children write them, as the recipient:
// the parser believes only lines whose sum is right, and a line can do no more than make somebody look.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern {

struct IntentRecord {
    std::string transport;
    std::vector<std::string> addresses;  // unique strings
    std::string text;                    // words
    bool operator==(const IntentRecord&) const = default;
};

[[nodiscard]] std::string format_intent(const IntentRecord& record);
// Every well-formed record, in order.
[[nodiscard]] std::vector<IntentRecord> parse_intents(std::string_view file);

}  // namespace postern
