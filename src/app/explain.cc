// SPDX-License-Identifier: Apache-2.0
#include "app/explain.h"

#include <unistd.h>
#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/message_preview.h"
#include "deliver/prepared_batch.h"
#include "mail/address.h"
#include "route/test_address.h"

namespace postern {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::defer:
            return "defer";
        case Verdict::fail:
            return "fail";
        case Verdict::panic:
            return "panic";
    }
    return "defer";
}

Json json_of(const Outcome& outcome) {
    Json out = {{"verdict", name_of(outcome.verdict)}, {"code", outcome.code}};
    if (outcome.code > 0) out["error"] = errno_text(outcome.code);
    if (!outcome.message.empty()) out["message"] = outcome.message;
    return out;
}

Json json_of(const Identity& identity) {
    return {{"uid", identity.uid},
            {"uid_from", identity.uid_from},
            {"gid", identity.gid},
            {"gid_from", identity.gid_from},
            {"initgroups", identity.initgroups},
            {"home", identity.home},
            {"home_from", identity.home_from},
            {"directory", identity.directory},
            {"directory_from", identity.directory_from}};
}

Json json_of(const DeliveryPlan& plan) {
    Json out = {{"kind", plan.kind},
                {"target", plan.target},
                {"steps", plan.steps},
                {"locks", plan.locks},
                {"added_lines", plan.header_lines},
                {"removed_headers", plan.removed_headers}};
    if (plan.refusal) out["refusal"] = json_of(*plan.refusal);
    return out;
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// What one address needs to be explained; made once for all addresses of a run.
class Explanation {
public:
    Explanation(Workplace& place, const MessagePreview& preview, std::string sender)
        : place_(place), preview_(preview), sender_(std::move(sender)) {}

    Json explain(const std::string& address, int& exit_code) {
        AddressPool pool;
        RouterChain chain(place_.configuration(), place_.drivers());
        std::vector<std::string> notes;
        RouteContext context{
            .configuration = place_.configuration(),
            .os = place_.os(),
            .clock = place_.clock(),
            .processes = place_.processes(),
            .expander = place_.expander(),
            .rewriter = place_.rewriter(),
            .pool = pool,
            .message = &preview_.message(),
            .mode = RouteMode::explain,
            .main_log = [&notes](const std::string& text) { notes.push_back("log: " + text); },
            .main_and_panic_log = [&notes](const std::string& text) { notes.push_back("panic log: " + text); },
            .note = [&notes](const std::string& text) { notes.push_back(text); },
            .sender = sender_};
        context.scope.message = &preview_.message();
        context.scope.body = &preview_.body();
        const AddressTest test = test_address(chain, context, address);
        exit_code = test.exit_code();

        Json out = {
            {"address", test.address.empty() ? address : test.address}, {"sender", sender_}, {"routing", notes}};
        if (!test.syntax_error.empty()) out["syntax_error"] = test.syntax_error;
        out["deliveries"] = Json::array();
        for (const AddressItem* item : test.accepted) out["deliveries"].push_back(delivery(*item, exit_code));
        for (const AddressTest::Decided& decided : test.decided) {
            if (decided.kind == AddressTest::Kind::generated) {
                out["deliveries"].push_back(delivery(*decided.item, exit_code));
            } else {
                Json entry = {{"address", decided.item->address}, {"outcome", json_of(decided.item->outcome)}};
                if (decided.item->router) entry["router"] = decided.item->router->name;
                out["undelivered"].push_back(std::move(entry));
            }
        }
        return out;
    }

private:
    Json delivery(const AddressItem& item, int& exit_code) {
        Json out = {{"address", item.address}};
        if (item.parent) out["generated_from"] = item.parent->address;
        if (item.router) out["router"] = item.router->name;
        if (item.preset || !item.transport) {
            out["outcome"] =
                item.preset ? json_of(*item.preset) : Json{{"verdict", "defer"}, {"message", "no transport"}};
            exit_code = std::max(exit_code, item.preset && item.preset->verdict == Verdict::fail ? 2 : 1);
            return out;
        }
        out["transport"] = item.transport->name;
        out["driver"] = item.transport->driver->name;
        AddressItem copy = item;
        const BatchRun run{.message = preview_.message(),
                           .body_view = preview_.body(),
                           .body = preview_.source(),
                           .batch = {&copy},
                           .transport = item.transport,
                           .first_delivery = true};
        AddressScope scope;
        auto context = prepare_delivery(place_.engine(), run, scope);
        if (!context) {
            out["outcome"] = json_of(context.error());
            exit_code = std::max(exit_code, 1);
            return out;
        }
        out["return_path"] = context->return_path;
        out["identity"] = json_of(context->identity);
        out["plan"] = plan_as_recipient(*context);
        if (out["plan"].contains("refusal")) exit_code = std::max(exit_code, 1);
        return out;
    }

    // Plans look at the recipient's files, so they are made by a child that has become the recipient.
    Json plan_as_recipient(DeliveryContext& context) {
        const TransportDriver* driver = place_.drivers().transport(context.instance.driver->name);
        const std::unique_ptr<Transport> transport = driver->make(context.instance);
        Result<Os::Pipe> pipe = place_.os().pipe();
        if (!pipe) return {{"refusal", {{"message", pipe.error().to_string()}}}};
        const Result<pid_t> child = place_.processes().fork_child(
            [&]() -> int {
                const std::string text = text_of(json_of(planned(*transport, context)));
                return write_all(place_.os(), pipe->write_end.get(), text) ? 0 : 1;
            },
            true);
        if (!child) return {{"refusal", {{"message", child.error().to_string()}}}};
        pipe->write_end.reset();
        const Result<std::string> text = read_all(place_.os(), pipe->read_end.get(), 1U << 24);
        pipe->read_end.reset();
        (void)place_.processes().wait(*child).has_value();
        Json plan = Json::parse(text ? *text : std::string(), nullptr, false);
        if (plan.is_discarded()) return {{"refusal", {{"message", "the planning process gave no answer"}}}};
        return plan;
    }

    static DeliveryPlan planned(Transport& transport, DeliveryContext& context) {
        DeliveryPlan plan;
        context.only_planning = true;
        if (const auto failed = transport.setup(context)) {
            plan.refusal =
                Outcome{.verdict = failed->defer ? Verdict::defer : Verdict::panic, .message = failed->message};
            return plan;
        }
        if (const auto became = become(context.os, context.identity); !became) {
            plan.refusal = Outcome{.code = became.error().error.code, .message = became.error().error.to_string()};
            return plan;
        }
        return transport.plan(context);
    }

    Workplace& place_;
    const MessagePreview& preview_;
    const std::string sender_;
};

// --- the same in words ---

std::string outcome_words(const Json& outcome) {
    std::string out = outcome.value("verdict", "defer");
    if (outcome.contains("error")) out += ": " + outcome["error"].get<std::string>();
    if (outcome.contains("message")) out += ": " + outcome["message"].get<std::string>();
    return out;
}

void add_list(std::string& out, std::string_view title, const Json& lines) {
    if (lines.empty()) return;
    out += "    " + std::string(title) + "\n";
    for (const Json& line : lines) {
        std::string text = line.get<std::string>();
        while (text.ends_with('\n')) text.pop_back();
        out += "      ";
        for (const char c : text) {
            out += c;
            if (c == '\n') out += "      ";
        }
        out += '\n';
    }
}

std::string delivery_words(const Json& delivery) {
    std::string out = "  " + delivery["address"].get<std::string>();
    if (delivery.contains("generated_from")) out += " (from " + delivery["generated_from"].get<std::string>() + ")";
    out += "\n";
    if (delivery.contains("outcome")) return out + "    not delivered: " + outcome_words(delivery["outcome"]) + "\n";
    const Json& identity = delivery["identity"];
    const Json& plan = delivery["plan"];
    out += "    router " + delivery["router"].get<std::string>() + ", transport " +
           delivery["transport"].get<std::string>() + " (" + delivery["driver"].get<std::string>() + ")\n";
    out += "    as uid " + std::to_string(identity["uid"].get<long>()) + " (" +
           identity["uid_from"].get<std::string>() + "), gid " + std::to_string(identity["gid"].get<long>()) + " (" +
           identity["gid_from"].get<std::string>() + ")\n";
    if (!identity["home"].get<std::string>().empty()) {
        out +=
            "    home " + identity["home"].get<std::string>() + " (" + identity["home_from"].get<std::string>() + ")\n";
    }
    out += "    in directory " + identity["directory"].get<std::string>() + " (" +
           identity["directory_from"].get<std::string>() + ")\n";
    out += "    return path <" + delivery["return_path"].get<std::string>() + ">\n";
    if (!plan.value("kind", "").empty())
        out += "    into " + plan["kind"].get<std::string>() + " " + plan["target"].get<std::string>() + "\n";
    add_list(out, "locks:", plan.value("locks", Json::array()));
    add_list(out, "steps:", plan.value("steps", Json::array()));
    add_list(out, "header lines added:", plan.value("added_lines", Json::array()));
    add_list(out, "header lines removed:", plan.value("removed_headers", Json::array()));
    if (plan.contains("refusal")) out += "    it would not be delivered: " + outcome_words(plan["refusal"]) + "\n";
    return out;
}

std::string in_words(const Json& all) {
    std::string out = all["address"].get<std::string>() + "\n";
    if (all.contains("syntax_error")) return out + "  not an address: " + all["syntax_error"].get<std::string>() + "\n";
    for (const Json& note : all["routing"]) out += "  " + note.get<std::string>() + "\n";
    for (const Json& delivery : all["deliveries"]) out += delivery_words(delivery);
    if (all.contains("undelivered")) {
        for (const Json& entry : all["undelivered"]) {
            out += "  " + entry["address"].get<std::string>() +
                   "\n    not delivered: " + outcome_words(entry["outcome"]) + "\n";
        }
    }
    if (all["deliveries"].empty() && !all.contains("undelivered")) out += "  nothing would be delivered\n";
    return out;
}

}  // namespace

int explain_address(Workplace::World world, const CommandLine& line, const std::string& address,
                    const std::optional<std::string>& sender, bool json) {
    CommandLine quiet = line;
    quiet.action = Action::test_addresses;  // nothing goes to log files
    Workplace place(world, quiet);
    if (!place.open()) return 1;
    const std::string from = sender.value_or(place.caller_address());
    Result<MessagePreview> preview = MessagePreview::from_standard_input(place, from);
    if (!preview) {
        place.err("postern explain: " + preview.error().to_string() + "\n");
        return 1;
    }
    int exit_code = 0;
    const Json explained = Explanation(place, *preview, from).explain(address, exit_code);
    place.out(json ? explained.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : in_words(explained));
    return exit_code;
}

}  // namespace postern
