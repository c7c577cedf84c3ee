// SPDX-License-Identifier: Apache-2.0
// The first byte chooses: expand a text, or match a subject (up to the first newline) against a list. Nothing may
// crash, hang or grow without bound; the same text gives the same answer twice; syntax_error() agrees with evaluation.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/configuration.h"
#include "expand/expander.h"
#include "sys/clock.h"
#include "sys/os.h"
#include "sys/process.h"

namespace {

using namespace postern;

void require(bool condition) {
    if (!condition) std::abort();
}

Unexpected nothing() { return failure(ENOENT, "nothing"); }

// A system without files and accounts: nothing is read that is not in the input.
class EmptyOs final : public Os {
    Result<UniqueFd> open(const AtPath&, int, mode_t) override { return nothing(); }
    Result<UniqueFd> open_beneath(int, const std::string&, int, mode_t) override { return nothing(); }
    Status close(UniqueFd) override { return {}; }
    Result<std::size_t> read(int, std::span<char>) override { return nothing(); }
    Result<std::size_t> pread(int, std::span<char>, std::int64_t) override { return nothing(); }
    Result<std::size_t> write(int, std::string_view) override { return nothing(); }
    Status fsync(int) override { return nothing(); }
    Status truncate(int, std::int64_t) override { return nothing(); }
    Result<std::int64_t> seek(int, std::int64_t, int) override { return nothing(); }
    Result<FileStat> stat(int) override { return nothing(); }
    Status chown(int, uid_t, gid_t) override { return nothing(); }
    Status chmod(int, mode_t) override { return nothing(); }
    Status set_times(int, timespec, timespec) override { return nothing(); }
    Result<std::vector<DirEntry>> list(int) override { return nothing(); }
    Status lock(int, LockKind, LockRange, Seconds) override { return nothing(); }
    Status unlock(int, LockKind, LockRange) override { return nothing(); }
    Result<Pipe> pipe() override { return nothing(); }
    Status wait_any(std::span<Waiting>, std::chrono::milliseconds) override { return nothing(); }
    Result<UniqueFd> connect(const SocketAddress&, std::chrono::milliseconds) override { return nothing(); }
    Result<std::vector<std::string>> addresses_of(const std::string&) override { return nothing(); }
    Result<FileStat> stat(const AtPath&, Follow) override { return nothing(); }
    Status mkdir(const AtPath&, mode_t) override { return nothing(); }
    Status unlink(const AtPath&) override { return nothing(); }
    Status rmdir(const AtPath&) override { return nothing(); }
    Status link(const AtPath&, const AtPath&) override { return nothing(); }
    Status rename(const AtPath&, const AtPath&) override { return nothing(); }
    Status rename_no_replace(const AtPath&, const AtPath&) override { return nothing(); }
    Result<std::string> read_link(const AtPath&) override { return nothing(); }
    Result<std::string> real_path(const std::string&) override { return nothing(); }
    Status chmod(const AtPath&, mode_t) override { return nothing(); }
    Status chown(const AtPath&, uid_t, gid_t, Follow) override { return nothing(); }
    Status chdir(const std::string&) override { return nothing(); }
    Status chdir(int) override { return nothing(); }
    mode_t umask(mode_t) override { return 0; }
    Status set_groups(std::span<const gid_t>) override { return nothing(); }
    Status set_gids(gid_t) override { return nothing(); }
    Status set_uids(uid_t) override { return nothing(); }
    Status limit_core_size(std::uint64_t) override { return nothing(); }
    Ids ids() override { return {}; }
    std::vector<gid_t> groups() override { return {}; }
    pid_t pid() override { return 1; }
    Result<std::optional<User>> user(const std::string&) override { return std::optional<User>(); }
    Result<std::optional<User>> user(uid_t) override { return std::optional<User>(); }
    Result<std::optional<Group>> group(const std::string&) override { return std::optional<Group>(); }
    Result<std::optional<Group>> group(gid_t) override { return std::optional<Group>(); }
    Result<std::vector<gid_t>> groups_of(const User&) override { return nothing(); }
    Result<std::string> node_name() override { return nothing(); }
    Result<Space> free_space(const std::string&) override { return nothing(); }
    Result<std::optional<std::uint16_t>> service_port(const std::string&, const std::string&) override {
        return nothing();
    }
    Status send_datagram(const std::string&, std::uint16_t, std::string_view) override { return nothing(); }
};

class StoppedClock final : public Clock {
    TimePoint now() override { return {1795319538, 0}; }
    std::chrono::nanoseconds steady() override { return {}; }
    void sleep(std::chrono::microseconds) override {}
};

class NoProcesses final : public ProcessRunner {
    Result<pid_t> fork_child(const std::function<int()>&, bool) override { return nothing(); }
    Result<ExitStatus> wait(pid_t) override { return nothing(); }
    Status kill(pid_t, int) override { return nothing(); }
    Result<CommandResult> run(const Command&) override { return CommandResult{{}, "output\n", false}; }
    Result<Running> spawn(Os&, const Spawn&) override { return nothing(); }
    void kill_strays(pid_t) override {}
    ConfinementSupport confinement_support() override { return {}; }
    Result<std::optional<ExitStatus>> ended(pid_t, std::chrono::milliseconds) override { return nothing(); }
};

void add_list(Configuration& configuration, ListKind kind, const char* name, const char* source) {
    NamedList list;
    list.name = name;
    list.source = source;
    configuration.lists[static_cast<std::size_t>(kind)].push_back(list);
}

std::string answer(const Expansion& value) { return value ? value->bytes : "Failed: " + value.error().message; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    EmptyOs os;
    StoppedClock clock;
    NoProcesses processes;
    Configuration configuration;
    configuration.main.primary_hostname.value = "mx.test.ex";
    add_list(configuration, ListKind::domain, "a", "+a : +b");
    add_list(configuration, ListKind::domain, "b", "b.ex : ^c");
    add_list(configuration, ListKind::address, "a", "*@+b : @@lsearch;/x");
    Message message;
    message.headers = {{HeaderType::to, "To: a@b, \"c\" <d@e>\n"}, {HeaderType::other, "X: =?utf-8?Q?H=C3=A9?= $x\n"}};
    Scope scope;
    scope.message = &message;
    Expander expander({.configuration = &configuration,
                       .os = &os,
                       .clock = &clock,
                       .processes = &processes,
                       .panic_log = {},
                       .debug = {},
                       .initial_cwd = {},
                       .most_bytes = 1 << 16,
                       .most_steps = 5'000});
    if (data[0] % 4 != 0) {
        const Expansion value = expander.expand(text, scope);
        const auto error = syntax_error(text);
        require(!(error && value));
        if (value) require(value->bytes.size() <= (1U << 17) && value->bytes.find('\0') == std::string::npos);
        // What depends on time or on leftovers of the first round aside.
        if (!value && error) require(answer(expander.expand(text, scope)).starts_with("Failed: "));
        return 0;
    }
    const std::size_t newline = std::min(text.find('\n'), text.size());
    const std::string_view subject = text.substr(0, newline), list = text.substr(std::min(newline + 1, text.size()));
    const Expander::MatchOptions options{
        .expand_first = data[0] % 8 == 0, .caseful = data[0] % 16 == 0, .option_name = "domains"};
    (void)expander.match_domain(subject, list, scope, options);
    (void)expander.match_local_part(subject, list, scope, options);
    (void)expander.match_address(subject, list, scope, options);
    (void)expander.match_ip(subject, list, scope, options);
    return 0;
}
