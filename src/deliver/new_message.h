// SPDX-License-Identifier: Apache-2.0
// deliver/new_message.h – messages that the mail system itself writes while it delivers another one: quota warnings,
// automatic replies, bounces. They are spooled directly; no program is started (Exim runs `exim -t -f <> -E…`).
//
// For whoever composes one: make the text (header lines, blank line, body), say what it is about, and hand it to the
// run's OutTray. When send() has said an id, the message is durable and its "<=" line is logged: whatever made it
// necessary may be settled. When it said none, both logs have the reason and nothing was kept; a bounce must then leave
// its recipient on the queue. Never send from a delivery child: it has no access to the spool; report to the parent.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mail/message.h"

namespace postern {

struct Engine;

// A user in whose name a message is sent, with no more rights than when calling sendmail.
struct Author {
    uid_t uid = 0;
    gid_t gid = 0;
};

struct NewMessage {
    const Message& about;              // the message in hand: R=<its id>
    std::string text;                  // lines ending in LF; To:, Cc:, Bcc: say who gets it (Bcc: is taken out)
    std::string sender = {};           // envelope; "": <>
    std::vector<std::string> to = {};  // if not empty: the recipients, whatever the headers say
    std::optional<std::string> authenticated_sender = {};  // bounce_sender_authentication
    std::optional<Author> author = {};                     // nullopt: the mail system itself
    // Writes the id down in the intents of `about`; see SubmissionRequest::record.
    std::function<Status(const std::string& id)> record = {};
};

// The way from a NewMessage to the spool and out of it again. app/ has the real one, over intake/.
class NewMessages {
public:
    NewMessages() = default;
    NewMessages(const NewMessages&) = delete;
    NewMessages& operator=(const NewMessages&) = delete;
    virtual ~NewMessages() = default;

    // Completes the headers as for a message from a local trusted caller (Message-Id:, Date:, Received:), rewrites,
    // spools durably and logs. nullopt: refused or failed; logged. Changes the log's message id.
    [[nodiscard]] virtual std::optional<std::string> submit(const NewMessage& message) = 0;
    // One delivery run of its own, in a child; returns when that is over. Changes the log's message id.
    virtual void deliver(const std::string& id) = 0;
    // queue_only and its relatives: new messages wait for a queue run.
    [[nodiscard]] virtual bool held_back() = 0;
};

// What one delivery run sends.
class OutTray {
public:
    // Where the caller waits for the delivery (-odf), a new message is delivered as soon as it is sent, before the log
    // goes on about the one in hand; else (background, queue run) when the run is over, unless new messages are held
    // back. So does Exim.
    enum class When : bool { at_once, after_the_run };
    OutTray(const Engine& engine, const Message& in_hand, When when)
        : engine_(engine), in_hand_(in_hand), when_(when) {}

    [[nodiscard]] std::optional<std::string> send(const NewMessage& message);
    // The two halves of send(), where something has to be recorded in between.
    [[nodiscard]] std::optional<std::string> submit(const NewMessage& message);
    void deliver_sent();
    // One that an earlier run has sent, and that only now is to be seen.
    void adopt(std::string id) { waiting_.push_back(std::move(id)); }
    // To be called when the message in hand is unlocked.
    void deliver_waiting();

private:
    const Engine& engine_;
    const Message& in_hand_;
    When when_;
    std::vector<std::string> sent_, waiting_;
};

// Has `text`, the body included, a line "NAME :"? How Exim asks before it adds From: or Reply-To: to a text that came
// from the configuration (spec appendfile.md §16).
[[nodiscard]] bool has_line_named(std::string_view text, std::string_view name);

// dsn_from, expanded, or its default if that fails (logged): the value of From:.
[[nodiscard]] std::string system_author(const Engine& engine);

}  // namespace postern
