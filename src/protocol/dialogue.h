// SPDX-License-Identifier: Apache-2.0
// protocol/dialogue.h – one LMTP transaction as a value: says what to do next, is told what the server answered, and
// knows in the end what became of each recipient. It does no I/O and has no clock (protocol/session.h does and has).
//
// The rules that make it right in every half-answer (RFC 2033, spec lmtp.md §7, §16):
// * a recipient is delivered if and only if its own reply after the message was 2xx;
// * what the server has said about a recipient is never overwritten by a later failure;
// * no command goes out before every reply to the ones before it is there, except what PIPELINING allows: then RSET,
//   MAIL, RCPT … and DATA go together, as many as fit; a message only when DATA and a recipient are accepted;
// * without an offer the bytes are Exim's: LHLO, MAIL, RCPT …, DATA, the message, QUIT;
// * where TLS is wanted, MAIL goes out behind it or not at all, and what the server said before it is forgotten.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "protocol/offer.h"
#include "protocol/reply.h"

namespace postern {

struct MailEnvelope {
    struct To {
        std::string path;        // without <>
        std::string parameters;  // " NOTIFY=… ORCPT=…", said if the server offers DSN
    };
    std::string sender;
    std::string parameters;  // " RET=… ENVID=…", as above
    std::vector<To> recipients;
    std::int64_t size = 0;  // about how many bytes the message has, for SIZE=
    bool eight_bit = false, utf8 = false;
};

enum class Step : std::uint8_t {
    greeting,
    hello,
    start_tls,
    secure,
    reset,
    mail,
    recipients,
    data,
    message,
    verdicts,
    quit,
    ended
};

class Dialogue {
public:
    enum class Tls : std::uint8_t { no, if_offered, required, from_start };
    struct Settings {
        std::string hello_name;
        Tls tls = Tls::no;
        bool clear_if_refused = false;  // go on without TLS if it is not required and STARTTLS is refused
        bool ignore_quota = false;
        bool keep_connection = false;     // end without QUIT if all went well, and TLS was not tried
        std::size_t most_at_once = 4096;  // bytes of commands whose replies are outstanding, with PIPELINING
    };
    // A new connection; or one on which an earlier transaction ended well, whose offer is known: it begins with RSET.
    Dialogue(Settings settings, MailEnvelope envelope);
    Dialogue(Settings settings, MailEnvelope envelope, const Offer& known);

    // --- the conversation ---
    struct Move {
        enum class Kind : std::uint8_t { say, secure, send_message, end } kind = Kind::say;
        std::string bytes;        // to be written; may be empty: only listen
        std::size_t replies = 0;  // to be read then, each given to hear()
        bool chunked = false;     // the message goes with BDAT instead of dots
        bool hurry = false;       // nobody waits long for the (first) answer
    };
    [[nodiscard]] Move next();
    void hear(Reply reply);
    // The last move could not be finished. Texts of a reply that was expected name its command.
    struct Trouble {
        enum class Kind : std::uint8_t {
            timeout,
            malformed,
            closed,
            error,       // of the connection
            unreadable,  // the message, when it was to be sent
            too_early,
            unsayable,
            tls,              // the text says why there is none
            tls_not_offered,  // though it is required
            tls_refused       // though it was offered and is required
        } kind = Kind::closed;
        int code = 0;      // errno of `error`, `unreadable`
        std::string text;  // what was malformed
    };
    void fail(Trouble trouble);
    void secured();  // TLS has begun
    void message_sent() { step_ = Step::verdicts; }
    // It was sent only in part, for this reason, or because the server has spoken before it could have had all of it:
    // what it says now may be a refusal, never a yes.
    void message_interrupted(std::optional<Trouble> why);
    [[nodiscard]] bool interrupted() const { return interrupted_; }

    // --- the result ---
    enum class Fate : std::uint8_t {
        open,            // nothing was said about it: unknown if the session failed
        accepted,        // RCPT was; its own reply after the message did not come
        refused,         // by RCPT
        delivered,       // its own 2xx
        refused_at_end,  // its own reply after the message, not 2xx
    };
    struct Recipient {
        Fate fate = Fate::open;
        Reply reply;          // refused, delivered, refused_at_end
        std::string command;  // the RCPT as it was said
    };
    [[nodiscard]] const std::vector<Recipient>& recipients() const { return recipients_; }

    // What ended the transaction before all had their reply.
    struct Failure {
        Step step = Step::greeting;
        std::string stage;  // the command that failed, or "initial connection", "sending data block", "end of data"
        std::optional<Reply> reply;  // the server refused; else:
        Trouble trouble;
    };
    [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
    // The server would not talk at all: that is nothing about this message, and another server may.
    [[nodiscard]] bool unwilling() const {
        return failure_ && failure_->step <= Step::secure;  // before MAIL
    }
    [[nodiscard]] const Offer& offer() const { return offer_; }
    [[nodiscard]] bool reusable() const { return step_ == Step::ended && kept_; }  // the connection is idle and sound
    // The kept connection was of no use any more when it was taken up – gone, or good for so many messages only:
    // nothing was said about this one.
    [[nodiscard]] bool stale() const { return stale_; }
    [[nodiscard]] Step step() const { return step_; }

private:
    struct Expected {
        Step step;
        std::size_t recipient = 0;
        std::string stage;
    };
    Move expect(Step step, std::string stage, std::string bytes);
    void add(Move& move, Step step, const std::string& command, std::size_t recipient = 0);
    Move commands();
    void add_recipients(Move& move);
    Move next_verdict();
    [[nodiscard]] bool tls_comes_first();
    void begin_mail();
    [[nodiscard]] std::string mail_command() const;
    [[nodiscard]] std::string recipient_command(const MailEnvelope::To& to) const;
    void hear_recipient(std::size_t number, Reply reply);
    void hear_data(const Expected& expected, Reply reply);
    void hear_verdict(std::size_t number, Reply reply);
    void refuse(const Expected& expected, Reply reply);
    [[nodiscard]] bool means_stale(Step at, const Trouble& trouble) const;
    void after_recipients();
    [[nodiscard]] bool nobody_waits() const;
    [[nodiscard]] bool ends_with_data() const;
    void finish();

    Settings settings_;
    MailEnvelope envelope_;
    std::vector<Recipient> recipients_;
    Step step_ = Step::greeting;
    std::deque<Expected> expected_;
    std::size_t told_ = 0;  // recipients whose RCPT has been said
    Offer offer_;
    std::optional<Failure> failure_;
    bool interrupted_ = false, taken_up_ = false, kept_ = false, stale_ = false, secured_ = false, tls_refused_ = false;
    std::optional<Trouble> interruption_;
};

}  // namespace postern
