// SPDX-License-Identifier: Apache-2.0
// support/delivery_world.h – everything that a transport needs around it, in memory: a message with its body file, one
// transport instance, one address, the real expansion language. Deliveries run as user 1000, group 8. Header only:
// tests of driver/ and transports/ include it.
#pragma once

#include <string>
#include <vector>

#include "driver/filtering.h"
#include "driver/transport.h"
#include "support/fake_os.h"
#include "support/fake_processes.h"
#include "support/fault_os.h"

namespace postern {

class DeliveryWorld {
public:
    static constexpr uid_t kUser = 1000;
    static constexpr gid_t kGroup = 8;

    DeliveryWorld() {
        configuration.main.primary_hostname = {"host.test.ex", true};
        configuration.main.qualify_domain = configuration.main.qualify_recipient = {"test.ex", true};
        configuration.main.timezone = {"UTC", true};
        configuration.transports.reserve(4);
        instance = &configuration.transports.emplace_back();
        instance->name = "t1";
        message.id = "1xVdQd-00080K-0j";
        message.sender = "ann@test.ex";
        message.headers = {{HeaderType::received, "Received: from a\n\tby b\n"},
                           {HeaderType::from, "From: ann@test.ex\n"},
                           {HeaderType::removed, "Return-path: <old@test.ex>\n"},
                           {HeaderType::to, "To: joe@test.ex\n"},
                           {HeaderType::other, "Subject: x\n"}};
        set_body("body\n");
        fake.put_directory("/var/mail", 02775, 0, kGroup);
        fake.put_directory("/home/joe", 0700, kUser, kGroup);
        add_address("joe@test.ex");
        identity.uid = kUser;
        identity.gid = kGroup;
        identity.home = "/home/joe";
        fake.run_as(kUser, kGroup);
    }

    // What init() and the configuration reader do for a driver; `change` sets private options before init().
    template <class Options, class Change>
    DriverDescription::InitError use(const TransportDriver& driver, Change change) {
        instance->driver = &driver.description;
        instance->private_options = driver.description.make_options();
        change(*static_cast<Options*>(instance->private_options.get()));
        auto error = driver.description.init_transport(*instance);
        transport = driver.make(*instance);
        return error;
    }

    AddressItem& add_address(const std::string& address) {
        AddressItem& item = pool.make();
        item.address = item.unique = address;
        split_item(item);
        item.transport = instance;
        batch.push_back(&item);
        return item;
    }
    // A file or pipe that `parent` was redirected to, as the only address.
    AddressItem& redirect_to(const std::string& text, AddressKind kind, bool tainted) {
        AddressItem& item = make_child(pool, *batch.front(), text, kind);
        item.text_tainted = tainted;
        item.transport = instance;
        batch = {&item};
        return item;
    }

    void set_body(const std::string& body) {
        fake.put_file("/spool/D", message.id + "-D\n" + body);
        message.body_size = static_cast<std::int64_t>(body.size());
    }

    DeliveryContext context() {
        address_scope = batch_scope(batch);
        address_scope.home = Text(identity.home);
        address_scope.transport_name = instance->name;
        Scope scope;
        scope.message = &message;
        scope.address = &address_scope;
        scope.return_path = tainted_text(message.sender);
        fake.run_as_root();
        auto body = fake.open("/spool/D", O_RDONLY);
        fake.run_as(kUser, kGroup);
        body_fd = std::move(*body);
        return DeliveryContext{.configuration = configuration,
                               .instance = *instance,
                               .os = os,
                               .clock = clock,
                               .processes = processes,
                               .expander = expander,
                               .message = message,
                               .scope = std::move(scope),
                               .batch = {batch.begin(), batch.end()},
                               .duplicates = &duplicates,
                               .identity = identity,
                               .return_path = message.sender,
                               .body = {body_fd.get(), static_cast<std::int64_t>(message.id.size()) + 3, false},
                               .primary_hostname = "host.test.ex"};
    }
    DeliveryReport deliver() {
        DeliveryContext given = context();
        if (const auto refused = prepare_filter(given)) return same_for_all(given, *refused);
        return transport->deliver(given);
    }

    FakeClock clock;
    FakeOs fake{clock};
    FaultOs os{fake};
    FakeProcesses processes{fake};
    Configuration configuration;
    std::vector<std::string> panic_log;
    Expander expander{Expander::Environment{.configuration = &configuration,
                                            .os = &fake,
                                            .clock = &clock,
                                            .processes = &processes,
                                            .panic_log = [this](const std::string& line) { panic_log.push_back(line); },
                                            .debug = {},
                                            .initial_cwd = "/"}};
    AddressPool pool;
    Message message;
    TransportInstance* instance = nullptr;
    std::unique_ptr<Transport> transport;
    std::vector<AddressItem*> batch;
    std::vector<const AddressItem*> duplicates;
    Identity identity;
    AddressScope address_scope;
    UniqueFd body_fd;
};

}  // namespace postern
