// SPDX-License-Identifier: Apache-2.0
// deliver/engine.h – the delivery manager: takes one message from the spool and settles each recipient (spec
// queue-retry-bounce.md §6, transport-framework.md §5–§12).
//
// Until bounces and retry rules exist, a failed recipient stays on the queue exactly like a deferred one, with its log
// line; nothing is dropped. The engine knows no mailbox format and names no driver: both come as values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "deliver/new_message.h"
#include "driver/router.h"
#include "driver/transport.h"
#include "log/log.h"
#include "log/selector.h"
#include "mail/message.h"
#include "route/chain.h"
#include "spool/spool.h"
#include "sys/process.h"

namespace postern {

// Everything a delivery needs of the world; owned by app/, alive for the whole process.
struct Engine {
    const Configuration& configuration;
    const DriverSet& drivers;
    Os& os;
    Clock& clock;
    ProcessRunner& processes;
    Expander& expander;
    Rewriter& rewriter;
    Log& log;
    const SelectorSet& selectors;
    Spool& spool;
    NewMessages& new_messages;
    DescriptorPassing* passing = nullptr;  // null: connections are not kept
    IdleConnections* idle = nullptr;       // outlive the message; null: they do not
    uid_t exim_uid = 0;                    // who delivers when nobody else is named
    gid_t exim_gid = 0;
    bool sync_mailboxes = true;  // off only in tests

    [[nodiscard]] bool selected(Selector selector) const { return selectors.has(selector); }
};

struct RunRequest {
    bool forced = false;  // -M: held and frozen do not stop it
    bool thaw = false;    // -M by an administrator: frozen messages are thawed
    bool queue_run = false;
};

enum class RunEnd : std::uint8_t {
    not_attempted,  // locked, frozen, unreadable …: exit status 1 of a queue runner's child
    completed,      // every recipient settled, message gone
    left,           // something stays on the queue
};

// What became of one address, for callers that tell somebody (`postern deliver`).
struct Settled {
    std::string address, original;  // the address that was settled, and the recipient that it came from
    std::string router, transport;  // names; empty if none was reached
    Outcome outcome;
};

struct RunResult {
    RunEnd end = RunEnd::not_attempted;
    bool safe = true;  // false: something stays on the queue that a power cut could still take
    std::vector<Settled> settled;
};

// A message that lies in the spool.
[[nodiscard]] RunResult deliver_from_spool(const Engine& engine, const std::string& id, const RunRequest& request);
// A message that was just received and is still held: nothing is read again. `acknowledged` says whether its sender has
// already been told that it is safe; if not (-odf: then the spool has durability `none`), it is made durable only if
// something is left on the queue.
[[nodiscard]] RunResult deliver_held(const Engine& engine, std::unique_ptr<HeldMessage> held, Message message,
                                     bool acknowledged);

}  // namespace postern
