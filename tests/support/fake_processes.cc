// SPDX-License-Identifier: Apache-2.0
#include "support/fake_processes.h"

#include <cerrno>

namespace postern {

Result<pid_t> FakeProcesses::fork_child(const std::function<int()>& body, bool shield_signals) {
    if (const int code = std::exchange(fork_error_, 0)) return failure(code, "fork");
    shielded.push_back(shield_signals);
    const pid_t child = next_pid_++;
    ExitStatus status;
    status.signal = std::exchange(dies_first_, 0);
    if (status.signal == 0) {
        FakeOs::Process parent = os_.save_process();
        os_.enter_child(child);
        status.code = body() & 0xff;
        os_.leave_child(std::move(parent));
        status.signal = std::exchange(dies_last_, 0);
        if (status.signal != 0) status.code = 0;
    }
    status.vanished = std::exchange(vanishes_, false);
    ended_[child] = status;
    return child;
}

Result<ExitStatus> FakeProcesses::wait(pid_t child) {
    const auto found = ended_.find(child);
    if (found == ended_.end()) return ExitStatus{0, 0, true};
    const ExitStatus status = found->second;
    ended_.erase(found);
    return status;
}

Status FakeProcesses::kill(pid_t child, int signal) {
    kills.emplace_back(child, signal);
    return {};
}

Result<ProcessRunner::CommandResult> FakeProcesses::run(const Command& command) {
    commands.push_back(command);
    if (on_run) return on_run(command);
    CommandResult missing;
    missing.status.code = 127;
    return missing;
}

}  // namespace postern
