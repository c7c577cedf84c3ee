// SPDX-License-Identifier: Apache-2.0
// sys/real_processes.h – real children. For single-threaded processes: starting a command blocks signals for a moment.
#pragma once

#include "sys/process.h"

namespace postern {

class RealProcesses final : public ProcessRunner {
public:
    Result<pid_t> fork_child(const std::function<int()>& body, bool shield_signals) override;
    Result<ExitStatus> wait(pid_t child) override;
    Status kill(pid_t child, int signal) override;
    Result<CommandResult> run(const Command& command) override;
    Result<Running> spawn(Os& os, const Spawn& command) override;
    void kill_strays(pid_t child) override;
    ConfinementSupport confinement_support() override;
    Result<std::optional<ExitStatus>> ended(pid_t child, std::chrono::milliseconds at_most) override;
};

}  // namespace postern
