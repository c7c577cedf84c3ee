// SPDX-License-Identifier: Apache-2.0
#include "deliver/settlement.h"

#include <algorithm>

#include "base/strings.h"
#include "deliver/address_text.h"
#include "deliver/homonym.h"

namespace postern {
namespace {

// What is recorded about a homonym must not hide the ancestor, so it carries the transport's name instead of the
// prefix.
std::string record_of(const AddressItem& item) {
    if (!is_homonym(item.unique)) return item.unique;
    return without_homonym_prefix(item.unique) + "/" + (item.transport ? item.transport->name : std::string());
}

std::string parent_text(const AddressItem& item) { return item.parent ? item.parent->address : std::string(); }

// Only /dev/null is done without a transport.
std::string transport_text(const AddressItem& item) { return item.transport ? item.transport->name : "**bypassed**"; }

// The sender asked for other reports than those of failures (RFC 3461), or for none.
bool wants_no_failure_report(const AddressItem& item) {
    constexpr unsigned kRequests = kDsnNever | kDsnSuccess | kDsnFailure | kDsnDelay;
    return (item.dsn_flags & kRequests) != 0 && (item.dsn_flags & kDsnFailure) == 0;
}

}  // namespace

Settlement::Settlement(const Engine& engine, Message& message, HeldMessage& held)
    : engine_(engine), message_(message), held_(held) {}

// --- done addresses ---

bool Settlement::delivered_before(const AddressItem& item) const {
    if (!item.transport) return false;
    return message_.non_recipients.contains(without_homonym_prefix(item.unique) + "/" + item.transport->name);
}

void Settlement::address_done(AddressItem& item) {
    any_done_ = true;
    if (!item.parent) {
        message_.mark_done(item.unique);
        message_.mark_done(item.address);
    } else {
        message_.mark_done(record_of(item));
    }
    for (const AddressItem* duplicate : duplicates_) {
        if (without_homonym_prefix(duplicate->unique) != without_homonym_prefix(item.unique)) continue;
        message_.mark_done(duplicate->parent ? duplicate->unique : duplicate->address);
        child_done(const_cast<AddressItem&>(*duplicate));  // NOLINT: the pool's items are ours to change
    }
}

void Settlement::child_done(AddressItem& item) {
    any_done_ = true;
    for (AddressItem* child = &item; child->parent; child = child->parent) {
        if (child->counted_done) return;
        child->counted_done = true;
        AddressItem& up = *child->parent;
        if (--up.child_count > 0) return;
        address_done(up);
        // An ancestor with the same address is the same line to a reader: say it once.
        bool repeated = false;
        for (const AddressItem* above = up.parent; above; above = above->parent) {
            repeated = repeated || iequals(above->address, up.address);
        }
        if (!repeated) held_.log(engine_.log.stamp() + " " + wording::children_complete(up.address));
    }
}

void Settlement::journal(const std::vector<AddressItem*>& batch) {
    std::vector<std::string> lines;
    for (const AddressItem* item : batch) {
        if (item->outcome.verdict == Verdict::ok) lines.push_back(record_of(*item));
    }
    if (lines.empty()) return;
    if (const Status written = held_.journal(lines); !written) {
        engine_.log.main_and_panic(wording::journal_failed(lines.front(), written.error().code));
    }
}

// --- verdicts ---

void Settlement::settle(AddressItem& item, Stage stage, std::string_view marker) {
    if (item.output_line) {
        engine_.log.main(
            wording::transport_output(item.address, item.transport->name,
                                      printable(*item.output_line, engine_.configuration.main.print_topbitchars)));
    }
    switch (item.outcome.verdict) {
        case Verdict::ok:
            delivered_.push_back(&item);
            address_done(item);
            held_.log(engine_.log.stamp() + " " +
                      wording::transport_succeeded(item.address, parent_text(item), transport_text(item)));
            child_done(item);
            delivered_line(item, marker);
            return;
        case Verdict::defer:
        case Verdict::panic:
            deferred_.push_back(&item);
            if (item.outcome.special == Special::freeze) freeze("");
            deferred_line(item, stage);
            return;
        case Verdict::fail:
            break;
    }
    item.props.ignore_error = item.props.ignore_error || is_expired_bounce();
    if (freezes_when_failed(item)) {
        if (item.outcome.special != Special::freeze) {
            freeze(message_.local && !message_.local_error ? " (message created with -f <>)"
                                                           : " (delivery error message)");
        } else {
            freeze("");
        }
        deferred_.push_back(&item);
    } else {
        failed_.push_back(&item);
    }
    failed_line(item, stage);
}

bool Settlement::is_expired_bounce() const {
    const std::int64_t age = engine_.clock.now().seconds - message_.received.seconds;
    return message_.sender.empty() && age >= engine_.configuration.main.ignore_bounce_errors_after.seconds;
}

bool Settlement::freezes_when_failed(const AddressItem& item) const {
    if (item.props.ignore_error) return false;
    const bool nobody_to_tell = message_.sender.empty() && item.props.errors_address.value_or("").empty();
    return item.outcome.special == Special::freeze || nobody_to_tell;
}

void Settlement::ignore_failures() {
    std::vector<AddressItem*> to_report;
    for (std::size_t i = failed_.size(); i-- > 0;) {  // latest first
        AddressItem& item = *failed_[i];
        if (item.props.ignore_error || wants_no_failure_report(item)) {
            ignore_failure(item);
        } else {
            to_report.insert(to_report.begin(), &item);
        }
    }
    failed_ = std::move(to_report);
}

void Settlement::ignore_failure(AddressItem& item) {
    engine_.log.set_quiet(item.transport && item.transport->options.disable_logging);
    engine_.log.main(wording::error_ignored(item.address, parent_text(item), !item.props.ignore_error));
    engine_.log.set_quiet(false);
    address_done(item);
    child_done(item);
    ignored_.push_back(&item);
}

void Settlement::freeze(std::string reason) {
    message_.frozen = engine_.clock.now().seconds;
    frozen_now_ = true;
    freeze_reason_ = std::move(reason);
}

// --- lines ---

std::string Settlement::printable_message(const AddressItem& item) const {
    return printable(item.outcome.message, engine_.configuration.main.print_topbitchars);
}

std::string Settlement::queue_time() const {
    const TimePoint from =
        engine_.selected(Selector::queue_time_exclusive) ? message_.received_complete : message_.received;
    return interval_text_ms(from, engine_.clock.now(), engine_.selected(Selector::millisec));
}

// The parts that all three kinds of line share.
void Settlement::fill_common(wording::AddressLine& line, const AddressItem& item, bool success) const {
    line.address = address_text(item, {.all_parents = engine_.selected(Selector::all_parents), .success = success});
    if (engine_.selected(Selector::sender_on_delivery)) line.sender = message_.sender;
    if (engine_.selected(Selector::return_path_on_delivery)) line.return_path = return_path_;
    if (item.router) line.router = item.router->name;
    if (item.transport) line.transport = item.transport->name;
    line.host = item.host_text;
    if (engine_.selected(Selector::deliver_time)) {
        line.deliver_time = interval_text_ms(item.started, item.finished, engine_.selected(Selector::millisec));
    }
}

std::optional<wording::SecureHost> Settlement::secure_host(const AddressItem& item) const {
    if (!item.tls) return std::nullopt;
    wording::SecureHost out;
    if (engine_.selected(Selector::tls_cipher)) out.cipher = item.tls->cipher;
    if (engine_.selected(Selector::tls_certificate_verified)) out.verified = item.tls->verified;
    if (engine_.selected(Selector::tls_peerdn) && !item.tls->subject.empty()) out.subject = item.tls->subject;
    return out;
}

void Settlement::delivered_line(const AddressItem& item, std::string_view marker) {
    wording::Delivered line;
    line.marker = message_.dont_deliver && item.transport && marker == "=>" ? "*>" : marker;
    fill_common(line, item, true);
    line.transport = transport_text(item);
    if (engine_.selected(Selector::delivery_size)) line.size = item.bytes_written;
    line.secure = secure_host(item);
    line.shadow = item.shadow_text;
    if (engine_.selected(Selector::smtp_confirmation) && !item.confirmation.empty())
        line.confirmation = item.confirmation;
    if (engine_.selected(Selector::queue_time)) line.queue_time = queue_time();
    engine_.log.main(wording::delivered(line));
}

void Settlement::deferred_line(const AddressItem& item, Stage stage) {
    wording::NotDelivered line;
    fill_common(line, item, false);
    line.code = item.outcome.code;
    line.message = printable_message(item);
    line.at_transport = stage == Stage::transport;
    line.at_router = stage == Stage::routing;
    const std::string text = wording::deferred(line);
    if (message_.first_delivery || item.outcome.code > code::kRoutingRetry)
        held_.log(engine_.log.stamp() + " " + text.substr(3));
    const bool retry_error = item.outcome.code <= code::kRoutingRetry;
    if (retry_error && !engine_.selected(Selector::retry_defer)) return;
    if (item.outcome.verdict == Verdict::panic) {
        engine_.log.main_and_panic(text);
    } else {
        engine_.log.main(text);
    }
}

void Settlement::failed_line(const AddressItem& item, Stage stage) {
    wording::NotDelivered line;
    fill_common(line, item, false);
    line.code = item.outcome.code;
    line.message = printable_message(item);
    line.at_transport = stage == Stage::transport;
    line.at_router = stage == Stage::routing;
    line.secure = secure_host(item);
    held_.log(engine_.log.stamp() + " " + wording::failed_in_message_log(line));
    engine_.log.main(wording::failed(line));
}

}  // namespace postern
