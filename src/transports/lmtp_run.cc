// SPDX-License-Identifier: Apache-2.0
#include "transports/lmtp_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "driver/filtering.h"
#include "driver/write_plan.h"
#include "transports/batch_smtp.h"
#include "transports/lmtp_connection.h"
#include "transports/lmtp_verdicts.h"
#include "wording/lmtp.h"
#include "wording/tls.h"

namespace postern {
namespace {

bool has_top_bit(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

// Looks at what will be sent, after headers_remove, headers_only and filters: that is what BODY= and SIZE= are about.
class LookingSink final : public ByteSink {
public:
    Status write(std::string_view bytes) override {
        size += static_cast<std::int64_t>(bytes.size());
        top_bit = top_bit || has_top_bit(bytes);
        return {};
    }
    std::int64_t size = 0;
    bool top_bit = false;
};

// A value from the -H file that would end the parameter or the command is left out.
bool is_parameter(std::string_view value) {
    return !value.empty() && std::ranges::none_of(value, [](char c) { return c == ' ' || is_cntrl(c); });
}

// RFC 3461, as the sender asked for it.
std::string notify_parameters(const AddressItem& item) {
    std::string out;
    if ((item.dsn_flags & kDsnNever) != 0) out = " NOTIFY=NEVER";
    const std::pair<unsigned, std::string_view> kinds[] = {
        {kDsnSuccess, "SUCCESS"}, {kDsnFailure, "FAILURE"}, {kDsnDelay, "DELAY"}};
    for (const auto& [flag, name] : kinds) {
        if ((item.dsn_flags & flag) == 0) continue;
        out += out.empty() ? " NOTIFY=" : ",";
        out += name;
    }
    if (is_parameter(item.dsn_original)) out += " ORCPT=" + item.dsn_original;
    return out;
}

std::string return_parameters(const Message& message) {
    std::string out;
    if (message.dsn_ret == 1) out += " RET=FULL";
    if (message.dsn_ret == 2) out += " RET=HDRS";
    if (is_parameter(message.dsn_envid)) out += " ENVID=" + message.dsn_envid;
    return out;
}

Outcome outcome_of(const FilterFailure& failure) {
    if (failure.kind == FilterFailure::Kind::timed_out)
        return {.code = ETIMEDOUT, .message = wording::lmtp_filter_timed_out()};
    if (failure.kind == FilterFailure::Kind::stopped_reading)
        return {.code = EPIPE, .message = wording::lmtp_filter_stopped_reading()};
    if (failure.kind == FilterFailure::Kind::ended_badly)
        return {.code = code::kFilterFail, .message = wording::lmtp_filter_failed(failure.status)};
    return {.code = failure.error.code, .message = wording::lmtp_filter_failed(-1)};
}

// Made before the server is troubled: options that cannot be expanded and filters that fail leave no session in the
// middle.
tl::expected<SessionMessage, Outcome> message_to_send(DeliveryContext& context) {
    auto plan = make_write_plan(context);
    if (!plan)
        return tl::unexpected(
            Outcome{.code = code::kHeaderFail, .message = wording::lmtp_headers_not_expanded(plan.error().why)});
    if (const auto failure = pass_through_filter(context, *plan)) return tl::unexpected(outcome_of(*failure));
    return SessionMessage{std::move(*plan), context.body};
}

DeliveryReport with_lines(std::vector<std::string> lines, DeliveryReport report) {
    report.main_lines.insert(report.main_lines.begin(), std::make_move_iterator(lines.begin()),
                             std::make_move_iterator(lines.end()));
    return report;
}

}  // namespace

MailEnvelope Lmtp::envelope(const DeliveryContext& context, const SessionMessage& to_send) const {
    const Message& message = context.message;
    MailEnvelope out{.sender = context.return_path, .parameters = return_parameters(message), .recipients = {}};
    for (const AddressItem* item : context.batch)
        out.recipients.push_back(
            {batch_recipient(*item, instance_.options.rcpt_include_affixes), notify_parameters(*item)});
    LookingSink looking;
    WritePlan plan = to_send.plan;
    plan.crlf = true;
    const bool whole = MessageWriter(context.os).write(plan, to_send.body, looking).has_value();
    out.size = whole ? looking.size : 0;  // if it can't be read now, that is found out when it is sent
    out.eight_bit = looking.top_bit;
    out.utf8 = message.smtputf8 || has_top_bit(out.sender) ||
               std::ranges::any_of(out.recipients, [](const MailEnvelope::To& to) { return has_top_bit(to.path); });
    return out;
}

DeliveryReport Lmtp::deliver(DeliveryContext& context) {
    const auto target = lmtp_target(context, options_);
    if (!target) return same_for_all(context, target.error());
    if (context.dont_deliver) return same_for_all(context, {.verdict = Verdict::ok, .code = 0});
    auto message = message_to_send(context);
    if (!message) return same_for_all(context, message.error());
    if (const auto kept = kept_session(context, *target)) {
        Attempt again = converse(context, *target, *kept, Dialogue::Tls::no, *message);
        if (again.end != Attempt::End::stale) return std::move(again.report);
    }
    std::vector<std::string> lines;
    for (LmtpServers servers(context, options_, *target);;) {
        auto connection = servers.next();
        if (!connection) return with_lines(std::move(lines), same_for_all(context, connection.error()));
        const std::string host = (*connection)->host().text();
        Attempt made = attempt(context, *target, *std::move(connection), *message);
        if (made.end != Attempt::End::unwilling || !servers.has_more())
            return with_lines(std::move(lines), std::move(made.report));
        lines = with_lines(std::move(lines), made.report).main_lines;
        lines.push_back(wording::server_passed_over(host, made.report.addresses.front().outcome.message));
    }
}

Lmtp::Attempt Lmtp::attempt(DeliveryContext& context, const LmtpTarget& target,
                            std::unique_ptr<LmtpConnection> connection, const SessionMessage& message) {
    const auto tls = tls_.wanted_with(context, connection->host());
    if (!tls) return {.end = Attempt::End::settled, .report = same_for_all(context, tls.error())};
    Attempt made = converse(context, target, *connection, *tls, message);
    if (!options_.tls_tempfail_tryclear || *tls != Dialogue::Tls::if_offered || !tls_.handshake_failed()) return made;
    const LmtpHost host = connection->host();
    connection.reset();  // a server may serve one client at a time
    return attempt_in_the_clear(context, target, host, message, std::move(made));
}

// What an earlier delivery has left, if it is to our server, too, and we may go on there without TLS.
std::unique_ptr<LmtpConnection> Lmtp::kept_session(DeliveryContext& context, const LmtpTarget& target) {
    if (context.idle == nullptr) return nullptr;
    auto kept = LmtpConnection::taken_up(context, target);
    const int fd = std::exchange(context.idle, nullptr)->fd.get();
    if (kept && goes_on_without_tls(context, *kept)) return kept;
    IdleConnections::say_goodbye(context.os, fd);  // before there is one more
    return nullptr;
}

// The options may say otherwise for this message.
bool Lmtp::goes_on_without_tls(DeliveryContext& context, const LmtpConnection& kept) {
    if (tls_.forbids_reuse()) return false;
    const auto tls = tls_.wanted_with(context, kept.host());
    if (!tls) return false;
    return *tls == Dialogue::Tls::no || (*tls == Dialogue::Tls::if_offered && !kept.known_offer()->start_tls);
}

// As Exim with tls_tempfail_tryclear: once more with the same server, without TLS. `failed`: how it went with it. What
// the options say about its address is known; another address of its name may be one that must have TLS.
Lmtp::Attempt Lmtp::attempt_in_the_clear(DeliveryContext& context, const LmtpTarget& target, const LmtpHost& host,
                                         const SessionMessage& message, Attempt failed) {
    const auto connection = LmtpConnection::open(context, options_, host);
    if (!connection) return failed;
    Attempt made = converse(context, target, **connection, Dialogue::Tls::no, message);
    made.report.main_lines.push_back(
        wording::delivering_unencrypted(failed.report.addresses.front().outcome.message, host.text()));
    return made;
}

Lmtp::Attempt Lmtp::converse(DeliveryContext& context, const LmtpTarget& target, LmtpConnection& connection,
                             Dialogue::Tls tls, const SessionMessage& message) {
    const bool keep =
        target.argv.empty() && context.keep_connection && !tls_.forbids_reuse() && !tls_.handshake_failed();
    const Dialogue::Settings settings{.hello_name = context.primary_hostname,
                                      .tls = tls,
                                      .clear_if_refused = options_.tls_tempfail_tryclear,
                                      .ignore_quota = options_.ignore_quota,
                                      .keep_connection = keep};
    const auto& known = connection.known_offer();
    Dialogue dialogue =
        known ? Dialogue(settings, envelope(context, message), *known) : Dialogue(settings, envelope(context, message));
    Session session(
        context.os, context.clock, connection.stream(), connection.replies(),
        {.each = Seconds{options_.timeout.seconds},
         .end = deadline_after(context.clock, Seconds{options_.session_timeout.seconds})},
        {.secure =
             [&](Instant deadline) { return tls_.start(context, connection.host(), connection.stream(), deadline); },
         .before_end = context.before_commit});
    session.run(dialogue, message);
    if (dialogue.stale()) {
        connection.leave(context.os);
        return {.end = Attempt::End::stale, .report = {}};
    }
    if (dialogue.reusable()) connection.keep(context, target, dialogue.offer());
    DeliveryReport report;
    report.addresses = lmtp_verdicts({.dialogue = dialogue,
                                      .bytes_sent = session.message_bytes(),
                                      .remark = connection.remark(),
                                      .top_bit_ok = context.configuration.main.print_topbitchars});
    for (AddressReport& address : report.addresses) {
        address.host = connection.host().text();
        if (connection.stream().active()) address.tls = tls_.facts();
        address.with_affixes = instance_.options.rcpt_include_affixes;
    }
    return {.end = dialogue.unwilling() ? Attempt::End::unwilling : Attempt::End::settled, .report = std::move(report)};
}

DeliveryPlan Lmtp::plan(DeliveryContext& context) {
    DeliveryPlan plan;
    plan.kind = "LMTP";
    const auto target = lmtp_target(context, options_);
    if (target) plan.target = target->text();
    if (!target) plan.refusal = target.error();
    HeaderChanges headers;
    if (const auto written = make_write_plan(context, &headers); !written && !plan.refusal)
        plan.refusal =
            Outcome{.code = code::kHeaderFail, .message = wording::lmtp_headers_not_expanded(written.error().why)};
    plan.header_lines = std::move(headers.added);
    plan.removed_headers = std::move(headers.removed);
    if (options_.hosts) plan.steps.push_back(tls_.plan());
    plan.steps.push_back(
        fmt::format("say MAIL FROM:<{}> and {} RCPT in one session", context.return_path, context.batch.size()));
    plan.steps.push_back(fmt::format("wait at most {} for each reply, {} in all",
                                     interval_text(options_.timeout.seconds),
                                     interval_text(options_.session_timeout.seconds)));
    return plan;
}

}  // namespace postern
