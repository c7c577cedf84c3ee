// SPDX-License-Identifier: Apache-2.0
// The order of reception: envelope, headers, body, -H, log.
#include "intake/intake.h"

#include <fmt/format.h>
#include <cerrno>

#include "base/strings.h"
#include "intake/body_copy.h"
#include "intake/header_section.h"
#include "intake/reception.h"
#include "mail/message_id.h"

namespace postern {

SubmissionResult Intake::accept(const SubmissionRequest& request, ByteSource& source) {
    // Two ids of one process must differ in their time.
    if (last_) wait_for_next_tick(parts_.clock, *last_, kMessageIdTick);
    last_ = parts_.clock.now();
    return Reception(parts_, request, source, *last_).run();
}

SubmissionResult Reception::run() {
    using Step = Refused (Reception::*)();
    p_.log.set_message_id("");
    caller();
    // Nothing is read before the command line is known to be right, and nothing is written before the headers are.
    constexpr Step kSteps[] = {&Reception::size_limit, &Reception::sender,       &Reception::recipients,
                               &Reception::space,      &Reception::read_headers, &Reception::begin_spooling,
                               &Reception::read_body,  &Reception::finish};
    for (const Step step : kSteps) {
        if (auto refused = (this->*step)()) return tl::unexpected(std::move(*refused));
    }
    write_log();
    return Submission{std::move(held_), std::move(message_)};
}

std::string Reception::from_whom() const { return request_host_ ? "[" + message_.host_address + "]" : request_.login; }

Scope Reception::scope() const {
    Scope out;
    out.message = &message_;
    if (message_.recipients.size() == 1) out.extra["received_for"] = tainted_text(message_.recipients.front().address);
    return out;
}

// Empty if it is unset or fails; then `why_not` says so and both logs have it.
Text Reception::expanded(const Expandable& option, std::string_view name, std::string& why_not) {
    if (!option || option.source.empty()) return {};
    auto result = p_.expander.expand(option, scope());
    if (result) return *std::move(result);
    if (name == "received_header_text") {
        why_not = result.error().message;
        p_.log.main_and_panic(wording::not_expanded(option.source, name, why_not));
    } else if (!result.error().forced) {
        p_.log.main_and_panic(wording::message_id_not_expanded(option.source, name, result.error().message));
    }
    return {};
}

// --- refusals ---

Reception::Refused Reception::input_failure() {
    const int code = source_.failure()->code;
    p_.log.main(code == ETIMEDOUT ? wording::input_timed_out(from_whom()) : wording::input_failed(from_whom(), code));
    return refuse(Refusal::Why::input, "");
}

Reception::Refused Reception::spool_failure(const std::string& log_text) {
    p_.log.main_and_panic(log_text);
    return refuse(Refusal::Why::spool, "");
}

Reception::Refused Reception::refuse_as_too_big() {
    const std::string line = wording::rejected_too_big(message_.sender, message_.ident, size_limit_ + 1, size_limit_);
    std::string details = fmt::format("Envelope-from: <{}>\nEnvelope-to:", message_.sender);
    for (const Recipient& recipient : message_.recipients) details += fmt::format(" <{}>\n", recipient.address);
    for (const HeaderLine& header : message_.headers)
        details += fmt::format("{} {}", static_cast<char>(header.type), header.text);
    p_.log.reject(line, details);
    return refuse(Refusal::Why::too_big, wording::say_too_big(size_limit_));
}

Reception::Refused Reception::space() {
    const auto low = [](std::int64_t have, std::int64_t want) { return want > 0 && have >= 0 && have < want; };
    const auto free = p_.os.free_space(p_.spool.settings().directory);
    if (!free) return std::nullopt;  // the file system does not say
    if (!low(free->kilobytes, main_.check_spool_space.value) && !low(free->inodes, main_.check_spool_inodes.value))
        return std::nullopt;
    p_.log.main(wording::space_check_failed(free->kilobytes, free->inodes));
    return refuse(Refusal::Why::no_space, wording::say_no_space());
}

// --- the message ---

Reception::Refused Reception::read_headers() {
    using Item = HeaderSectionReader::Item;
    raw_sender_ = message_.sender;
    const auto limit = [](const Integer& option) {
        return option.value > 0 ? static_cast<std::size_t>(option.value) : 0;
    };
    HeaderSectionReader reader(source_, {limit(main_.header_maxsize), limit(main_.header_line_maxsize)},
                               request_.dot_terminates);
    for (bool more = true; more;) {
        const Item item = reader.next();
        const bool first = message_.headers.empty();
        if (source_.failure()) return input_failure();
        switch (item) {
            case Item::header:
                message_.headers.push_back({HeaderType::other, std::move(reader.text())});
                break;
            case Item::not_a_header:
                if (first && is_from_line(reader.text())) {
                    use_from_line(reader.text());
                    break;
                }
                body_start_ = std::move(reader.text());
                more = false;
                break;
            case Item::section_too_long:
                p_.log.main(wording::header_section_too_long(from_whom(), main_.header_maxsize.value));
                return refuse(Refusal::Why::headers_too_long,
                              wording::say_header_section_too_long(main_.header_maxsize.value));
            case Item::line_too_long:
                p_.log.main(wording::header_line_too_long(from_whom(), main_.header_line_maxsize.value));
                return refuse(Refusal::Why::headers_too_long,
                              wording::say_header_line_too_long(main_.header_line_maxsize.value));
            case Item::end_of_message:
                ended_in_headers_ = true;
                more = false;
                break;
            case Item::end_of_section:
                more = false;
                break;
        }
    }
    bytes_read_ = reader.bytes_read();
    message_.max_received_linelength = reader.longest_line();
    return std::nullopt;
}

Reception::Refused Reception::begin_spooling() {
    message_.id = make_message_id(message_.received, static_cast<std::uint64_t>(p_.os.pid()), main_.localhost());
    p_.log.set_message_id(message_.id);
    classify_headers();
    BadAddresses bad;
    if (request_.extract_recipients) {
        if (auto refused = extract_recipients(bad)) return refused;  // too many: without a trace in the spool
    }
    auto held = p_.spool.begin(message_.id);
    if (!held) return spool_failure(wording::spool_create_failed(p_.spool.path(message_.id, 'D'), held.error().code));
    held_ = std::move(*held);
    if (request_.extract_recipients) {
        if (auto refused = judge_extracted(bad)) return refused;
    }
    add_missing_headers();
    rewrite_headers();
    return std::nullopt;
}

Reception::Refused Reception::read_body() {
    const std::int64_t left = size_limit_ > 0 ? std::max<std::int64_t>(0, size_limit_ - bytes_read_) : -1;
    BodyCopier copier(p_.os, held_->data_fd(), request_.dot_terminates, left);
    Status copied = copier.start_with(body_start_);
    if (copied && !ended_in_headers_) copied = copier.copy(source_);
    if (source_.failure()) return input_failure();
    if (!copied)
        return spool_failure(wording::spool_write_failed(p_.spool.path(message_.id, 'D'), copied.error().code));
    if (copier.too_big() || (size_limit_ > 0 && bytes_read_ > size_limit_)) return refuse_as_too_big();
    message_.body_linecount = copier.lines();
    message_.body_zerocount = copier.zeros();
    message_.max_received_linelength = std::max(message_.max_received_linelength, copier.longest_line());
    return std::nullopt;
}

Reception::Refused Reception::finish() {
    if (auto refused = add_received()) return refused;
    const auto stat = p_.os.stat(held_->data_fd());
    if (stat) message_.body_size = stat->size - held_->data_start();
    message_.received_complete = p_.clock.now();
    const Status committed = stat ? commit() : Status(tl::unexpect, stat.error());
    if (committed) return std::nullopt;
    return spool_failure(wording::spool_write_failed(p_.spool.path(message_.id, 'H'), committed.error().code));
}

Status Reception::commit() {
    if (!request_.record) return p_.spool.commit(*held_, message_);
    POSTERN_TRY(p_.spool.prepare(*held_, message_, request_.references));
    const Status recorded = request_.record(message_.id);
    if (recorded || may_have_recorded(recorded.error())) held_->keep();
    POSTERN_TRY(recorded);
    const Result<bool> published = p_.spool.publish(message_.id, request_.references);
    return published ? Status{} : Status(tl::unexpect, published.error());
}

std::string Reception::logged_message_id() const {
    const HeaderLine* id = find(HeaderType::message_id, resent_);
    if (id == nullptr) return {};
    const AddressParse parse = parse_address(header_value(id->text), p_.rewriter.address_rules());
    return parse.value ? parse.value->address : std::string();
}

// Decoded and trimmed. "Subject : x" is shown as nothing, as Exim does.
std::optional<std::string> Reception::logged_subject() const {
    constexpr std::string_view kName = "Subject";
    const HeaderLine* subject = find_header(message_.headers, kName);
    if (subject == nullptr) return std::nullopt;
    if (subject->text[kName.size()] != ':') return "";
    auto text = p_.expander.expand("$h_subject:", scope());
    return text ? std::move(text->bytes) : std::string();
}

// Exim subtracts three digits for each header's length from the size of -H, also where it wrote more of them: S= (and
// nothing else) is too large by these.
static std::int64_t long_header_digits(const HeaderList& headers) {
    std::int64_t extra = 0;
    for (const HeaderLine& header : headers)
        for (std::size_t length = header.text.size(); length > 999; length /= 10) ++extra;
    return extra;
}

void Reception::write_log() {
    const auto wanted = [this](Selector selector) { return p_.selectors.has(selector); };
    wording::Received line;
    line.sender = message_.sender;
    line.references = request_.references;
    line.ident = message_.ident;
    line.protocol = message_.received_protocol;
    line.size = message_.size() + long_header_digits(message_.headers);
    line.show_8bitmime = wanted(Selector::eight_bit_mime);
    if (wanted(Selector::receive_time))
        line.receive_time = interval_text_ms(message_.received, message_.received_complete, wanted(Selector::millisec));
    if (request_host_)
        line.host = wording::host_text(message_.host_name, message_.helo_name, message_.host_address,
                                       wanted(Selector::incoming_port) ? message_.host_port : 0);
    if (!created_id_.empty() && wanted(Selector::msg_id_created)) {
        line.message_id = created_id_;
        line.message_id_created = true;
    } else if (had_id_ && wanted(Selector::msg_id)) {
        line.message_id = logged_message_id();
    }
    if (wanted(Selector::subject)) line.subject = logged_subject();
    if (wanted(Selector::received_sender)) line.raw_sender = raw_sender_;
    if (wanted(Selector::received_recipients)) line.raw_recipients = raw_recipients_;
    p_.log.main(wording::received(line));
    held_->log(p_.log.stamp() + " " + wording::received_in_message_log(line));
}

}  // namespace postern
