// SPDX-License-Identifier: Apache-2.0
#include "sys/process.h"

#include <cerrno>
#include <csignal>

namespace postern {
namespace {

constexpr std::chrono::milliseconds kDeathOfTheKilled{10'000};  // what hangs in the kernel takes longer

}  // namespace

Running& Running::operator=(Running&& other) noexcept {
    if (this == &other) return *this;
    finish();
    input = std::move(other.input);
    output = std::move(other.output);
    errors = std::move(other.errors);
    start_error = other.start_error;
    leaves_nobody = other.leaves_nobody;
    processes_ = std::exchange(other.processes_, nullptr);
    pid_ = std::exchange(other.pid_, -1);
    return *this;
}

Result<std::optional<ExitStatus>> Running::ended(std::chrono::milliseconds at_most) {
    return processes_->ended(pid_, at_most);
}

bool Running::kill() {
    if (processes_ == nullptr) return true;
    (void)processes_->kill(-pid_, SIGKILL);
    const auto killed = processes_->kill(pid_, SIGKILL);
    return killed || killed.error().code != EPERM;
}

void Running::kill_with_strays() {
    if (processes_ == nullptr) return;
    // The signal is only on its way, and those left behind become children of ours when the command is gone.
    if (kill()) (void)processes_->ended(pid_, kDeathOfTheKilled);
    processes_->kill_strays(pid_);
}

void Running::finish() {
    if (processes_ == nullptr) return;
    for (UniqueFd* end : {&input, &output, &errors}) end->reset();
    // Not reaped yet, so that its number, and with it the group's, cannot belong to somebody else.
    const auto status = processes_->ended(pid_, std::chrono::milliseconds(0));
    const bool must_die = !status || !*status || leaves_nobody;
    if (!must_die || kill()) (void)processes_->wait(pid_);
    // Orphans of its group are ours by now (sys/real_spawn.cc).
    for (bool more = leaves_nobody; more;) {
        const auto other = processes_->wait(-pid_);
        more = other && !other->vanished;
    }
    processes_ = nullptr;
}

}  // namespace postern
