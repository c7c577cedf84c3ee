// SPDX-License-Identifier: Apache-2.0
// driver/transport.h – what a transport is to the engine, and what the engine gives a transport.
//
// Life of a delivery (spec transport-framework.md §7): the engine forks; in the child setup() runs still privileged and
// may only evaluate options; then the child becomes the recipient; then deliver() runs. plan() answers "what would you
// do" as the same user without changing anything, and deliver() follows the same computation, so that `postern explain`
// cannot disagree with a delivery. A transport cannot log, journal or retry: everything is in the reports it returns.
// (Exim's one exception is rewrite_log.)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/intent_log.h"
#include "config/configuration.h"
#include "driver/address_item.h"
#include "driver/idle_connection.h"
#include "driver/outcome.h"
#include "expand/expander.h"
#include "rewrite/rewrite.h"
#include "sys/identity.h"
#include "write/message_writer.h"

namespace postern {

struct DeliveryContext {
    const Configuration& configuration;
    const TransportInstance& instance;
    Os& os;
    Clock& clock;
    ProcessRunner& processes;
    Expander& expander;
    const Message& message;
    Scope scope;                            // of the batch; transports add $message_size, $inode …
    std::vector<const AddressItem*> batch;  // never empty; first decides (identity, headers, file name)
    const std::vector<const AddressItem*>* duplicates = nullptr;  // of the message, latest first: Envelope-to
    Identity identity;
    std::string return_path;  // after errors_to and return_path
    BodySource body;
    std::string primary_hostname;
    bool sync = true;                 // durability other than none
    bool dont_deliver = false;        // -N
    bool only_planning = false;       // `postern explain`: setup() and plan() leave no trace
    std::vector<std::string> filter;  // words of transport_filter; none: there is no filter
    UniqueFd filtered_body;           // behind `body`, if a filter made it
    // A connection that an earlier delivery has left (the engine's: used by number; whoever does anything with it sets
    // this to null), and where to leave one for the next: a new one, or, with an empty `fd`, that one again.
    const IdleConnections::Connection* idle = nullptr;
    std::function<void(UniqueFd fd, std::string_view label)> keep_connection;  // empty: nobody would take it
    // Called right before the step after which the message may be where it is sent to: comes back when what was
    // delivered before is safe. On an Error that step must not be taken. Empty: nothing to wait for. Only for drivers
    // that keep connections.
    std::function<Status()> before_commit;
    Rewriter::Hooks rewrite_log;  // what headers_rewrite has to say; goes nowhere where nothing is delivered
    // For drivers that record what they are about to do; null: nothing is to be recorded (explain, shadow copies).
    IntentLog* intents = nullptr;
    std::vector<EarlierIntent> earlier_intents;  // what runs that were cut short recorded

    // The same delivery by another transport (file_format).
    [[nodiscard]] DeliveryContext for_transport(const TransportInstance& other) const;
};

// For `postern explain`: everything an administrator asks "where will it go, as whom, and what will be in it".
struct DeliveryPlan {
    std::string kind;                       // "mbox", "maildir", "one file a message"
    std::string target;                     // path
    std::vector<std::string> steps;         // in order: directories, locks with their limits, creation, checks
    std::vector<std::string> locks;         // "dot-lock /var/mail/joe.lock", "fcntl write lock"
    std::vector<std::string> header_lines;  // added lines, exactly
    std::vector<std::string> removed_headers;
    std::optional<Outcome> refusal;  // it would not be delivered, and why
};

struct SetupFailure {
    bool defer = false;  // else FAIL, which the engine turns into PANIC
    std::string message;
};

class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    virtual std::optional<SetupFailure> setup(DeliveryContext&) { return std::nullopt; }
    [[nodiscard]] virtual DeliveryPlan plan(DeliveryContext& context) = 0;
    // One report for each address of the batch, in its order. Runs as the user; asserts that it is not root unless the
    // identity says so.
    [[nodiscard]] virtual DeliveryReport deliver(DeliveryContext& context) = 0;
    // A message that a report of deliver() asked for is safe; `memo` comes from the same order. Runs as deliver() does,
    // in a child of its own. After an Error the address stays on the queue, and the next run asks again; the message is
    // not sent again.
    [[nodiscard]] virtual Status message_sent(DeliveryContext&, const std::string& memo) {
        (void)memo;
        return {};
    }
};

// What the engine has to know of private options: how many addresses one delivery may take, the option that splits them
// further (spec transport-framework.md §6), and whether it runs as who submitted the message (pipe_as_creator).
struct Batching {
    std::int64_t max = 1;
    const Expandable* id = nullptr;
    bool as_creator = false;
};

struct TransportDriver {
    DriverDescription description;
    std::unique_ptr<Transport> (*make)(const TransportInstance& instance) = nullptr;
    Batching (*batching)(const TransportInstance& instance) = nullptr;
    // What the engine mails when a delivery ends with Special::warn; null: this driver never asks for it.
    const Expandable* (*warning_text)(const TransportInstance& instance) = nullptr;
    bool records_intents = false;    // deliver() uses DeliveryContext::intents
    bool keeps_connections = false;  // deliver() uses DeliveryContext::idle
    bool sends_replies = false;      // deliver() asks for messages (ReplyOrder)
};

// driver_of<Appendfile>("appendfile", kRows, init): Appendfile has `using Options = …;` and a constructor from
// (const TransportInstance&, const Options&). `static constexpr bool kRecordsIntents = true;`,
// kKeepsConnections or kSendsReplies says that it does.
template <class Driver>
constexpr TransportDriver transport_driver_of(std::string_view name, OptionTable rows,
                                              DriverDescription::InitError (*init)(const TransportInstance&)) {
    return {{.name = name,
             .options = rows,
             .make_options = []() -> std::shared_ptr<void> { return std::make_shared<typename Driver::Options>(); },
             .init_transport = init},
            [](const TransportInstance& instance) -> std::unique_ptr<Transport> {
                return std::make_unique<Driver>(
                    instance, *static_cast<const typename Driver::Options*>(instance.private_options.get()));
            },
            [](const TransportInstance& instance) -> Batching {
                const auto& options = *static_cast<const typename Driver::Options*>(instance.private_options.get());
                Batching out;
                if constexpr (requires { options.batch_max; }) {
                    out.max = options.batch_max.value;
                    out.id = &options.batch_id;
                }
                if constexpr (requires { options.deliver_as_creator; }) out.as_creator = options.deliver_as_creator;
                return out;
            },
            []([[maybe_unused]] const TransportInstance& instance) -> const Expandable* {
                if constexpr (requires { &Driver::Options::quota_warn_message; })
                    return &static_cast<const typename Driver::Options*>(instance.private_options.get())
                                ->quota_warn_message;
                else
                    return nullptr;
            },
            [] {
                if constexpr (requires { Driver::kRecordsIntents; }) return Driver::kRecordsIntents;
                return false;
            }(),
            [] {
                if constexpr (requires { Driver::kKeepsConnections; }) return Driver::kKeepsConnections;
                return false;
            }(),
            [] {
                if constexpr (requires { Driver::kSendsReplies; }) return Driver::kSendsReplies;
                return false;
            }()};
}

// The same verdict for every address of the batch.
[[nodiscard]] DeliveryReport same_for_all(const DeliveryContext& context, const Outcome& outcome);

}  // namespace postern
