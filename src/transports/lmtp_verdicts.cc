// SPDX-License-Identifier: Apache-2.0
#include "transports/lmtp_verdicts.h"

#include <cerrno>

#include "base/strings.h"
#include "wording/lmtp.h"
#include "wording/tls.h"

namespace postern {
namespace {

using Fate = Dialogue::Fate;
using Trouble = Dialogue::Trouble;

// What retry rules like rcpt_452 look at: the last two digits.
int more_errno(const Reply& reply) { return reply.code % 100 << 8; }

// The server's own no. Its text may be shown to the sender.
Outcome refusal(const LmtpEnding& ending, const Reply& reply, std::string_view stage, int code_of_4xx) {
    Outcome out{.message = wording::lmtp_error(stage, printable(reply.text, ending.top_bit_ok))};
    out.user_message = out.message;
    out.status = reply.enhanced_code();
    if (reply.kind() == 5) out.verdict = Verdict::fail;
    if (reply.kind() == 4) {
        out.code = code_of_4xx;
        if (code_of_4xx != code::kUnknown) out.more = more_errno(reply);
    }
    return out;
}

int code_of_4xx_at(Step step) {
    if (step == Step::mail) return code::kMail4xx;
    if (step == Step::data) return code::kData4xx;
    return code::kUnknown;
}

Outcome trouble(const LmtpEnding& ending, const Dialogue::Failure& failure) {
    const Trouble& what = failure.trouble;
    Outcome out;
    switch (what.kind) {
        case Trouble::Kind::timeout:
            out.message = wording::lmtp_timeout(failure.stage, ending.bytes_sent);
            break;
        case Trouble::Kind::malformed:
            out.message = wording::lmtp_malformed(failure.stage, printable(what.text, ending.top_bit_ok));
            if (failure.step != Step::verdicts) out.code = code::kSmtpFormat;
            break;
        case Trouble::Kind::closed:
            out.message = wording::lmtp_closed(failure.stage);
            break;
        case Trouble::Kind::error:
            out.code = what.code;
            out.message = what.code == EPIPE || what.code == ECONNRESET || what.code == EPROTO
                              ? wording::lmtp_closed(failure.stage)
                              : wording::lmtp_broken(failure.stage, what.code);
            break;
        case Trouble::Kind::unreadable:
            out.code = what.code;
            out.message = wording::lmtp_message_unreadable();
            break;
        case Trouble::Kind::too_early:
            out.code = code::kSmtpFormat;
            out.message = wording::lmtp_spoke_early(failure.stage, printable(what.text, ending.top_bit_ok));
            break;
        case Trouble::Kind::unsayable:
            out.verdict = Verdict::panic;
            out.message = wording::lmtp_unsayable_address();
            break;
        case Trouble::Kind::tls:
            out.code = code::kTlsFailed;
            out.message = printable(what.text, ending.top_bit_ok);
            return out;
        case Trouble::Kind::tls_not_offered:
            out.code = code::kTlsRequired;
            out.message = wording::tls_required_not_offered();
            return out;
        case Trouble::Kind::tls_refused:
            out.code = code::kTlsRequired;
            out.message = wording::tls_required_not_started();
            return out;
    }
    out.message += ending.remark;
    return out;
}

// Of every recipient about whom the server has not said its last word.
Outcome common_outcome(const LmtpEnding& ending) {
    const auto& failure = ending.dialogue.failure();
    if (!failure) return {.verdict = Verdict::panic, .message = wording::lmtp_unsayable_address()};
    if (!failure->reply) return trouble(ending, *failure);
    Outcome out = refusal(ending, *failure->reply, failure->stage, code_of_4xx_at(failure->step));
    if (ending.dialogue.unwilling()) {  // docs/differences.md, D-lmtp-greeting
        out.verdict = Verdict::defer;
        out.user_message.clear();
    }
    return out;
}

}  // namespace

std::vector<AddressReport> lmtp_verdicts(const LmtpEnding& ending) {
    const Outcome common = common_outcome(ending);
    const std::string_view at_end = ending.dialogue.interrupted() ? "sending data block" : "end of data";
    std::vector<AddressReport> reports;
    for (const Dialogue::Recipient& recipient : ending.dialogue.recipients()) {
        AddressReport& report = reports.emplace_back();
        switch (recipient.fate) {
            case Fate::open:
            case Fate::accepted:
                report.outcome = common;
                break;
            case Fate::refused:
                report.outcome = refusal(ending, recipient.reply, recipient.command, code::kRcpt4xx);
                if (report.outcome.verdict == Verdict::defer) {  // whatever it was that was neither yes nor no
                    report.outcome.code = code::kRcpt4xx;
                    report.outcome.more = more_errno(recipient.reply);
                }
                break;
            case Fate::delivered:
                report.outcome = {.verdict = Verdict::ok, .code = 0};
                report.confirmation = printable(recipient.reply.text, ending.top_bit_ok);
                report.bytes_written = ending.bytes_sent;
                break;
            case Fate::refused_at_end:
                report.outcome = refusal(ending, recipient.reply, at_end, code::kData4xx);
                break;
        }
    }
    return reports;
}

}  // namespace postern
