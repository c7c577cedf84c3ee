// SPDX-License-Identifier: Apache-2.0
// routers/redirect_work.h – reading and parsing redirection data, here or in a child that has become the user: what a
// user wrote is opened with that user's rights, and its parser is out of root's reach (spec routing.md §4.3 point 3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "routers/redirect_data.h"
#include "routers/redirect_file.h"
#include "sys/process.h"

namespace postern {

struct RedirectWork {
    std::string file;  // absolute; empty: `data` is there
    Text data;
    FileChecks checks;
    RedirectRules rules;
    std::string include_directory;
    std::optional<uid_t> uid;  // who has to do it; unset: we do
    std::optional<gid_t> gid;
    bool initgroups = false;
};

struct RedirectAnswer {
    enum class Kind : std::uint8_t { list, missing, unreadable } kind = Kind::missing;
    RedirectList list;
    std::string text;  // unreadable: why
    bool operator==(const RedirectAnswer&) const = default;
};

// The child's report. decode() takes exactly one complete answer, whatever a user managed to make of the child.
[[nodiscard]] std::string encode(const RedirectAnswer& answer);
[[nodiscard]] std::optional<RedirectAnswer> decode(std::string_view bytes);

// A user's process may say only what the options let a user's data say.
[[nodiscard]] bool is_allowed(const RedirectAnswer& answer, const RedirectRules& rules);

// nullopt: the child was lost, or lied; `lost` says how (wait status and the reader's problem).
struct LostChild {
    int wait_status = 0;
    std::string reader_error;
};
[[nodiscard]] std::optional<RedirectAnswer> do_redirect_work(const RedirectWork& work, Os& os, ProcessRunner& processes,
                                                             LostChild& lost);

}  // namespace postern
