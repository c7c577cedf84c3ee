// SPDX-License-Identifier: Apache-2.0
// support/fake_processes.h – children without processes.
//
// fork_child() runs the body at once, inline, with FakeOs's process state (ids, directory, umask, descriptors, locks)
// saved before and restored after. So what the body does to objects that it captured by reference happens to the
// parent too: see the contract in sys/process.h. run() is answered by the test.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_os.h"
#include "sys/process.h"

namespace postern {

class FakeProcesses final : public ProcessRunner {
public:
    explicit FakeProcesses(FakeOs& os) : os_(os) {}

    // --- the next fork only, one use each ---
    void next_fork_fails(int code) { fork_error_ = code; }
    void next_child_dies_first(int signal) { dies_first_ = signal; }  // killed before it did anything
    void next_child_dies_last(int signal) { dies_last_ = signal; }    // killed after it did everything
    void next_child_vanishes() { vanishes_ = true; }                  // somebody else reaped it

    // Answers run(); without one every command is "not found" (exit code 127).
    std::function<Result<CommandResult>(const Command&)> on_run;

    std::vector<Command> commands;             // what run() was asked for
    std::vector<std::pair<pid_t, int>> kills;  // {child, signal}
    std::vector<bool> shielded;                // shield_signals of each fork

    Result<pid_t> fork_child(const std::function<int()>& body, bool shield_signals) override;
    Result<ExitStatus> wait(pid_t child) override;
    Status kill(pid_t child, int signal) override;
    Result<CommandResult> run(const Command& command) override;

    [[nodiscard]] std::size_t unreaped() const { return ended_.size(); }

private:
    FakeOs& os_;
    pid_t next_pid_ = 5000;
    std::map<pid_t, ExitStatus> ended_;
    int fork_error_ = 0, dies_first_ = 0, dies_last_ = 0;
    bool vanishes_ = false;
};

}  // namespace postern
