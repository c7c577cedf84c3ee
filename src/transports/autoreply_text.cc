// SPDX-License-Identifier: Apache-2.0
#include "transports/autoreply_text.h"

#include <cerrno>

#include "base/strings.h"
#include "driver/filtering.h"
#include "driver/write_plan.h"
#include "mail/header_text.h"
#include "mail/message_id.h"
#include "mail/plain_text.h"
#include "mail/references.h"
#include "wording/appendfile.h"
#include "wording/autoreply.h"

namespace postern {
namespace {

constexpr std::int64_t kCopyUnit = 8192;
constexpr std::size_t kLongestFile = DeliveryReport::kMaxReply / 2;
constexpr std::int64_t kLongestCopy = DeliveryReport::kMaxReply / 4;  // of the original's body

Outcome deferred(int code, std::string message) {
    return {.verdict = Verdict::defer, .code = code, .message = std::move(message)};
}

// A reply says exactly once that it is automatic, whatever the configuration adds.
std::string without_auto_submitted(const std::string& lines) {
    std::string out;
    bool dropping = false;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at) + 1;
        const std::string_view line(lines.data() + at, end - at);
        if (line.front() != ' ' && line.front() != '\t') dropping = header_is(line, "Auto-Submitted");
        if (!dropping) out += line;
        at = end;
    }
    return out;
}

std::string header_lines(const Message& original, const ReplyData& data, const std::string& more) {
    std::string out;
    const auto add = [&out](std::string_view name, const std::optional<std::string>& value) {
        if (value) (out += name).append(*value) += '\n';
    };
    add("From: ", data.from);
    add("Reply-To: ", data.reply_to);
    add("To: ", data.to);
    add("Cc: ", data.cc);
    add("Bcc: ", data.bcc);
    add("Subject: ", data.subject);
    add("In-Reply-To: ", message_id_of(original.headers));
    out += references_line(original.headers);
    out += "Auto-Submitted: auto-replied\n";
    return out + more;
}

// --- the file ---

// A FIFO must not stop the queue runner, and a device is only good for nothing (/dev/null).
Result<std::string> content_of(Os& os, const std::string& name) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os.open(AtPath(name), O_RDONLY | O_NONBLOCK));
    POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(fd.get()));
    if (stat.kind != FileKind::regular && stat.kind != FileKind::character) return failure(EINVAL, "open", name);
    return read_all(os, fd.get(), kLongestFile);
}

// Each line for itself: one that cannot be expanded is copied as it is.
std::string expanded_lines(DeliveryContext& context, const std::string& content) {
    std::string out;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = content.find('\n', at);
        const std::size_t next = end == std::string::npos ? content.size() : end + 1;
        const std::string line = content.substr(at, next - at);
        const Expansion value = context.expander.expand(line, context.scope);
        out += value ? value->bytes : line;
        at = next;
    }
    return out;
}

tl::expected<std::string, Outcome> file_text(DeliveryContext& context, const AutoreplyOptions& options,
                                             const ReplyData& data) {
    if (!data.file) return std::string{};
    const std::string& name = data.file->bytes;
    const std::string& transport = context.instance.name;
    if (data.file->tainted) return tl::unexpected(deferred(EACCES, wording::tainted_name(name, "file", transport)));
    const Result<std::string> content = content_of(context.os, name);
    if (!content) {
        if (options.file_optional) return std::string{};
        const int code = content.error().code;
        const bool opened = content.error().call == "read";
        return tl::unexpected(deferred(code, opened ? wording::reply_file_not_read(name, transport, code)
                                                    : wording::reply_file_not_opened(name, transport, code)));
    }
    return data.file_expand ? expanded_lines(context, *content) : *content;
}

// --- the copy of the original ---

// Takes what has room, and the rest with thanks.
class BoundedSink final : public ByteSink {
public:
    explicit BoundedSink(std::string& text) : text_(text) {}
    Status write(std::string_view bytes) override {
        text_ += bytes.substr(0, DeliveryReport::kMaxReply - std::min(text_.size(), DeliveryReport::kMaxReply));
        return {};
    }

private:
    std::string& text_;
};

std::optional<Outcome> append_copy(DeliveryContext& context, std::string& text) {
    const TransportOptions& options = context.instance.options;
    using wording::CopyOf;
    text += wording::copy_rubric(options.headers_only ? CopyOf::header_lines
                                 : options.body_only  ? CopyOf::body
                                                      : CopyOf::message);
    // A reply is made in memory: without a limit there is ours (D-autoreply-size).
    const std::int64_t given = context.configuration.main.bounce_return_size_limit.value;
    const std::int64_t limit = given > 0 ? std::min(given, kLongestCopy) : kLongestCopy;
    if (!options.headers_only) {
        const std::int64_t most = (limit / kCopyUnit + 1) * kCopyUnit;
        const std::int64_t size =
            context.message.body_size + static_cast<std::int64_t>(data_offset(context.message.id));
        if (size > most) {
            text.pop_back();  // no blank line between the two
            text += wording::copy_is_cut(size, most / 1000 * 1000);
        }
    }
    auto plan = make_write_plan(context);
    if (!plan) {
        return Outcome{.verdict = Verdict::defer,
                       .code = code::kHeaderFail,
                       .message = wording::copy_not_made(context.instance.name, plan.error().why)};
    }
    plan->body_limit = limit;
    if (const auto failed = pass_through_filter(context, *plan))
        return deferred(code::kUnknown, wording::copy_not_made(context.instance.name, "transport filter failed"));
    BoundedSink sink(text);
    const auto written = MessageWriter(context.os).write(*plan, context.body, sink);
    if (written) return std::nullopt;
    return deferred(written.error().code,
                    wording::copy_not_made(context.instance.name, errno_text(written.error().code)));
}

}  // namespace

tl::expected<std::string, Outcome> reply_text(DeliveryContext& context, const AutoreplyOptions& options,
                                              const ReplyData& data) {
    auto file = file_text(context, options, data);
    if (!file) return file;
    std::string body;
    if (data.text) {
        body += *data.text;
        if (!data.text->ends_with('\n')) body += '\n';
    }
    body += *file;
    if (data.return_message) {
        if (auto failed = append_copy(context, body)) return tl::unexpected(std::move(*failed));
    }
    const std::string more = data.headers ? without_auto_submitted(header_lines_of(*data.headers)) : std::string();
    std::string head = header_lines(context.message, data, more);
    std::string out =
        options.mime ? declared_message(std::move(head), std::move(body),
                                        context.configuration.main.headers_charset.value, DeliveryReport::kMaxReply)
                     : head + '\n' + body;
    if (out.size() > DeliveryReport::kMaxReply) out.resize(DeliveryReport::kMaxReply);
    return out;
}

}  // namespace postern
