// SPDX-License-Identifier: Apache-2.0
#include "write/message_writer.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include "write/pump.h"

namespace postern {
namespace {

class CountingSink final : public ByteSink {
public:
    Status write(std::string_view bytes) override {
        count += static_cast<std::int64_t>(bytes.size());
        return {};
    }
    std::int64_t count = 0;
};

Status write_headers(const WritePlan& plan, Pump& pump) {
    Pump::Rules rules{.add_cr = plan.crlf};
    if (plan.escape_headers) {
        rules.check = plan.check;
        rules.escape = plan.escape;
    }
    // In BSMTP the very first line is not a "line start" (spec §6).
    POSTERN_TRY(pump.start_part(rules, plan.escape_first_line));
    for (const auto* lines : {&plan.first_lines, &plan.header_lines}) {
        for (const std::string& line : *lines) POSTERN_TRY(pump.feed(line));
    }
    return pump.feed("\n");
}

Status write_body(Os& os, const WritePlan& plan, const BodySource& body, Pump& pump) {
    POSTERN_TRY(pump.start_part({.check = plan.check,
                                 .escape = plan.escape,
                                 .add_cr = plan.crlf && !body.wireformat,
                                 .drop_cr = !plan.crlf && body.wireformat},
                                true));
    const auto buffer = std::make_unique_for_overwrite<char[]>(Pump::kBlock);
    std::int64_t done = 0;
    while (plan.body_limit == 0 || done < plan.body_limit) {
        std::size_t want = Pump::kBlock;
        if (plan.body_limit != 0)
            want = static_cast<std::size_t>(std::min<std::int64_t>(plan.body_limit - done, Pump::kBlock));
        const Result<std::size_t> got = os.pread(body.fd, {buffer.get(), want}, body.start + done);
        if (!got) {
            if (got.error().code == EINTR) continue;
            return Unexpected(got.error());
        }
        if (*got == 0) break;
        done += static_cast<std::int64_t>(*got);
        POSTERN_TRY(pump.feed({buffer.get(), *got}));
    }
    return {};
}

// A receiver looks for the dot at the start of a line, whatever the body's last byte was.
Status write_end_dot(const WritePlan& plan, Pump& pump) {
    POSTERN_TRY(pump.start_part({.add_cr = plan.crlf}, true));
    if (pump.mid_line()) POSTERN_TRY(pump.feed("\n"));
    return pump.feed(".\n");
}

}  // namespace

Status FdSink::write(std::string_view bytes) {
    POSTERN_TRY(write_all(os_, fd_, bytes));
    count_ += static_cast<std::int64_t>(bytes.size());
    return {};
}

Result<Written> MessageWriter::write(const WritePlan& plan, const BodySource& body, ByteSink& sink) {
    Pump pump(sink);
    POSTERN_TRY(pump.raw(plan.prefix));
    if (plan.headers) POSTERN_TRY(write_headers(plan, pump));
    if (plan.body) POSTERN_TRY(write_body(os_, plan, body, pump));
    if (plan.end_dot) POSTERN_TRY(write_end_dot(plan, pump));
    POSTERN_TRY(pump.raw(plan.suffix));
    POSTERN_TRY(pump.flush());
    return Written{pump.newlines()};
}

Result<std::int64_t> MessageWriter::measure(const WritePlan& plan, const BodySource& body) {
    CountingSink counter;
    const bool same_bytes = !plan.crlf && !body.wireformat && (plan.check.empty() || plan.escape.empty());
    if (!plan.body || !same_bytes || plan.end_dot) {
        POSTERN_TRY(write(plan, body, counter));
        return counter.count;
    }
    WritePlan without_body = plan;
    without_body.body = false;
    POSTERN_TRY(write(without_body, body, counter));
    POSTERN_TRY_ASSIGN(const FileStat file, os_.stat(body.fd));
    std::int64_t body_size = std::max<std::int64_t>(file.size - body.start, 0);
    if (plan.body_limit != 0) body_size = std::min(body_size, plan.body_limit);
    return counter.count + body_size;
}

}  // namespace postern
