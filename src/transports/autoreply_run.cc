// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_run.h"

#include <cerrno>

#include "base/strings.h"
#include "driver/wire.h"
#include "hints/berkeley_db.h"
#include "transports/autoreply_protection.h"
#include "transports/autoreply_recipients.h"
#include "transports/autoreply_text.h"
#include "wording/appendfile.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

constexpr std::size_t kLongestEntry = 8192;  // of the log file; the rest is lost, as in Exim

constexpr std::size_t kLongestMemoText = DeliveryReport::kMaxText / 6;

// What message_sent() needs of what deliver() knew.
struct Memo {
    std::string log, entry;
    std::string once, key, token;

    [[nodiscard]] std::string encode() const {
        if (log.empty() && once.empty()) return {};
        WireWriter out(kLongestMemoText);
        for (const std::string* text : {&log, &entry, &once, &key, &token}) out.text(*text);
        return out.take();
    }
    [[nodiscard]] static std::optional<Memo> decode(std::string_view bytes) {
        WireReader in(bytes, kLongestMemoText);
        Memo memo;
        for (std::string* text : {&memo.log, &memo.entry, &memo.once, &memo.key, &memo.token}) *text = in.text();
        return in.at_end() ? std::optional(memo) : std::nullopt;
    }
};

// Exim opens a relative name below its own directory part: its `sub/once` is `sub/sub/once` (spec autoreply.md §6.1).
// The name of that file, if it is there and ours is not.
std::optional<std::string> exims_database(Os& os, const std::string& file) {
    const std::size_t slash = file.rfind('/');
    if (slash == std::string::npos || file.front() == '/' || os.stat(AtPath(file), Follow::yes)) return std::nullopt;
    std::string theirs = file.substr(0, slash + 1) + file;
    const auto fd = os.open(AtPath(theirs), O_RDONLY | O_NONBLOCK);
    if (!fd) return std::nullopt;
    const Result<DbKind> kind = db_kind_of(os, fd->get());
    return kind && *kind == DbKind::berkeley ? std::optional(std::move(theirs)) : std::nullopt;
}

std::string stamp(const DeliveryContext& context) {
    const MainOptions& main = context.configuration.main;
    return log_stamp(context.clock.now(), {.utc = main.timezone.value == "UTC", .zone = main.log_timezone});
}

}  // namespace

Autoreply::Done Autoreply::answer(DeliveryContext& context) const {
    auto data = reply_data(context, options_);
    if (!data) return {std::move(data.error())};
    if (context.dont_deliver) return {};
    if (auto refused = taint_of(*data)) return std::move(*refused);
    auto why = reason_not_to_answer(context, options_, *data);
    if (!why) return {std::move(why.error())};
    if (*why) {
        const std::string reason(wording::why_no_answer(**why));
        if (data->log && !data->log->empty())
            append_to_log(context, data->log->bytes,
                          wording::not_answered(stamp(context), data->to.value_or(""), reason));
        return {.confirmation = wording::no_reply(reason)};
    }
    if (reply_recipients(*data).empty()) return {};
    Memo memo;
    std::unique_ptr<OnceStore> store;
    OnceQuestion question;
    if (data->to && data->once && !data->once->empty()) {
        memo.once = data->once->bytes;
        memo.key = question.key = data->to->substr(0, kLongestMemoText);
        memo.token = question.token = context.message.id + " " + context.batch.front()->unique;
        question.now = context.clock.now().seconds;
        question.repeat = data->once_repeat;
        auto opened = open_once(context.os, memo.once);
        if (!opened) return once_failed(memo.once, opened.error());
        store = std::move(*opened);
        const Result<OnceState> state = store->look(question);
        if (!state) return once_failed(memo.once, state.error());
        if (*state != OnceState::open) return no_second_reply(context, *data, *state);
    }
    auto text = reply_text(context, options_, *data);
    if (!text) return {std::move(text.error())};
    // The last step: whatever could have kept the reply from being sent is behind us.
    if (store) {
        const Result<OnceState> state = store->claim(question);
        if (!state) return once_failed(memo.once, state.error());
        if (*state != OnceState::open) return no_second_reply(context, *data, *state);
    }
    if (data->log && !data->log->empty()) {
        memo.log = data->log->bytes;
        memo.entry = wording::reply_log_entry(
            stamp(context), {data->from, data->to, data->cc, data->bcc, data->subject, data->headers});
    }
    return {.reply = ReplyOrder{std::move(*text), memo.encode()}};
}

std::optional<Autoreply::Done> Autoreply::taint_of(const ReplyData& data) const {
    const auto refuse = [this](const Text& name, std::string_view what) {
        return Done{{.verdict = Verdict::defer,
                     .code = EACCES,
                     .message = wording::tainted_name(name.bytes, what, instance_.name)}};
    };
    if (data.once && data.once->tainted && data.to) return refuse(*data.once, "once file");
    if (data.log && data.log->tainted) return refuse(*data.log, "logfile");
    return std::nullopt;
}

Autoreply::Done Autoreply::no_second_reply(DeliveryContext& context, const ReplyData& data, OnceState state) const {
    if (data.log && !data.log->empty()) {
        append_to_log(context, data.log->bytes,
                      state == OnceState::answered ? wording::previously_sent(stamp(context), *data.to)
                                                   : wording::being_answered(stamp(context), *data.to));
    }
    return {};
}

Result<std::unique_ptr<OnceStore>> Autoreply::open_once(Os& os, const std::string& file) const {
    if (options_.once_file_size.value > 0)
        return open_flat_once(os, file, options_.mode.value, options_.once_file_size.value);
    if (auto exims = exims_database(os, file)) return failure(wording::once_is_elsewhere(file, *exims));
    return open_sqlite_once(os, file, options_.mode.value);
}

Autoreply::Done Autoreply::once_failed(const std::string& file, const Error& error) const {
    const bool flat = options_.once_file_size.value > 0;
    const std::string why = error.text.empty() || error.code != 0 ? errno_text(error.code) : error.text;
    return {{.verdict = Verdict::defer,
             .code = error.code,
             .message = wording::once_not_opened(file, flat, instance_.name, why)}};
}

DeliveryReport Autoreply::deliver(DeliveryContext& context) {
    Done done = answer(context);
    DeliveryReport report = same_for_all(context, done.outcome);
    report.addresses.front().reply = std::move(done.reply);
    report.addresses.front().confirmation = std::move(done.confirmation);
    return report;
}

Status Autoreply::message_sent(DeliveryContext& context, const std::string& bytes) {
    const auto memo = Memo::decode(bytes);
    if (!memo) return {};
    if (!memo->once.empty()) {
        POSTERN_TRY_ASSIGN(const auto store, open_once(context.os, memo->once));
        POSTERN_TRY(store->confirm({.key = memo->key, .token = memo->token, .now = context.clock.now().seconds}));
    }
    if (!memo->log.empty()) append_to_log(context, memo->log, memo->entry);
    return {};
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
    auto why = reason_not_to_answer(context, options_, *data);
    if (!why) {
        plan.refusal = std::move(why.error());
        return plan;
    }
    if (*why) plan.steps.push_back("nothing is sent: " + std::string(wording::why_no_answer(**why)));
    if (data->file) plan.steps.push_back("read " + data->file->bytes);
    if (data->log) plan.steps.push_back("log in " + data->log->bytes);
    return plan;
}

}  // namespace postern
