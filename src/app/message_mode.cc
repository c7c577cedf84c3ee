// SPDX-License-Identifier: Apache-2.0
// -M…: one action on each named message, with Exim's answers (spec queue-retry-bounce.md §8).
#include <unistd.h>
#include <algorithm>

#include "app/modes.h"
#include "base/strings.h"
#include "deliver/replies.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "wording/command.h"
#include "wording/delivery.h"
#include "wording/queue.h"
#include "write/message_writer.h"

namespace postern {
namespace {

// An edit of a held message: what to say on stdout, what to log, whether -H has to be written again.
struct Edit {
    bool ok = true;
    bool rewrite = true;
    std::string result;  // "is now frozen"
    std::vector<std::string> log_lines;
};

class MessageCommand {
public:
    explicit MessageCommand(Workplace& place) : place_(place), line_(place.line()) {}

    int run() {
        if (line_.message_action == MessageAction::give_up) {
            place_.err(wording::mode_not_available("-Mg") + "\n");
            return 1;
        }
        if (!place_.caller().admin && line_.message_action != MessageAction::remove) {
            place_.err(wording::permission_denied() + "\n");
            return 1;
        }
        bool all_well = true;
        for (const std::string& id : ids()) all_well = act(id) && all_well;
        return all_well ? 0 : 1;
    }

private:
    // Editing commands take one message; what follows are addresses.
    [[nodiscard]] std::vector<std::string> ids() const {
        switch (line_.message_action) {
            case MessageAction::add_recipients:
            case MessageAction::mark_delivered:
            case MessageAction::edit_sender:
                return {line_.arguments.front()};
            default:
                return line_.arguments;
        }
    }
    [[nodiscard]] std::vector<std::string> operands() const {
        return {line_.arguments.begin() + 1, line_.arguments.end()};
    }

    [[nodiscard]] bool act(const std::string& id) {
        switch (line_.message_action) {
            case MessageAction::deliver:
                (void)deliver_from_spool(place_.engine(), id, {.forced = true, .thaw = true});
                return true;
            case MessageAction::deliver_unforced:
                (void)deliver_from_spool(place_.engine(), id, {});
                return true;
            case MessageAction::show_header:
                return show(id, 'H', "input", id + "-H");
            case MessageAction::show_body:
                return show(id, 'D', "input", id + "-D");
            case MessageAction::show_log:
                return show(id, 'L', "msglog", id);
            case MessageAction::show_copy:
                return show_copy(id);
            case MessageAction::remove:
                return remove(id);
            default:
                return edit(id);
        }
    }

    // --- looking ---
    bool show(const std::string& id, char which, std::string_view kind, const std::string& name) {
        const Result<std::string> bytes = place_.spool().raw(id, which);
        if (!bytes) {
            place_.out(wording::cannot_open_for_viewing(kind, name, bytes.error().code) + "\n");
            return false;
        }
        place_.out(*bytes);
        return true;
    }

    bool show_copy(const std::string& id) {
        auto loaded = place_.spool().load(id, true);
        Result<UniqueFd> data = place_.os().open(place_.spool().path(id, 'D'), O_RDONLY);
        if (!data) {
            place_.log().set_message_id(id);
            place_.log().main(wording::spool_data_missing(id));
            place_.out(wording::say_no_data_file(id));
            return false;
        }
        if (!loaded) {
            place_.out(wording::say_format_error(id));
            return false;
        }
        WritePlan plan;
        for (const HeaderLine& header : loaded->message.headers) {
            if (header.type != HeaderType::removed) plan.header_lines.push_back(header.text);
        }
        FdSink sink(place_.os(), STDOUT_FILENO);
        MessageWriter writer(place_.os());
        return writer
            .write(plan, {data->get(), static_cast<std::int64_t>(data_offset(id)), loaded->message.spool_wireformat},
                   sink)
            .has_value();
    }

    // --- changing ---
    void say(const std::string& text) { place_.out(text + "\n"); }

    [[nodiscard]] std::string who() const {
        return place_.caller().login.empty() ? "uid " + std::to_string(place_.caller().uid) : place_.caller().login;
    }

    // Holds the message, or says why not.
    std::unique_ptr<HeldMessage> hold(const std::string& id, bool& missing) {
        auto held = place_.spool().open(id);
        if (held) return std::move(*held);
        missing = held.error().problem == Spool::OpenProblem::missing;
        place_.log().set_message_id(id);
        if (missing) place_.log().main(wording::spool_data_missing(id));
        if (held.error().problem == Spool::OpenProblem::locked) place_.log().main(wording::spool_locked(id));
        if (missing)
            place_.out(wording::say_no_data_file(id));
        else if (held.error().problem == Spool::OpenProblem::locked)
            place_.out(wording::say_changed(id, wording::Change::locked));
        else
            place_.out(wording::say_cannot_open(id, held.error().error.code));
        return nullptr;
    }

    bool remove(const std::string& id) {
        bool missing = false;
        std::unique_ptr<HeldMessage> held = hold(id, missing);
        if (!held && !missing) return false;
        if (missing) place_.out(wording::say_continuing_removal());
        auto loaded = place_.spool().load(id, true);
        if (!loaded) {
            place_.out(loaded.error().format ? wording::say_format_error(id)
                                             : wording::say_read_error(id, loaded.error().error.code));
            say("Continuing to ensure all files removed");
        }
        const bool owner = loaded && static_cast<uid_t>(loaded->message.uid) == place_.caller().uid;
        if (!place_.caller().admin && !owner) {
            say(wording::message_result(id, "- Permission denied"));
            return false;
        }
        Status removed;
        if (held) {
            removed = remove_held(*held);
        } else if (const Result<bool> remains = place_.spool().remove_remains(id); !remains) {
            removed = Unexpected(remains.error());
        }
        if (!removed) {
            say(wording::message_result(id, "has not been removed: " + removed.error().to_string()));
            return false;
        }
        if (!held && !loaded) {
            place_.out(wording::say_changed(id, wording::Change::removed_or_gone));
            return false;
        }
        place_.out(wording::say_changed(id, held ? wording::Change::removed : wording::Change::removed_or_gone));
        place_.log().set_message_id(id);
        place_.log().main(wording::removed_by(who()));
        place_.log().main(wording::completed(std::nullopt));
        return held && loaded;  // what was broken is worth an exit code
    }

    // A reply that a run had recorded when it was cut short does not go with the message.
    Status remove_held(HeldMessage& held) {
        POSTERN_TRY_ASSIGN(const std::vector<IntentRecord> intents, held.intents());
        const auto published = publish_recorded_replies(place_.spool(), held, intents);
        if (!published) return Unexpected(published.error());
        return held.remove();
    }

    bool edit(const std::string& id) {
        bool missing = false;
        const std::unique_ptr<HeldMessage> held = hold(id, missing);
        if (!held) return false;
        auto loaded = place_.spool().load(id, true);
        if (!loaded) {
            place_.out(loaded.error().format ? wording::say_format_error(id)
                                             : wording::say_read_error(id, loaded.error().error.code));
            return false;
        }
        const Edit done = apply(loaded->message);
        if (done.ok && done.rewrite) {
            if (const Status written = held->rewrite_header(loaded->message); !written) {
                say(wording::message_result(id, "- error while writing: " + written.error().to_string()));
                return false;
            }
        }
        say(wording::message_result(id, done.result));
        place_.log().set_message_id(id);
        for (const std::string& text : done.log_lines) place_.log().main(text + " by " + who());
        return done.ok;
    }

    Edit apply(Message& message) {
        switch (line_.message_action) {
            case MessageAction::freeze:
                return freeze(message);
            case MessageAction::thaw:
                return thaw(message);
            case MessageAction::add_recipients:
                return add(message);
            case MessageAction::mark_delivered:
                return mark(message);
            case MessageAction::mark_all_delivered:
                return mark_all(message);
            default:
                return change_sender(message);
        }
    }

    Edit freeze(Message& message) {
        if (message.frozen) return {.ok = false, .result = "is already frozen"};
        message.frozen = place_.clock().now().seconds;
        message.manual_thaw = false;
        return {.result = "is now frozen", .log_lines = {"frozen"}};
    }

    static Edit thaw(Message& message) {
        if (!message.frozen) return {.ok = false, .result = "is not frozen"};
        message.frozen.reset();
        message.manual_thaw = true;
        return {.result = "is no longer frozen", .log_lines = {"unfrozen"}};
    }

    Edit add(Message& message) const {
        Edit edit{.result = "has been modified"};
        for (const std::string& text : operands()) {
            const AddressParse parsed = parse_address(text);
            const std::string why = !parsed.value ? parsed.error.text : !parsed.value->at ? "domain missing" : "";
            if (!why.empty()) {
                // Exim logs what it would have added before it met the bad one.
                return {.ok = false,
                        .result = "- error while adding recipient:\n  bad address " + text + ": " + why,
                        .log_lines = std::move(edit.log_lines)};
            }
            message.recipients.push_back({.address = parsed.value->address});
            edit.log_lines.push_back("recipient <" + parsed.value->address + "> added");
        }
        return edit;
    }

    Edit mark(Message& message) const {
        Edit edit{.result = "has been modified"};
        for (const std::string& text : operands()) {
            const bool known =
                std::ranges::any_of(message.recipients, [&](const Recipient& r) { return r.address == text; });
            if (!known)
                return {.ok = false,
                        .result = "- error while marking as delivered:\n  " + text +
                                  " is not a recipient: message not updated"};
            message.mark_done(text);
            edit.log_lines.push_back("address <" + text + "> marked delivered");
        }
        return edit;
    }

    static Edit mark_all(Message& message) {
        Edit edit{.result = "has been modified\n"};
        for (const Recipient& recipient : message.recipients) {
            if (message.non_recipients.contains(recipient.address)) continue;
            message.mark_done(recipient.address);
            edit.log_lines.push_back("address <" + recipient.address + "> marked delivered");
        }
        return edit;
    }

    Edit change_sender(Message& message) const {
        if (line_.arguments.size() != 2) return {.ok = false, .result = "- exactly one new sender must be given"};
        const AddressParse parsed = parse_address(line_.arguments[1], {.allow_null = true});
        const bool bad = !parsed.value || (!parsed.value->address.empty() && !parsed.value->at);
        if (bad) {
            return {.ok = false,
                    .result = "- error while editing sender:\n  bad address " + line_.arguments[1] + ": " +
                              (parsed.value ? "domain missing" : parsed.error.text)};
        }
        message.sender = parsed.value->address;
        return {.result = "has been modified", .log_lines = {"sender address changed to <" + message.sender + ">"}};
    }

    Workplace& place_;
    const CommandLine& line_;
};

}  // namespace

int act_on_messages(Workplace& place) { return MessageCommand(place).run(); }

}  // namespace postern
