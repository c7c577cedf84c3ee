// SPDX-License-Identifier: Apache-2.0
// support/appendfile_delivery.h – for the tests of appendfile: a DeliveryWorld with one such transport, and short names
// for its usual options. Header only.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "support/delivery_world.h"
#include "transports/all.h"
#include "transports/appendfile_options.h"

namespace postern::appendfile_test {

using O = AppendfileOptions;
using Change = std::function<void(O&)>;

inline Expandable text(std::string source) { return {std::move(source), true, {}}; }

inline const TransportDriver& appendfile() {
    for (const TransportDriver* driver : all_transports())
        if (driver->description.name == "appendfile") return *driver;
    std::abort();
}

struct Delivery : DeliveryWorld {
    explicit Delivery(const Change& change) {
        const auto error = use<O>(appendfile(), change);
        EXPECT_EQ(error.text, "");
    }
    AddressReport run() {
        const DeliveryReport report = deliver();
        EXPECT_EQ(report.addresses.size(), batch.size());
        for (const AddressReport& address : report.addresses) EXPECT_EQ(address, report.addresses.front());
        body_fd.reset();
        EXPECT_EQ(fake.open_descriptors(), 0u);
        EXPECT_EQ(fake.locks_held(), 0u);
        return report.addresses.front();
    }
    const O& options() const { return *static_cast<const O*>(instance->private_options.get()); }
};

inline const std::string kHeaders = "Received: from a\n\tby b\nFrom: ann@test.ex\nTo: joe@test.ex\nSubject: x\n\n";
inline const std::string kFromLine = "From ann@test.ex Sun Nov 22 03:52:18 2026\n";
inline const std::string kMboxMessage = kFromLine + kHeaders + "body\n\n";

inline Change mbox(const std::string& file = "/var/mail/joe") {
    return [=](O& o) { o.file = text(file); };
}
inline Change maildir(const std::string& directory = "/home/joe/Maildir") {
    return [=](O& o) {
        o.directory = text(directory);
        o.maildir_format = true;
    };
}
inline Change both(const Change& a, const Change& b) {
    return [=](O& o) {
        a(o);
        b(o);
    };
}

}  // namespace postern::appendfile_test
