// SPDX-License-Identifier: Apache-2.0
// base/intent_log.h – what a delivery writes down before it does something that cannot be told from not having been
// done, so that the next run of the message can find out (ARCHITECTURE.md, "Durability").
//
// A transport whose driver says kRecordsIntents records, right before its mailbox is touched or its peer is told, where
// the message will be. If a run is cut short, the next one gets these records back and looks first. A text is one line
// of words (base/words.h) that only its own driver understands; its first word says which: "mbox", "maildir", "pipe".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace postern {

class IntentLog {
public:
    IntentLog() = default;
    IntentLog(const IntentLog&) = delete;
    IntentLog& operator=(const IntentLog&) = delete;
    virtual ~IntentLog() = default;

    // When it returns, the next run of this message will find the text, after a power cut too if the message was
    // acknowledged to anybody. On an Error nothing may be touched; it may still find the text if may_have_recorded().
    // At most kLongest bytes, no newline: else EINVAL.
    [[nodiscard]] virtual Status record(std::string_view text) = 0;
    static constexpr std::size_t kLongest = 32 * 1024;
    // What was recorded is found after a power cut even if nobody was answered yet: for what others can see at once.
    [[nodiscard]] virtual Status make_safe() { return {}; }
};

// After a record() that failed: was the text whole before its sync failed?
[[nodiscard]] inline bool may_have_recorded(const Error& error) { return error.call == "fsync"; }

// A record of an earlier run of the message. All of them come, in the order in which they were made: what was recorded
// for other addresses tells which copy is whose when several went to the same place.
struct EarlierIntent {
    std::string text;
    bool ours = false;  // made by this transport for an address of this batch, about which nothing more is known
};

}  // namespace postern
