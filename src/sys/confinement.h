// SPDX-License-Identifier: Apache-2.0
// sys/confinement.h – what a command may do that is not trusted with all that its user may do (option confine of pipe).
//
// Everything that is not allowed here is denied by the kernel: files by Landlock, system calls by a seccomp filter,
// amounts by resource limits. No network and no sockets at all, no new privileges, no other session or process group
// (so that a kill of the group reaches everything that it started), no signals to anybody else. Nothing of this needs
// privilege, and nothing can be undone by the command. A kernel that lacks a part refuses the start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern {

struct Confinement {
    std::vector<std::string> read, write;  // files, or directories with all below; `write` is readable as well
    std::uint64_t cpu_seconds = 60;        // of each process
    std::uint64_t memory = 512U << 20;     // address space of each process
    std::uint64_t processes = 32;          // more than the user has at the start
    std::uint64_t open_files = 64;         // of each process
    std::uint64_t file_size = 64U << 20;   // of each file that is written
};

struct ConfinementSupport {
    int landlock = 0;  // version of the interface, 0: none
    bool seccomp = false;
    [[nodiscard]] bool enough() const { return landlock >= 1 && seccomp; }
};

}  // namespace postern
