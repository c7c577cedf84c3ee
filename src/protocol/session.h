// SPDX-License-Identifier: Apache-2.0
// protocol/session.h – runs a Dialogue over a Stream: writes its moves, reads the replies, sends the message, and keeps
// every step within its deadline.
#pragma once

#include <functional>
#include <optional>

#include "protocol/dialogue.h"
#include "protocol/stream.h"
#include "write/message_writer.h"

namespace postern {

struct SessionLimits {
    Seconds each{300};     // one reply, or one block of the message taken by the server; 0: for ever
    Instant end = kNever;  // the whole session
};

// What is sent: `plan` without escaping, CRLF and end dot, which are the session's.
struct SessionMessage {
    WritePlan plan;
    BodySource body;
};

class Session {
public:
    struct Hooks {
        // Puts TLS on the stream; if that fails, why. Needed for dialogues that want TLS.
        std::function<std::optional<Dialogue::Trouble>(Instant deadline)> secure;
        // Called before the end of the message is sent, that is, before the server could take it. On an Error it is not
        // sent. May be empty.
        std::function<Status()> before_end;
    };
    Session(Os& os, Clock& clock, Stream& stream, ReplyReader& replies, SessionLimits limits, Hooks hooks = {})
        : os_(os), clock_(clock), stream_(stream), replies_(replies), limits_(limits), hooks_(std::move(hooks)) {}

    // To the end of the dialogue. The result is in it.
    void run(Dialogue& dialogue, SessionMessage message);

    [[nodiscard]] std::int64_t message_bytes() const { return message_bytes_; }  // as sent, the end dot included

private:
    void secure(Dialogue& dialogue);
    [[nodiscard]] bool heard_too_much(Dialogue& dialogue);
    void listen(Dialogue& dialogue, const Dialogue::Move& move);
    void send_message(Dialogue& dialogue, SessionMessage& message, bool chunked);
    class MessageSink;
    [[nodiscard]] Status write_message(SessionMessage& message, bool chunked, MessageSink& sink);
    [[nodiscard]] Instant soon(Seconds patience);

    Os& os_;
    Clock& clock_;
    Stream& stream_;
    ReplyReader& replies_;
    SessionLimits limits_;
    Hooks hooks_;
    std::int64_t message_bytes_ = 0;
};

}  // namespace postern
