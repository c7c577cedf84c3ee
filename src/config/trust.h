// SPDX-License-Identifier: Apache-2.0
// config/trust.h – may this file, and these command line definitions, steer a privileged process? (spec
// configuration.md §1). Pure decisions; the caller drops the privilege.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sys/os.h"

namespace postern {

// Owned by root (or `owner`), writable by no other group than root's, and not by the world.
[[nodiscard]] bool safe_to_obey(const FileStat& file, uid_t owner = 0);

struct TrustQuestion {
    uid_t real_uid = 0;
    uid_t exim_uid = 0;
    std::vector<std::string> files;          // -C; empty: not given
    std::vector<std::string> default_files;  // what is read without -C
    std::vector<std::string> trusted_files;  // lines of the trusted list, if that list itself is safe_to_obey
    std::vector<std::pair<std::string, std::string>> macros;  // -D
    std::vector<std::string> macro_whitelist;
    bool test_mode = false;  // -be, -bf, -bF
};
struct TrustAnswer {
    bool configuration = true;  // false: its owner need not be checked, as it is read without privilege
    bool macros = true;
    bool give_up_privilege = false;
    std::string lost_by;  // "-C" or "-D": the exim user lost its privilege by that option (to be logged); else ""
};
[[nodiscard]] TrustAnswer judge_trust(const TrustQuestion& question);

// The file names in a trusted list: absolute names, one a line, at most 32.
[[nodiscard]] std::vector<std::string> parse_trusted_list(std::string_view text);

}  // namespace postern
