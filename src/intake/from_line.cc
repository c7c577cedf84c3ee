// SPDX-License-Identifier: Apache-2.0
// "From joe Mon Nov 23 12:00:00 2026" in front of the headers (uucp_from_pattern, uucp_from_sender).
#include "base/strings.h"
#include "intake/reception.h"

namespace postern {

bool Reception::is_from_line(const std::string& text) {
    // The default pattern begins "^From\s"; only another one makes us look at every message's first line.
    const bool usual = main_.uucp_from_pattern.value.starts_with("^From");
    if (!main_.uucp_from_pattern || (usual && !text.starts_with("From"))) return false;
    Scope inner = scope();
    inner.extra["value"] = tainted_text(text);
    return p_.expander
        .condition("${if match{$value}{\\N" + main_.uucp_from_pattern.value + "\\N}{yes}{no}}", "uucp_from_pattern",
                   "main option", inner)
        .value;
}

// The line's sender counts if nobody said -f and the caller may set it.
void Reception::use_from_line(const std::string& text) {
    if (main_.ignore_fromline_local || message_.sender_set_untrusted || (request_.trusted && request_.sender)) return;
    Scope inner = scope();
    inner.extra["value"] = tainted_text(text);
    const std::string source =
        "${if match{$value}{\\N" + main_.uucp_from_pattern.value + "\\N}{" + main_.uucp_from_sender.source + "}fail}";
    const auto expanded = p_.expander.expand(source, inner);
    if (!expanded) return;
    AddressRules rules = p_.rewriter.address_rules();
    rules.allow_null = true;
    const AddressParse parse = parse_address(expanded->bytes, rules);
    if (!parse.value) return;
    std::string address = parse.value->address;
    if (!parse.value->at) address = qualified_sender(address, main_.qualify_domain.value);
    if (!request_.trusted) {
        if (!main_.untrusted_set_sender) return;
        if (p_.expander.match_address(address, main_.untrusted_set_sender.source, scope(), {}).verdict !=
            MatchVerdict::yes)
            return;
    }
    message_.sender = std::move(address);
    if (!request_.trusted) return;
    sender_forced_ = true;
    message_.local = false;
    message_.auth_sender.clear();
    full_name_.clear();
}

}  // namespace postern
