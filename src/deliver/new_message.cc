// SPDX-License-Identifier: Apache-2.0
#include "deliver/new_message.h"

#include "base/strings.h"
#include "deliver/engine.h"
#include "wording/delivery.h"

namespace postern {
namespace {

// Somebody else's message is logged meanwhile, also when the delivery in hand is kept out of the log.
class OtherMessageInLog {
public:
    OtherMessageInLog(const Engine& engine, const std::string& back_to)
        : engine_(engine), back_to_(back_to), quiet_(engine.log.quiet()) {
        engine_.log.set_quiet(false);
    }
    OtherMessageInLog(const OtherMessageInLog&) = delete;
    OtherMessageInLog& operator=(const OtherMessageInLog&) = delete;
    ~OtherMessageInLog() {
        engine_.log.set_message_id(back_to_);
        engine_.log.set_quiet(quiet_);
    }

private:
    const Engine& engine_;
    const std::string& back_to_;
    bool quiet_;
};

}  // namespace

std::optional<std::string> OutTray::submit(const NewMessage& message) {
    const OtherMessageInLog other(engine_, in_hand_.id);
    std::optional<std::string> id = engine_.new_messages.submit(message);
    if (id) sent_.push_back(*id);
    return id;
}

void OutTray::deliver_sent() {
    if (sent_.empty()) return;
    const OtherMessageInLog other(engine_, in_hand_.id);
    for (std::string& id : sent_) {
        if (when_ == When::at_once) {
            engine_.new_messages.deliver(id);
        } else {
            waiting_.push_back(std::move(id));
        }
    }
    sent_.clear();
}

std::optional<std::string> OutTray::send(const NewMessage& message) {
    std::optional<std::string> id = submit(message);
    deliver_sent();
    return id;
}

void OutTray::deliver_waiting() {
    if (waiting_.empty() || engine_.new_messages.held_back()) return;
    const OtherMessageInLog other(engine_, in_hand_.id);
    for (const std::string& id : waiting_) engine_.new_messages.deliver(id);
    waiting_.clear();
}

bool has_line_named(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (istarts_with(line, name)) {
            line.remove_prefix(name.size());
            while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
            if (line.starts_with(':')) return true;
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return false;
}

std::string system_author(const Engine& engine) {
    const Expandable& option = engine.configuration.main.dsn_from;
    Expansion author = engine.expander.expand(option, Scope{});
    if (author) return std::move(author->bytes);
    engine.log.main_and_panic(wording::dsn_from_not_expanded(author.error().message));
    author = engine.expander.expand(MainOptions{}.dsn_from, Scope{});
    return author ? std::move(author->bytes) : std::string();
}

}  // namespace postern
