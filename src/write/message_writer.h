// SPDX-License-Identifier: Apache-2.0
// write/message_writer.h – the one place that turns a message into bytes (spec message-writer.md, the transport filter
// excepted). Everything is expanded beforehand by driver/write_plan.h; this layer makes no decision that needs the
// configuration and cannot fail but by the sink's or the body's I/O error.
//
// Bytes go to the sink in blocks of at least 64 KiB where the message has them. Bodies stream; memory is bounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/header_list.h"
#include "sys/os.h"

namespace postern {

class ByteSink {
public:
    virtual ~ByteSink() = default;
    [[nodiscard]] virtual Status write(std::string_view bytes) = 0;  // all of it or an Error
};

// Sink on a descriptor that counts ($message_size, S=): the "block write primitive" of §8.
class FdSink final : public ByteSink {
public:
    FdSink(Os& os, int fd) : os_(os), fd_(fd) {}
    [[nodiscard]] Status write(std::string_view bytes) override;
    [[nodiscard]] std::int64_t count() const { return count_; }
    void reset_count() { count_ = 0; }

private:
    Os& os_;
    int fd_;
    std::int64_t count_ = 0;
};

struct BodySource {  // a region of the -D file
    int fd = -1;
    std::int64_t start = 0;
    bool wireformat = false;  // CRLF lines (spool_wireformat)
};

struct WritePlan {
    bool headers = true, body = true;
    std::string prefix, suffix;             // around everything, as they are: no escaping, no CRLF (message_prefix)
    std::vector<std::string> first_lines;   // Return-path:, Envelope-to:, Delivery-date: complete lines
    std::vector<std::string> header_lines;  // kept, rewritten and added lines, complete, in output order
    std::string check, escape;              // both non-empty: escaping is on
    bool escape_headers = false;            // BSMTP, LMTP
    bool escape_first_line = false;         // also at the very first byte: a receiver looks there, too
    bool crlf = false, end_dot = false;
    std::int64_t body_limit = 0;  // bytes of input, 0 = none
};

struct Written {
    std::int64_t newlines = 0;  // LFs of headers, body and end dot ($message_linecount + 1)
};

class MessageWriter {
public:
    explicit MessageWriter(Os& os) : os_(os) {}
    // Buffers are flushed when it returns success; after an Error part of the message may have been written.
    [[nodiscard]] Result<Written> write(const WritePlan& plan, const BodySource& body, ByteSink& sink);
    // The same plan without a sink: how many bytes it would write (LMTP SIZE, quotas, explain).
    [[nodiscard]] Result<std::int64_t> measure(const WritePlan& plan, const BodySource& body);

private:
    Os& os_;
};

}  // namespace postern
