// SPDX-License-Identifier: Apache-2.0
#include "mail/automatic.h"

#include <algorithm>

#include "base/strings.h"
#include "mail/address.h"

namespace postern {
namespace {

constexpr std::string_view kListFields[] = {"List-Archive", "List-Help",      "List-Id",         "List-Owner",
                                            "List-Post",    "List-Subscribe", "List-Unsubscribe"};
// With "-" for "_", and nothing from a "+" on.
constexpr std::string_view kSystemNames[] = {"bounce",   "bounces",  "daemon",        "do-not-reply", "donotreply",
                                             "listproc", "listserv", "mailer-daemon", "majordomo",    "no-reply",
                                             "noreply",  "root",     "sympa"};
constexpr std::string_view kSystemStarts[] = {"owner-"};
constexpr std::string_view kSystemEnds[] = {"-request", "-owner", "-bounces", "-bounce"};
constexpr std::string_view kWhom[] = {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"};

// ezmlm's senders: LIST-return-NUMBER-…
bool is_numbered_return(std::string_view local) {
    constexpr std::string_view kMark = "-return-";
    const std::size_t at = local.find(kMark);
    return at != std::string_view::npos && at + kMark.size() < local.size() && is_digit(local[at + kMark.size()]);
}

// The first word of a value: up to a blank, ";" or comment.
std::string_view keyword(std::string_view value) {
    value = trim(value);
    return value.substr(0, std::min(value.find_first_of(" \t\r\n;(,"), value.size()));
}

bool has_word(std::string_view value, std::string_view word) {
    while (!value.empty()) {
        const std::size_t comma = std::min(value.find(','), value.size());
        if (iequals(trim(value.substr(0, comma)), word)) return true;
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return false;
}

bool any_address(const HeaderLine& line, const OwnAddress& own) {
    for (const HeaderAddress& item : header_addresses(header_value(line.text)))
        if (item.parse.value && own(item.parse.value->address)) return true;
    return false;
}

std::optional<NoAnswer> judge(const HeaderLine& line) {
    if (header_is(line.text, "Auto-Submitted") && !iequals(keyword(header_value(line.text)), "no"))
        return NoAnswer::auto_submitted;
    if (std::ranges::any_of(kListFields, [&](std::string_view name) { return header_is(line.text, name); }))
        return NoAnswer::mailing_list;
    if (header_is(line.text, "Precedence")) {
        const std::string_view value = keyword(header_value(line.text));
        for (const std::string_view word : {"bulk", "list", "junk", "auto_reply"})
            if (iequals(value, word)) return NoAnswer::precedence;
    }
    if (header_is(line.text, "Content-Type") && iequals(keyword(header_value(line.text)), "multipart/report"))
        return NoAnswer::auto_submitted;
    if (header_is(line.text, "X-Auto-Response-Suppress")) {
        for (const std::string_view word : {"All", "OOF", "AutoReply"})
            if (has_word(header_value(line.text), word)) return NoAnswer::suppressed;
    }
    return std::nullopt;
}

}  // namespace

bool is_system_address(std::string_view address) {
    std::string local = to_lower(unquote_local_part(split_address(address).local_part));
    local.resize(std::min(local.find('+'), local.size()));
    std::ranges::replace(local, '_', '-');
    return std::ranges::find(kSystemNames, local) != std::end(kSystemNames) ||
           std::ranges::any_of(kSystemStarts, [&](std::string_view start) { return local.starts_with(start); }) ||
           std::ranges::any_of(kSystemEnds, [&](std::string_view end) { return local.ends_with(end); }) ||
           is_numbered_return(local);
}

std::optional<NoAnswer> automatic_mail(std::string_view sender, const HeaderList& headers) {
    if (sender.empty()) return NoAnswer::null_sender;
    if (is_system_address(sender)) return NoAnswer::system_sender;
    for (const HeaderLine& line : headers) {
        if (line.type == HeaderType::removed) continue;
        if (const auto why = judge(line)) return why;
    }
    return std::nullopt;
}

bool is_addressed_to(const OwnAddress& own, const HeaderList& headers) {
    for (const HeaderLine& line : headers) {
        const bool bcc =
            line.type == HeaderType::removed && header_is(line.text, "Bcc");  // taken out, but it was there
        if (line.type == HeaderType::removed && !bcc) continue;
        const bool whom = std::ranges::any_of(kWhom, [&](std::string_view name) { return header_is(line.text, name); });
        if (whom && any_address(line, own)) return true;
    }
    return false;
}

bool is_from(const OwnAddress& own, const HeaderList& headers) {
    return std::ranges::any_of(headers, [&](const HeaderLine& line) {
        return line.type != HeaderType::removed && header_is(line.text, "From") && any_address(line, own);
    });
}

}  // namespace postern
