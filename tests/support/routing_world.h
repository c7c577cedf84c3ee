// SPDX-License-Identifier: Apache-2.0
// support/routing_world.h – everything that a router needs around it, in memory: a configuration made by hand, the real
// expansion language, accounts and files of FakeOs, and what was logged. Header only: tests of driver/, route/ and
// routers/ include it.
#pragma once

#include <string>
#include <vector>

#include "driver/router.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"

namespace postern {

inline Expandable expandable(std::string source) { return {std::move(source), true, {}}; }

class RoutingWorld {
public:
    RoutingWorld() {
        configuration.main.primary_hostname = {"host.test.ex", true};
        configuration.main.qualify_domain = configuration.main.qualify_recipient = {"test.ex", true};
        configuration.routers.reserve(16);  // tests keep references
        configuration.transports.reserve(16);
        for (const char* name : {"t1", "t2", "tp", "tf", "td"}) configuration.transports.emplace_back().name = name;
        os.add_user("joe", 1001, 1001, "/home/joe");
        os.add_user("ann", 1002, 1002, "/home/ann");
        os.add_group("staff", 50);
        context.children = &children;
        context.main_log = [this](const std::string& line) { main_log.push_back(line); };
        context.main_and_panic_log = [this](const std::string& line) { panic_log.push_back(line); };
        context.note = [this](const std::string& line) { notes.push_back(line); };
        context.debug_print = [this](const std::string& line) { debug.push_back(line); };
        context.scope.address = &context.address_scope;
    }

    // A router with `transport = t1`, after those that are there.
    RouterInstance& router(const std::string& name, const RouterDriver& driver) {
        RouterInstance& made = configuration.routers.emplace_back();
        made.name = name;
        made.driver = &driver.description;
        made.options.transport = expandable("t1");
        made.private_options = driver.description.make_options();
        return made;
    }

    AddressItem& item(const std::string& address) {
        AddressItem& made = pool.make();
        made.address = made.unique = address;
        split_item(made);
        return made;
    }

    FakeClock clock;
    FakeOs os{clock};
    FakeProcesses processes{os};
    Configuration configuration;
    std::vector<std::string> main_log, panic_log, notes, debug;
    Expander expander{Expander::Environment{.configuration = &configuration,
                                            .os = &os,
                                            .clock = &clock,
                                            .processes = &processes,
                                            .panic_log = [this](const std::string& line) { panic_log.push_back(line); },
                                            .debug = {},
                                            .initial_cwd = "/"}};
    Rewriter rewriter{expander, configuration.main, {}};
    AddressPool pool;
    std::vector<AddressItem*> children;
    RouteContext context{configuration, os, clock, processes, expander, rewriter, pool};
};

}  // namespace postern
