// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_run.h"

#include <cerrno>

#include "driver/wire.h"
#include "transports/autoreply_text.h"
#include "wording/appendfile.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

constexpr std::size_t kLongestEntry = 8192;  // of the log file; the rest is lost, as in Exim

// What message_sent() needs of what deliver() knew.
struct Memo {
    std::string log, entry;

    [[nodiscard]] std::string encode() const {
        if (log.empty()) return {};
        WireWriter out(DeliveryReport::kMaxText / 4);
        out.text(log);
        out.text(entry);
        return out.take();
    }
    [[nodiscard]] static std::optional<Memo> decode(std::string_view bytes) {
        WireReader in(bytes, DeliveryReport::kMaxText / 4);
        Memo memo;
        memo.log = in.text();
        memo.entry = in.text();
        return in.at_end() ? std::optional(memo) : std::nullopt;
    }
};

std::string stamp(const DeliveryContext& context) {
    const MainOptions& main = context.configuration.main;
    return log_stamp(context.clock.now(), {.utc = main.timezone.value == "UTC", .zone = main.log_timezone});
}

}  // namespace

Autoreply::Done Autoreply::answer(DeliveryContext& context) const {
    auto data = reply_data(context, options_);
    if (!data) return {std::move(data.error())};
    if (context.dont_deliver || reply_recipients(*data).empty()) return {};
    if (data->log && data->log->tainted)
        return {{.verdict = Verdict::defer,
                 .code = EACCES,
                 .message = wording::tainted_name(data->log->bytes, "logfile", instance_.name)}};
    auto text = reply_text(context, options_, *data);
    if (!text) return {std::move(text.error())};
    Memo memo;
    if (data->log && !data->log->empty()) {
        memo.log = data->log->bytes;
        memo.entry = wording::reply_log_entry(
            stamp(context), {data->from, data->to, data->cc, data->bcc, data->subject, data->headers});
    }
    return {.reply = ReplyOrder{std::move(*text), memo.encode()}};
}

DeliveryReport Autoreply::deliver(DeliveryContext& context) {
    Done done = answer(context);
    DeliveryReport report = same_for_all(context, done.outcome);
    report.addresses.front().reply = std::move(done.reply);
    return report;
}

void Autoreply::message_sent(DeliveryContext& context, const std::string& bytes) {
    const auto memo = Memo::decode(bytes);
    if (memo && !memo->log.empty()) append_to_log(context, memo->log, memo->entry);
}

// One write, so that entries of simultaneous deliveries do not mix. A log that cannot be written is no reason to answer
// again.
void Autoreply::append_to_log(DeliveryContext& context, const std::string& file, const std::string& entry) const {
    const auto fd = context.os.open(AtPath(file), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, options_.mode.value);
    if (fd) (void)context.os.write(fd->get(), std::string_view(entry).substr(0, kLongestEntry)).has_value();
}

DeliveryPlan Autoreply::plan(DeliveryContext& context) {
    DeliveryPlan plan;
    plan.kind = "automatic reply";
    auto data = reply_data(context, options_);
    if (!data) {
        plan.refusal = std::move(data.error());
        return plan;
    }
    for (const std::string& address : reply_recipients(*data)) {
        if (!plan.target.empty()) plan.target += ", ";
        plan.target += address;
    }
    if (plan.target.empty()) plan.steps.push_back("nobody is to be answered: nothing is sent");
    if (data->file) plan.steps.push_back("read " + data->file->bytes);
    if (data->log) plan.steps.push_back("log in " + data->log->bytes);
    return plan;
}

}  // namespace postern
