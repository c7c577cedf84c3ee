// SPDX-License-Identifier: Apache-2.0
// support/fake_processes.h – children without processes.
//
// fork_child() runs the body at once, inline, with FakeOs's process state (ids, directory, umask, descriptors, locks)
// saved before and restored after. So what the body does to objects that it captured by reference happens to the
// parent too: see the contract in sys/process.h. run() is answered by the test. A spawned command is a program of the
// test's that moves, step by step, whenever its starter waits for anything.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_os.h"
#include "sys/process.h"

namespace postern {

// What a spawned program sees of itself.
class FakeCommand {
public:
    std::string take_input();                // all that has come and was not taken yet
    [[nodiscard]] bool input_ended() const;  // the starter closed it; there may still be something to take
    void close_input() { input_.close(); }
    std::size_t say(std::string_view bytes) { return give(output_, bytes); }       // how much the pipe took
    std::size_t complain(std::string_view bytes) { return give(errors_, bytes); }  // into the output unless apart
    void close_output();                                                           // and stderr
    [[nodiscard]] bool output_unread() const { return output_.closed() || output_.near_end_closed(); }
    // It has ended; others of its group may keep the output open (until they are killed).
    void exit(int code, bool output_stays_open = false) { end({.code = code}, output_stays_open); }
    void die_of(int signal) { end({.signal = signal}, false); }

private:
    friend class FakeProcesses;
    std::size_t give(const FakeOs::FarEnd& end, std::string_view bytes);
    void end(const ExitStatus& status, bool output_stays_open);
    FakeOs::FarEnd input_, output_, errors_;
    std::optional<ExitStatus> status_;
    bool moved_ = false;
};
// One step: called again and again until it has ended; must come to rest when there is nothing for it to do.
using FakeProgram = std::function<void(FakeCommand&)>;

class FakeProcesses final : public ProcessRunner {
public:
    explicit FakeProcesses(FakeOs& os);
    ~FakeProcesses() override;

    // --- the next fork only, one use each ---
    void next_fork_fails(int code) { fork_error_ = code; }            // or spawn
    void next_child_dies_first(int signal) { dies_first_ = signal; }  // killed before it did anything
    void next_child_dies_last(int signal) { dies_last_ = signal; }    // killed after it did everything
    void next_child_vanishes() { vanishes_ = true; }                  // somebody else reaped it

    // Answers run(); without one every command is "not found" (exit code 127).
    std::function<Result<CommandResult>(const Command&)> on_run;
    // Gives the program of a spawned command; without one, or with an empty program, it cannot be started.
    std::function<FakeProgram(const Spawn&)> on_spawn;

    ConfinementSupport support{7, true};       // what confined commands can count on
    std::vector<Command> commands;             // what run() was asked for
    std::vector<Spawn> spawned;                // what spawn() was asked for
    std::vector<std::pair<pid_t, int>> kills;  // {child, signal}
    int kill_error = 0;                        // of every kill()
    std::vector<bool> shielded;                // shield_signals of each fork

    Result<pid_t> fork_child(const std::function<int()>& body, bool shield_signals) override;
    Result<ExitStatus> wait(pid_t child) override;
    Status kill(pid_t child, int signal) override;
    Result<CommandResult> run(const Command& command) override;
    Result<Running> spawn(Os& os, const Spawn& command) override;
    void kill_strays(pid_t) override {}
    ConfinementSupport confinement_support() override { return support; }
    Result<std::optional<ExitStatus>> ended(pid_t child, std::chrono::milliseconds at_most) override;

    [[nodiscard]] std::size_t unreaped() const { return ended_.size() + running_.size(); }

private:
    struct Program {
        FakeProgram step;
        FakeCommand command;
    };
    bool move_programs();

    FakeOs& os_;
    pid_t next_pid_ = 5000;
    std::map<pid_t, ExitStatus> ended_;
    std::map<pid_t, std::unique_ptr<Program>> running_;  // spawned and not reaped, ended or not
    int fork_error_ = 0, dies_first_ = 0, dies_last_ = 0;
    bool vanishes_ = false;
};

// Programs that several tests use.
[[nodiscard]] FakeProgram fake_cat();                                    // copies its input, exits with 0
[[nodiscard]] FakeProgram fake_reader(std::string* into, int code = 0);  // keeps its input, then exits

}  // namespace postern
