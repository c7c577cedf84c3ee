// SPDX-License-Identifier: Apache-2.0
// hints/once_store.h – who was answered when (autoreply's `once`): a reply is claimed before it is sent, and confirmed
// when it is safe. Of any number of messages that claim one key, one gets it; the same message that asks again after a
// crash or a failed submission still has it.
//
// Opened by the delivery child as the user; the file is the user's. Every change is on the disk when a call returns.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "sys/os.h"

namespace postern {

struct OnceQuestion {
    std::string key;          // the text of To:
    std::string token;        // names the message and the address that ask
    std::int64_t now = 0;     // seconds
    std::int64_t repeat = 0;  // at least so long between two replies; 0: one for ever
};

enum class OnceState : std::uint8_t {
    open,
    answered,
    being_answered,  // another message has claimed it
};

class OnceStore {
public:
    OnceStore() = default;
    OnceStore(const OnceStore&) = delete;
    OnceStore& operator=(const OnceStore&) = delete;
    virtual ~OnceStore() = default;

    [[nodiscard]] virtual Result<OnceState> look(const OnceQuestion& question) = 0;
    // The same, and what was open is ours.
    [[nodiscard]] virtual Result<OnceState> claim(const OnceQuestion& question) = 0;
    [[nodiscard]] virtual Status confirm(const OnceQuestion& question) = 0;
};

// What is known about one key, and what follows.
struct OnceRecord {
    std::int64_t sent = 0;  // 0: never
    std::string claim;      // token; "": none
    std::int64_t claimed = 0;
};
// A claim is void after that: its message was removed, or waits (it claims again when it is tried).
inline constexpr std::int64_t kClaimLasts = 3600;
[[nodiscard]] OnceState state_of(const OnceRecord& record, const OnceQuestion& question);

// Exim's fixed-size file (once_file_size): see flat_once.cc.
[[nodiscard]] Result<std::unique_ptr<OnceStore>> open_flat_once(Os& os, const std::string& path, mode_t mode,
                                                                std::int64_t most_bytes);
// An SQLite database. The library is loaded when it is first used. Error.text has SQLite's words.
[[nodiscard]] Result<std::unique_ptr<OnceStore>> open_sqlite_once(Os& os, const std::string& path, mode_t mode);

}  // namespace postern
