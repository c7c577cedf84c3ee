// SPDX-License-Identifier: Apache-2.0
#include "wording/autoreply.h"

#include <fmt/format.h>

#include "base/result.h"
#include "base/strings.h"

namespace postern::wording {

std::string reply_not_expanded(std::string_view source, std::string_view transport, std::string_view why) {
    return fmt::format("Expansion of \"{}\" failed in {} transport: {}", source, transport, why);
}
std::string non_printing_in_reply(std::string_view source, std::string_view transport, unsigned char what) {
    return fmt::format("Expansion of \"{}\" in {} transport contains non-printing character {}", printable(source),
                       transport, static_cast<int>(what));
}
std::string once_repeat_invalid(std::string_view value, std::string_view transport) {
    return fmt::format("Invalid time value \"{}\" for \"once_repeat\" in {} transport", value, transport);
}
std::string never_mail_not_expanded(std::string_view source, std::string_view transport) {
    return fmt::format("Failed to expand \"{}\" for \"never_mail\" in {} transport", source, transport);
}
std::string reply_list_not_read(std::string_view option, std::string_view transport, std::string_view why) {
    return fmt::format("Failed to read \"{}\" of {} transport{}{}", option, transport, why.empty() ? "" : ": ", why);
}
std::string reply_file_not_opened(std::string_view file, std::string_view transport, int code) {
    return fmt::format("Failed to open file {} when sending message from {} transport: {}", file, transport,
                       errno_text(code));
}
std::string reply_file_not_read(std::string_view file, std::string_view transport, int code) {
    return fmt::format("Failed to read file {} when sending message from {} transport: {}", file, transport,
                       errno_text(code));
}
std::string copy_not_made(std::string_view transport, std::string_view why) {
    return fmt::format("Failed to copy the message into a reply from {} transport: {}", transport, why);
}
std::string once_not_opened(std::string_view file, bool flat, std::string_view transport, std::string_view why) {
    return fmt::format("Failed to open {} file {} when sending message from {} transport: {}",
                       flat ? "\"once\"" : "sqlite3", file, transport, why);
}
std::string once_is_elsewhere(std::string_view file, std::string_view exims) {
    return fmt::format("Exim's Berkeley DB file is {1}; `postern once import {0} {1}` makes Postern's of it", file,
                       exims);
}
std::string reply_not_sent(std::string_view transport, int status) {
    return fmt::format("Failed to send message from {} transport ({})", transport, status);
}

std::string reply_not_noted(std::string_view transport) {
    return fmt::format("The reply was sent, but {} transport failed to update its once file", transport);
}

std::string copy_rubric(CopyOf what) {
    std::string_view text = "copy of the message, including all the headers.";
    if (what == CopyOf::header_lines) text = "copy of the message's header lines.";
    if (what == CopyOf::body) text = "copy of the body of the message, without the headers.";
    return fmt::format("\n------ This is a {}\n\n", text);
}
std::string copy_is_cut(std::int64_t size, std::int64_t about) {
    return fmt::format(
        "------ The body of the message is {} characters long; only the first\n------ {} or so are included here.\n\n",
        size, about);
}

std::string reply_log_entry(std::string_view stamp, const ReplyLogEntry& entry) {
    std::string out = fmt::format("{}\n", stamp);
    const auto add = [&out](std::string_view name, const std::optional<std::string>& value) {
        if (value) out += fmt::format("  {}{}\n", name, *value);
    };
    add("From: ", entry.from);
    add("To: ", entry.to);
    add("Cc: ", entry.cc);
    add("Bcc: ", entry.bcc);
    add("Subject: ", entry.subject);
    add("", entry.headers);
    return out;
}
std::string previously_sent(std::string_view stamp, std::string_view to) {
    return fmt::format("{}\n  previously sent to {}\n", stamp, to.substr(0, 200));
}
std::string being_answered(std::string_view stamp, std::string_view to) {
    return not_answered(stamp, to, "another message is about to be answered");
}
std::string not_answered(std::string_view stamp, std::string_view to, std::string_view why) {
    return fmt::format("{}\n  not sent to {}: {}\n", stamp, to.substr(0, 200), why);
}
std::string_view why_no_answer(NoAnswer why) {
    switch (why) {
        case NoAnswer::null_sender:
            return "null sender";
        case NoAnswer::auto_submitted:
            return "automatic message";
        case NoAnswer::mailing_list:
            return "mailing list";
        case NoAnswer::precedence:
            return "bulk mail";
        case NoAnswer::suppressed:
            return "sender wants none";
        case NoAnswer::system_sender:
            return "system address";
        case NoAnswer::own_address:
            return "own address";
        case NoAnswer::not_addressed:
            return "not addressed to the recipient";
    }
    return "";
}
std::string no_reply(std::string_view why) { return fmt::format("no reply: {}", why); }

std::string subject_of_last_resort() { return "Automatic reply"; }

}  // namespace postern::wording
