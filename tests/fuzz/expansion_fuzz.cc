// SPDX-License-Identifier: Apache-2.0
// The first byte chooses: expand a text, or match a subject (up to the first newline) against a list. Nothing may
// crash, hang or grow without bound; the same text gives the same answer twice; syntax_error() agrees with evaluation.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/configuration.h"
#include "expand/expander.h"
#include "support/fake_clock.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"

namespace {

using namespace postern;

void require(bool condition) {
    if (!condition) std::abort();
}

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
    FakeClock clock;
    FakeOs os(clock);  // without files and accounts: nothing is read that is not in the input
    FakeProcesses processes(os);
    processes.on_run = [](const ProcessRunner::Command&) {
        return ProcessRunner::CommandResult{{}, "output\n", false};
    };
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
