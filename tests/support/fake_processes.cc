// SPDX-License-Identifier: Apache-2.0
#include "support/fake_processes.h"

#include <cerrno>

namespace postern {

std::string FakeCommand::take_input() {
    if (input_.closed()) return {};
    std::string taken = input_.take();
    moved_ = moved_ || !taken.empty();
    return taken;
}

bool FakeCommand::input_ended() const { return input_.closed() || input_.near_end_closed(); }

std::size_t FakeCommand::give(const FakeOs::FarEnd& end, std::string_view bytes) {
    if (end.closed()) return 0;
    const std::size_t count = end.give(bytes);
    moved_ = moved_ || count > 0;
    return count;
}

void FakeCommand::close_output() {
    output_.close();
    errors_.close();
    moved_ = true;
}

void FakeCommand::end(const ExitStatus& status, bool output_stays_open) {
    status_ = status;
    input_.close();
    if (!output_stays_open) close_output();
    moved_ = true;
}

FakeProcesses::FakeProcesses(FakeOs& os) : os_(os) {
    os_.while_waiting = [this] { return move_programs(); };
}

FakeProcesses::~FakeProcesses() { os_.while_waiting = nullptr; }

bool FakeProcesses::move_programs() {
    bool moved = false;
    for (auto& [pid, program] : running_) {
        if (program->command.status_) continue;
        program->command.moved_ = false;
        program->step(program->command);
        moved = moved || program->command.moved_;
    }
    return moved;
}

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
    if (const auto beside = running_.find(child); beside != running_.end()) {
        const ExitStatus status = beside->second->command.status_.value_or(ExitStatus{});
        running_.erase(beside);
        return status;
    }
    const auto found = ended_.find(child);
    if (found == ended_.end()) return ExitStatus{0, 0, true};
    const ExitStatus status = found->second;
    ended_.erase(found);
    return status;
}

Status FakeProcesses::kill(pid_t child, int signal) {
    if (kill_error != 0) return failure(kill_error, "kill", std::to_string(child));
    kills.emplace_back(child, signal);
    const auto found = running_.find(child < 0 ? -child : child);
    if (found == running_.end()) return {};
    FakeCommand& command = found->second->command;
    if (!command.status_) command.die_of(signal);
    command.close_output();
    return {};
}

Result<ProcessRunner::CommandResult> FakeProcesses::run(const Command& command) {
    commands.push_back(command);
    if (on_run) return on_run(command);
    CommandResult missing;
    missing.status.code = 127;
    return missing;
}

Result<Running> FakeProcesses::spawn(Os& os, const Spawn& command) {
    POSTERN_TRY_ASSIGN(Os::Pipe input, os.pipe());
    POSTERN_TRY_ASSIGN(Os::Pipe output, os.pipe());
    Os::Pipe errors;
    if (command.errors == Spawn::Errors::apart) {
        POSTERN_TRY_ASSIGN(errors, os.pipe());
    }
    if (const int code = std::exchange(fork_error_, 0)) return failure(code, "vfork");
    if (command.confinement && !support.enough()) return failure(ENOSYS, support.seccomp ? "landlock" : "seccomp");
    spawned.push_back(command);
    auto program = std::make_unique<Program>();
    program->step = on_spawn ? on_spawn(command) : FakeProgram();
    program->command.input_ = os_.give_away(UniqueFd(os_, input.read_end.release()));
    program->command.output_ = os_.give_away(UniqueFd(os_, output.write_end.release()));
    if (errors.write_end) program->command.errors_ = os_.give_away(UniqueFd(os_, errors.write_end.release()));
    if (command.errors == Spawn::Errors::with_output) program->command.errors_ = program->command.output_;

    Running running(*this, next_pid_++);
    running.leaves_nobody = command.confinement.has_value();
    os_.make_nonblocking(input.write_end.get());
    running.input = std::move(input.write_end);
    running.output = std::move(output.read_end);
    running.errors = std::move(errors.read_end);
    if (!program->step) {
        running.start_error = ENOENT;
        program->command.exit(127);
    }
    running_[running.pid()] = std::move(program);
    return running;
}

Result<std::optional<ExitStatus>> FakeProcesses::ended(pid_t child, std::chrono::milliseconds at_most) {
    const auto found = running_.find(child);
    if (found == running_.end()) return ExitStatus{.vanished = true};
    const std::optional<ExitStatus>& status = found->second->command.status_;
    while (!status && move_programs()) {
    }
    if (!status) {  // it waits for something that we do not do
        const auto moved = std::exchange(os_.while_waiting, nullptr);
        (void)os_.wait_any({}, at_most);
        os_.while_waiting = moved;
    }
    return status;
}

FakeProgram fake_cat() {
    return [rest = std::string()](FakeCommand& command) mutable {
        rest += command.take_input();
        const std::size_t said = command.say(rest);
        rest.erase(0, said);
        if (command.input_ended() && rest.empty()) command.exit(0);
    };
}

FakeProgram fake_reader(std::string* into, int code) {
    return [into, code](FakeCommand& command) {
        *into += command.take_input();
        if (command.input_ended()) command.exit(code);
    };
}

}  // namespace postern
