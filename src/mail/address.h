// SPDX-License-Identifier: Apache-2.0
// mail/address.h – RFC 5322/6531 addresses with the freedoms and the error texts of Exim's parser (spec routing.md §5,
// §12.3; checked against `exim4 -bt`). Pure functions on text; nothing is qualified, lower-cased or rewritten here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

struct ParsedAddress {
    std::string address;             // local@domain without comments, phrase, angle brackets; "" for <>
    std::size_t start = 0, end = 0;  // where the address proper stood in the text (for rewriting headers in place)
    std::optional<std::size_t> at;   // offset of the '@' that starts the domain in `address`; none: unqualified
};
struct AddressError {
    std::string text;  // "domain missing or malformed", "malformed address: @c may not follow a@b", "empty address", …
};
struct AddressRules {
    bool allow_null = false;             // <> is an address
    bool allow_domain_literals = false;  // main options of the same names; this one is for < > and routes only:
                                         // a bare user@[what ever] is always an address
    bool strip_trailing_dot = false;
    bool strip_excess_angle_brackets = false;
    bool allow_utf8_domains = false;  // or the message is SMTPUTF8; local parts may always have 8-bit bytes
};

struct AddressParse {
    std::optional<ParsedAddress> value;
    AddressError error;  // when there is no value
};
// One mailbox: "a@b", "Phrase <a@b>", "a@b (comment)", route addresses, quoted local parts.
[[nodiscard]] AddressParse parse_address(std::string_view text, const AddressRules& rules = {});

// End of the address item that starts at `text` (to the next comma – or, with newline_ends, newline – outside quotes,
// comments and angle brackets); npos-free: text.size() if it is the last.
[[nodiscard]] std::size_t address_item_end(std::string_view text, bool newline_ends);

// Splits the value of an address header (To:, Cc:, …) into mailboxes; understands group syntax ("Team: a@b, c@d;" is
// two items, "Nobody:;" is none). Items that do not parse are reported with their error, blank ones not at all.
struct HeaderAddress {
    std::size_t offset = 0;                      // of `item` in the text
    std::string_view item;                       // one mailbox with its phrase and comments; without "group:" and ";"
    AddressParse parse;                          // start and end count from the beginning of `item`
    std::size_t whole_start = 0, whole_end = 0;  // in the text, up to the comma: with "group:" and what follows ";"
};
[[nodiscard]] std::vector<HeaderAddress> header_addresses(std::string_view text, const AddressRules& rules = {});

// local part and domain of an address that parse_address() accepted: split at the last '@'.
struct LocalAndDomain {
    std::string_view local_part, domain;  // domain empty if unqualified
    bool qualified = false;
};
[[nodiscard]] LocalAndDomain split_address(std::string_view address);

[[nodiscard]] std::string unquote_local_part(std::string_view local_part);  // "a\ b" in quotes -> a b
[[nodiscard]] std::string quote_local_part(std::string_view local_part);    // spec expansion.md §4 quote_local_part
// Has it a domain, as Exim sees it: the '@' in front of it is outside of quotes, and an odd number of backslashes in
// front of it makes it part of the local part – but the first byte of the address does not count as one.
[[nodiscard]] bool shows_domain(std::string_view address);
// A sender as it is spooled: "" stays; one without '@' is a local part as it is, quoted where it needs to be, and gets
// the domain (observed on exim4 -f).
[[nodiscard]] std::string qualified_sender(std::string_view address, std::string_view domain);
// A person's name as the phrase of a header address: quoted where it needs to be, comments and strings in it kept, RFC
// 2047 with `charset` if it has other than printable ASCII bytes.
[[nodiscard]] std::string fix_phrase(std::string_view phrase, std::string_view charset = "UTF-8");

}  // namespace postern
