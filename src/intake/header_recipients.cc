// SPDX-License-Identifier: Apache-2.0
// -t: the recipients are in the headers (spec configuration.md §11.2, extract_addresses_remove_arguments).
#include <algorithm>

#include "base/strings.h"
#include "intake/reception.h"

namespace postern {

Reception::Refused Reception::extract_recipients(std::vector<wording::BadAddress>& bad) {
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

Reception::Refused Reception::judge_extracted(const std::vector<wording::BadAddress>& bad) {
    if (!bad.empty()) {
        p_.log.main_and_panic(wording::bad_addresses_found(message_.id));
        return refuse(Refusal::Why::bad_recipient, wording::say_bad_addresses(bad));
    }
    if (message_.recipients.empty()) {
        p_.log.main_and_panic(wording::no_recipients_found(message_.id));
        return refuse(Refusal::Why::no_recipients, message_.non_recipients.empty()
                                                       ? wording::say_no_recipients()
                                                       : wording::say_recipients_overridden());
    }
    return std::nullopt;
}

Reception::Refused Reception::extract_from(const HeaderLine& line, std::vector<wording::BadAddress>& bad) {
    const std::string_view value = header_value(line.text);
    for (const HeaderAddress& item : header_addresses(value, p_.rewriter.address_rules())) {
        std::string why = item.parse.error.text;
        if (item.parse.value && !item.parse.value->at && !request_.allow_unqualified)
            why = "unqualified recipient address not allowed";
        if (!why.empty()) {
            bad.push_back({std::string(trim(value.substr(item.offset))), why});
            continue;
        }
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
