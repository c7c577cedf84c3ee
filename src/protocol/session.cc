// SPDX-License-Identifier: Apache-2.0
#include "protocol/session.h"

#include <algorithm>
#include <cerrno>

namespace postern {
namespace {

constexpr Seconds kHurry{1};  // for an answer that changes little
constexpr std::size_t kBlock = 64UL * 1024;

}  // namespace

// Holds the last block back until all of the message is there, so that it can be seen whether the server has spoken
// before it could have read the end.
class Session::MessageSink final : public ByteSink {
public:
    MessageSink(Stream& stream, Clock& clock, const SessionLimits& limits)
        : stream_(stream), clock_(clock), limits_(limits) {}

    Status write(std::string_view bytes) override {
        count_ += static_cast<std::int64_t>(bytes.size());
        return write_command(bytes);
    }
    Status write_command(std::string_view bytes) {  // not counted
        if (!held_.empty() && held_.size() + bytes.size() > kBlock) POSTERN_TRY(flush());
        held_ += bytes;
        return {};
    }
    Status flush() {
        const Status sent = stream_.write(held_, std::min(deadline_after(clock_, limits_.each), limits_.end));
        held_.clear();
        failed_ = !sent;
        return sent;
    }
    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    Stream& stream_;
    Clock& clock_;
    const SessionLimits& limits_;
    std::string held_;
    std::int64_t count_ = 0;
    bool failed_ = false;
};

namespace {

Dialogue::Trouble trouble_of(const ReplyReader::Failure& failure) {
    using Kind = Dialogue::Trouble::Kind;
    switch (failure.kind) {
        case ReplyReader::Failure::Kind::timeout:
            return {.kind = Kind::timeout, .code = 0, .text = {}};
        case ReplyReader::Failure::Kind::malformed:
            return {.kind = Kind::malformed, .code = 0, .text = failure.text};
        case ReplyReader::Failure::Kind::closed:
            return {.kind = Kind::closed, .code = 0, .text = {}};
        case ReplyReader::Failure::Kind::error:
            break;
    }
    return {.kind = Kind::error, .code = failure.code, .text = {}};
}

Dialogue::Trouble trouble_of(const Error& error) {
    using Kind = Dialogue::Trouble::Kind;
    return {.kind = error.code == ETIMEDOUT ? Kind::timeout : Kind::error, .code = error.code, .text = {}};
}

}  // namespace

Instant Session::soon(Seconds patience) { return std::min(deadline_after(clock_, patience), limits_.end); }

void Session::run(Dialogue& dialogue, SessionMessage message) {
    for (;;) {
        const Dialogue::Move move = dialogue.next();
        if (move.kind == Dialogue::Move::Kind::end) return;
        if (move.kind == Dialogue::Move::Kind::secure) {
            secure(dialogue);
            continue;
        }
        if (move.kind == Dialogue::Move::Kind::send_message) {
            send_message(dialogue, message, move.chunked);
            continue;
        }
        if (!move.bytes.empty()) {
            if (dialogue.step() != Step::quit && heard_too_much(dialogue)) continue;
            const Status sent = stream_.write(move.bytes, soon(move.hurry ? kHurry : limits_.each));
            if (!sent) {
                dialogue.fail(trouble_of(sent.error()));
                continue;
            }
        }
        listen(dialogue, move);
    }
}

// Something that was said before we have asked is no answer to what we ask now.
bool Session::heard_too_much(Dialogue& dialogue) {
    if (!replies_.has_surplus()) return false;
    const auto said = replies_.next(soon(kHurry));
    dialogue.fail(said ? Dialogue::Trouble{Dialogue::Trouble::Kind::too_early, 0, said->text}
                       : trouble_of(said.error()));
    return true;
}

// Whoever can write into the connection before TLS could put words into the server's mouth: what came behind the answer
// to STARTTLS in the clear must not be read as said behind TLS.
void Session::secure(Dialogue& dialogue) {
    if (heard_too_much(dialogue)) return;
    if (auto trouble = hooks_.secure(soon(limits_.each))) return dialogue.fail(*std::move(trouble));
    dialogue.secured();
}

void Session::listen(Dialogue& dialogue, const Dialogue::Move& move) {
    for (std::size_t i = 0; i < move.replies; ++i) {
        auto reply = replies_.next(soon(move.hurry && i == 0 ? kHurry : limits_.each));
        if (!reply) return dialogue.fail(trouble_of(reply.error()));
        dialogue.hear(*std::move(reply));
        if (dialogue.stale()) return;  // the other answers would be of no use
    }
}

void Session::send_message(Dialogue& dialogue, SessionMessage& message, bool chunked) {
    const std::int64_t before = stream_.written();
    MessageSink sink(stream_, clock_, limits_);
    const Status written = write_message(message, chunked, sink);
    message_bytes_ = stream_.written() - before;
    if (!written && !sink.failed())
        return dialogue.fail({Dialogue::Trouble::Kind::unreadable, written.error().code, {}});
    if (written && hooks_.before_end) {
        if (const Status may = hooks_.before_end(); !may) return dialogue.fail(trouble_of(may.error()));
    }
    const bool spoke = replies_.has_surplus();
    if (!written) {
        const Dialogue::Trouble why = trouble_of(written.error());
        return spoke ? dialogue.message_interrupted(why) : dialogue.fail(why);
    }
    if (spoke) return dialogue.message_interrupted({});
    if (const Status sent = sink.flush(); !sent) {
        message_bytes_ = stream_.written() - before;
        return dialogue.message_interrupted(trouble_of(sent.error()));
    }
    message_bytes_ = sink.count();
    dialogue.message_sent();
}

// All but what the sink holds back.
Status Session::write_message(SessionMessage& message, bool chunked, MessageSink& sink) {
    WritePlan& plan = message.plan;
    MessageWriter writer(os_);
    plan.crlf = true;
    if (!chunked) {
        plan.check = ".";
        plan.escape = "..";
        plan.escape_headers = plan.escape_first_line = plan.end_dot = true;
        POSTERN_TRY(writer.write(plan, message.body, sink));
        return {};
    }
    POSTERN_TRY_ASSIGN(const std::int64_t size, writer.measure(plan, message.body));
    POSTERN_TRY(sink.write_command("BDAT " + std::to_string(size) + " LAST\r\n"));
    POSTERN_TRY(writer.write(plan, message.body, sink));
    if (sink.count() != size) return failure(EIO, "write", "message");
    return {};
}

}  // namespace postern
