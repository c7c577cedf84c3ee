// SPDX-License-Identifier: Apache-2.0
// support/program_site.h – for tests that run the whole program, but for main(), over the fake operating system: a
// machine with its accounts, its spool, its logs and a user joe, and what every configuration on it begins with.
#pragma once

#include <string>

#include "support/fake_os.h"

namespace postern::program_site {

inline constexpr const char* kId = "1xUyh5-0007zV-2L";  // of the message that a test is about
inline constexpr uid_t kExim = 100, kUser = 1000;
inline constexpr gid_t kMail = 8;

inline constexpr char kMainOptions[] = R"(primary_hostname = mx.example
qualify_domain = example
exim_user = exim
exim_group = exim
spool_directory = /spool
log_file_path = /log/%slog
timezone = UTC
keep_environment =
)";

// `drivers`: "begin routers" and what follows. The configuration is /etc/conf.
inline void put_machine(FakeOs& os, const std::string& drivers, const std::string& more_main_options = {}) {
    os.add_user("exim", kExim, kExim);
    os.add_group("exim", kExim);
    os.add_user("joe", kUser, kMail, "/home/joe");
    os.add_group("mail", kMail);
    os.put_directory("/spool", 0750, kExim, kExim);
    os.put_directory("/log", 0750, kExim, kExim);
    os.put_directory("/mail", 0755, kUser, kMail);
    os.put_file("/etc/conf", kMainOptions + more_main_options + drivers);
}

}  // namespace postern::program_site
