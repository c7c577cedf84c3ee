// SPDX-License-Identifier: Apache-2.0
// -t: the recipients are in the headers (spec configuration.md §11.2, extract_addresses_remove_arguments).
#include <algorithm>

#include "base/strings.h"
#include "intake/reception.h"

namespace postern {
namespace {

constexpr std::size_t kMostNamed = 100;  // of the bad addresses

// The value as one line: Exim takes the newlines out, and leaves the blanks behind them.
std::string unfolded(std::string_view value) {
    std::string out(value);
    std::erase(out, '\n');
    return out;
}

// Where in `folded` the byte is that unfolded() has put at `offset`.
std::size_t folded_offset(std::string_view folded, std::size_t offset) {
    std::size_t i = 0;
    for (; i < folded.size(); ++i) {
        if (folded[i] == '\n') continue;
        if (offset-- == 0) break;
    }
    return i;
}

}  // namespace

Reception::Refused Reception::extract_recipients(BadAddresses& bad) {
    // Addresses on the command line are taken away from those in the headers: they count as done.
    const bool had_arguments = !message_.recipients.empty();
    if (had_arguments && main_.extract_addresses_remove_arguments) {
        for (auto it = message_.recipients.rbegin(); it != message_.recipients.rend(); ++it)
            message_.mark_done(it->address);
        message_.recipients.clear();
        raw_recipients_.clear();
    }
    for (HeaderLine& line : message_.headers) {
        if (line.type != HeaderType::to && line.type != HeaderType::cc && line.type != HeaderType::bcc) continue;
        if (resent_ && !classify_header(line.text).resent) continue;
        if (auto refused = extract_from(line, bad)) return refused;
        if (line.type == HeaderType::bcc) line.type = HeaderType::removed;
    }
    return std::nullopt;
}

Reception::Refused Reception::judge_extracted(const BadAddresses& bad) {
    if (!bad.named.empty()) {
        p_.log.main_and_panic(wording::bad_addresses_found(message_.id));
        return refuse(Refusal::Why::bad_recipient, wording::say_bad_addresses(bad.named, bad.more));
    }
    if (message_.recipients.empty()) {
        p_.log.main_and_panic(wording::no_recipients_found(message_.id));
        return refuse(Refusal::Why::no_recipients,
                      extracted_any_ ? wording::say_recipients_overridden() : wording::say_no_recipients());
    }
    return std::nullopt;
}

Reception::Refused Reception::extract_from(const HeaderLine& line, BadAddresses& bad) {
    const std::string_view folded = header_value(line.text);
    const std::string value = unfolded(folded);
    for (const HeaderAddress& item : header_addresses(value, p_.rewriter.address_rules())) {
        if (!item.parse.value && bad.named.size() == kMostNamed) {  // D-bad-address-flood
            ++bad.more;
            continue;
        }
        if (!item.parse.value) {  // shown with all that follows it
            const std::string_view rest = folded.substr(folded_offset(folded, item.whole_start));
            bad.named.push_back({std::string(trim(rest)), item.parse.error.text});
            continue;
        }
        extracted_any_ = true;
        const ParsedAddress& found = *item.parse.value;
        if (message_.non_recipients.count(found.address) != 0) continue;
        if (auto refused = add_recipient(found)) {
            if (refused->why == Refusal::Why::too_many_recipients)
                refused->text = wording::say_too_many_header_recipients();
            return refused;
        }
    }
    return std::nullopt;
}

}  // namespace postern
