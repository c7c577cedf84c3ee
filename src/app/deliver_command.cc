// SPDX-License-Identifier: Apache-2.0
#include "app/deliver_command.h"

#include <nlohmann/json.hpp>

#include "app/submission.h"

namespace postern {
namespace {

std::string_view word_for(const Outcome& outcome) {
    switch (outcome.verdict) {
        case Verdict::ok:
            return "delivered";
        case Verdict::fail:
            return "failed";
        case Verdict::defer:
        case Verdict::panic:
            return "deferred";
    }
    return "deferred";
}

std::string in_words(const std::string& id, const RunResult& result) {
    std::string out;
    for (const Settled& settled : result.settled) {
        out += settled.original;
        if (settled.address != settled.original) out += " -> " + settled.address;
        out += ": ";
        out += word_for(settled.outcome);
        if (!settled.transport.empty()) out += " by transport " + settled.transport;
        if (settled.outcome.code > 0) out += ": " + errno_text(settled.outcome.code);
        if (!settled.outcome.message.empty()) out += ": " + settled.outcome.message;
        out += "\n";
    }
    return out + id + (result.end == RunEnd::completed ? ": completed\n" : ": on the queue\n");
}

std::string in_json(const std::string& id, const RunResult& result) {
    nlohmann::ordered_json out = {
        {"id", id}, {"completed", result.end == RunEnd::completed}, {"recipients", nlohmann::json::array()}};
    for (const Settled& settled : result.settled) {
        nlohmann::ordered_json entry = {
            {"recipient", settled.original}, {"address", settled.address}, {"result", word_for(settled.outcome)}};
        if (!settled.router.empty()) entry["router"] = settled.router;
        if (!settled.transport.empty()) entry["transport"] = settled.transport;
        if (settled.outcome.verdict != Verdict::ok) entry["code"] = settled.outcome.code;
        if (!settled.outcome.status.empty()) entry["status"] = settled.outcome.status;
        if (!settled.outcome.message.empty()) entry["message"] = settled.outcome.message;
        out["recipients"].push_back(std::move(entry));
    }
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

int deliver_now(Workplace::World world, const CommandLine& line, const std::vector<std::string>& recipients,
                const std::optional<std::string>& sender, bool json) {
    CommandLine submission = line;
    submission.action = Action::submit;
    submission.delivery_mode = DeliveryMode::foreground;
    submission.ignore_dot = true;
    submission.arguments = recipients;
    submission.sender = sender;
    Workplace place(world, submission);
    if (!place.open()) return 1;
    tl::expected<Submission, int> taken = take_message(place);
    if (!taken) return taken.error();
    const std::string id = taken->message.id;
    const RunResult result =
        deliver_held(place.engine(), std::move(taken->held), std::move(taken->message), place.spool_is_durable());
    place.out(json ? in_json(id, result) : in_words(id, result));
    return result.safe ? 0 : 1;
}

}  // namespace postern
