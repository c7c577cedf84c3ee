// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialogue.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr int kClosing = 421;  // whatever the question was
constexpr const char* kSending = "sending data block";

// A path with a control character could end the command and begin another one.
bool sayable(std::string_view path) { return std::ranges::none_of(path, is_cntrl); }

}  // namespace

Dialogue::Dialogue(Settings settings, MailEnvelope envelope)
    : settings_(std::move(settings)), envelope_(std::move(envelope)), recipients_(envelope_.recipients.size()) {
    if (settings_.tls == Tls::from_start) step_ = Step::secure;
}

Dialogue::Dialogue(Settings settings, MailEnvelope envelope, const Offer& known)
    : Dialogue(std::move(settings), std::move(envelope)) {
    offer_ = known;
    step_ = Step::reset;
    taken_up_ = true;
}

// --- what to do next ---

Dialogue::Move Dialogue::next() {
    switch (step_) {
        case Step::greeting:
            return expect(Step::greeting, "initial connection", "");
        case Step::hello:
            return expect(Step::hello, "LHLO " + settings_.hello_name, "LHLO " + settings_.hello_name);
        case Step::start_tls:
            return expect(Step::start_tls, "STARTTLS", "STARTTLS");
        case Step::secure: {
            Move move = expect(Step::secure, "TLS", "");
            move.kind = Move::Kind::secure;
            move.replies = 0;
            return move;
        }
        case Step::reset:
        case Step::mail:
        case Step::recipients:
            return commands();
        case Step::data:
            return expect(Step::data, "DATA", "DATA");
        case Step::message:
            expected_.clear();
            return {.kind = Move::Kind::send_message, .bytes = {}, .chunked = offer_.chunking};
        case Step::verdicts:
            return next_verdict();
        case Step::quit: {
            Move move = expect(Step::quit, "QUIT", "QUIT");
            move.hurry = true;
            return move;
        }
        case Step::ended:
            break;
    }
    return {.kind = Move::Kind::end, .bytes = {}};
}

Dialogue::Move Dialogue::expect(Step step, std::string stage, std::string bytes) {
    expected_.clear();
    expected_.push_back({step, 0, std::move(stage)});
    if (!bytes.empty()) bytes += kLineEnd;
    return {.kind = Move::Kind::say, .bytes = std::move(bytes), .replies = 1};
}

void Dialogue::add(Move& move, Step step, const std::string& command, std::size_t recipient) {
    move.bytes.append(command).append(kLineEnd);
    expected_.push_back({step, recipient, command});
    move.replies = expected_.size();
}

// One command, or with PIPELINING as many as fit.
Dialogue::Move Dialogue::commands() {
    Move move;
    expected_.clear();
    if (step_ == Step::reset) {
        move.hurry = true;  // a server that thinks it over is left for a new connection
        add(move, Step::reset, "RSET");
        if (!offer_.pipelining || !sayable(envelope_.sender)) return move;
    }
    if (step_ != Step::recipients) {
        add(move, Step::mail, mail_command());
        if (!offer_.pipelining) return move;
    }
    add_recipients(move);
    if (ends_with_data()) add(move, Step::data, "DATA");
    return move;
}

// Whether the flight of commands that asks for the last recipients asks for the message, too.
bool Dialogue::ends_with_data() const {
    if (!offer_.pipelining || offer_.chunking || told_ < recipients_.size()) return false;
    return !expected_.empty() && expected_.back().step == Step::recipients;
}

void Dialogue::add_recipients(Move& move) {
    for (; told_ < recipients_.size(); ++told_) {
        Recipient& recipient = recipients_[told_];
        if (!sayable(envelope_.recipients[told_].path)) continue;
        recipient.command = recipient_command(envelope_.recipients[told_]);
        if (!move.bytes.empty() && move.bytes.size() + recipient.command.size() > settings_.most_at_once) return;
        add(move, Step::recipients, recipient.command, told_);
        if (offer_.pipelining) continue;
        ++told_;
        return;
    }
}

std::string Dialogue::mail_command() const {
    std::string command = "MAIL FROM:<" + envelope_.sender + ">";
    if (offer_.size && envelope_.size > 0) command += " SIZE=" + std::to_string(envelope_.size);
    if (offer_.eight_bit && envelope_.eight_bit) command += " BODY=8BITMIME";
    if (offer_.utf8 && envelope_.utf8) command += " SMTPUTF8";
    if (offer_.dsn) command += envelope_.parameters;
    return command;
}

std::string Dialogue::recipient_command(const MailEnvelope::To& to) const {
    std::string command = "RCPT TO:<" + to.path + ">";
    if (settings_.ignore_quota && offer_.ignore_quota) command += " IGNOREQUOTA";
    if (offer_.dsn) command += to.parameters;
    return command;
}

// The reply for the next recipient that waits for its own.
Dialogue::Move Dialogue::next_verdict() {
    const auto waiting = std::ranges::find(recipients_, Fate::accepted, &Recipient::fate);
    Move move = expect(Step::verdicts, interrupted_ ? kSending : "end of data", "");
    move.hurry = interrupted_;
    expected_.front().recipient = static_cast<std::size_t>(waiting - recipients_.begin());
    return move;
}

// --- what the server said ---

void Dialogue::hear(Reply reply) {
    if (expected_.empty()) return;
    const Expected expected = std::move(expected_.front());
    expected_.pop_front();
    switch (expected.step) {
        case Step::recipients:
            return hear_recipient(expected.recipient, std::move(reply));
        case Step::verdicts:
            return hear_verdict(expected.recipient, std::move(reply));
        case Step::data:
            return hear_data(expected, std::move(reply));
        case Step::quit:
            step_ = Step::ended;
            return;
        default:
            break;
    }
    if (!reply.positive()) return refuse(expected, std::move(reply));
    if (expected.step == Step::greeting) {
        step_ = Step::hello;
    } else if (expected.step == Step::start_tls) {
        step_ = Step::secure;
    } else if (expected.step == Step::mail) {
        step_ = Step::recipients;
        if (expected_.empty()) after_recipients();
    } else {
        if (expected.step == Step::hello) offer_ = offer_of(reply);
        if (expected.step != Step::hello || !tls_comes_first()) begin_mail();
    }
}

bool Dialogue::tls_comes_first() {
    if (secured_ || settings_.tls == Tls::no || (settings_.tls == Tls::if_offered && !offer_.start_tls)) return false;
    step_ = Step::start_tls;
    if (offer_.start_tls) return true;
    failure_ = Failure{.step = Step::start_tls,
                       .stage = "STARTTLS",
                       .reply = {},
                       .trouble = {.kind = Trouble::Kind::tls_not_offered, .code = 0, .text = {}}};
    step_ = Step::quit;
    return true;
}

void Dialogue::secured() {
    secured_ = true;
    offer_ = {};
    step_ = settings_.tls == Tls::from_start ? Step::greeting : Step::hello;
}

void Dialogue::begin_mail() {
    step_ = Step::mail;
    if (sayable(envelope_.sender)) return;
    expected_.push_back({Step::mail, 0, "MAIL FROM"});
    fail({.kind = Trouble::Kind::unsayable, .code = 0, .text = {}});
}

// RCPT answers to a MAIL that was refused in the same flight say nothing about the recipients.
void Dialogue::hear_recipient(std::size_t number, Reply reply) {
    if (!failure_) {
        Recipient& recipient = recipients_[number];
        recipient.fate = reply.positive() ? Fate::accepted : Fate::refused;
        recipient.reply = std::move(reply);
    }
    if (expected_.empty()) return after_recipients();
    step_ = expected_.front().step;
}

// It may have been asked for before it was known whether anybody is to have the message. A server that waits for one
// that is for nobody is left: what it would read as a command is not one any more.
void Dialogue::hear_data(const Expected& expected, Reply reply) {
    if (failure_ || nobody_waits()) {
        step_ = Step::ended;
        if (reply.kind() == 3) return;
        return failure_ ? void(step_ = Step::quit) : finish();
    }
    if (reply.kind() != 3) return refuse(expected, std::move(reply));
    step_ = Step::message;
}

void Dialogue::after_recipients() {
    if (failure_) {
        step_ = Step::quit;
        return;
    }
    while (told_ < recipients_.size() && !sayable(envelope_.recipients[told_].path)) ++told_;
    if (told_ < recipients_.size()) return;
    if (nobody_waits()) return finish();
    step_ = offer_.chunking ? Step::message : Step::data;
}

// A message that is not all there can't have been accepted, whatever the server says.
void Dialogue::hear_verdict(std::size_t number, Reply reply) {
    if (interrupted_ && reply.kind() != 4 && reply.kind() != 5) {
        expected_.push_front({Step::verdicts, number, kSending});
        return fail({.kind = Trouble::Kind::too_early, .code = 0, .text = reply.text});
    }
    Recipient& recipient = recipients_[number];
    recipient.fate = reply.positive() ? Fate::delivered : Fate::refused_at_end;
    recipient.reply = std::move(reply);
    if (nobody_waits()) finish();
}

void Dialogue::refuse(const Expected& expected, Reply reply) {
    if (expected.step == Step::reset || (taken_up_ && expected.step == Step::mail && reply.code == kClosing)) {
        stale_ = true;
        step_ = Step::ended;
        return;
    }
    tls_refused_ = expected.step == Step::start_tls;
    if (tls_refused_ && settings_.tls == Tls::if_offered && settings_.clear_if_refused) return begin_mail();
    failure_ = Failure{.step = expected.step, .stage = expected.stage, .reply = std::move(reply), .trouble = {}};
    if (tls_refused_ && settings_.tls == Tls::required) {
        failure_->reply.reset();
        failure_->trouble.kind = Trouble::Kind::tls_refused;
    }
    if (expected_.empty()) step_ = Step::quit;  // else: when the answers to the rest of the flight are in
}

bool Dialogue::nobody_waits() const {
    return std::ranges::find(recipients_, Fate::accepted, &Recipient::fate) == recipients_.end();
}

void Dialogue::message_interrupted(std::optional<Trouble> why) {
    interrupted_ = true;
    interruption_ = std::move(why);
    step_ = Step::verdicts;
}

// What is said behind half a message is a part of it: then there is no QUIT either.
void Dialogue::finish() {
    kept_ = settings_.keep_connection && !failure_ && !interrupted_ && !secured_ && !tls_refused_;
    step_ = kept_ || interrupted_ ? Step::ended : Step::quit;
}

// A server that takes RSET may still take no further message. Whoever is silent then thinks about ours.
bool Dialogue::means_stale(Step at, const Trouble& trouble) const {
    if (at == Step::reset) return true;
    return taken_up_ && at == Step::mail && trouble.kind != Trouble::Kind::unsayable &&
           trouble.kind != Trouble::Kind::timeout;
}

void Dialogue::fail(Trouble trouble) {
    const Step at = std::exchange(step_, Step::ended);
    if (at == Step::quit || at == Step::ended) return;
    if (means_stale(at, trouble)) {
        stale_ = true;
        return;
    }
    if (!failure_) {
        std::string stage = expected_.empty() ? kSending : expected_.front().stage;
        if (interruption_ && trouble.kind != Trouble::Kind::too_early) trouble = *interruption_;
        failure_ = Failure{.step = at, .stage = std::move(stage), .reply = {}, .trouble = std::move(trouble)};
    }
    // As Exim: after the message a QUIT is due even to a server that has not answered.
    if (at == Step::verdicts && !interrupted_) step_ = Step::quit;
}

}  // namespace postern
