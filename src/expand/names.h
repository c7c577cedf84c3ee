// SPDX-License-Identifier: Apache-2.0
// expand/names.h – the words of the language: items, operators, conditions (spec expansion.md §3–§5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern {

enum class ItemName : std::uint8_t {
    acl,
    authresults,
    certextract,
    dlfunc,
    env,
    extract,
    filter,
    hash,
    hmac,
    if_,
    imapfolder,
    length,
    listextract,
    listquote,
    lookup,
    map,
    nhash,
    perl,
    prvs,
    prvscheck,
    readfile,
    readsocket,
    reduce,
    run,
    sg,
    sort,
    srs_encode,
    substr,
    tr,
};

enum class OperatorName : std::uint8_t {
    address,
    addresses,
    base32,
    base32d,
    base62,
    base62d,
    base64,
    base64d,
    domain,
    escape,
    escape8bit,
    eval,
    eval10,
    expand,
    from_utf8,
    hash,
    hex2b64,
    hexquote,
    ipv6denorm,
    ipv6norm,
    lc,
    length,
    listcount,
    listnamed,
    local_part,
    mask,
    md5,
    nhash,
    quote,
    quote_local_part,
    randint,
    reverse_ip,
    rfc2047,
    rfc2047d,
    rxquote,
    sha1,
    sha256,
    sha2,
    sha3,
    stat,
    strlen,
    substr,
    time_eval,
    time_interval,
    uc,
    utf8_domain_from_alabel,
    utf8_domain_to_alabel,
    utf8_localpart_from_alabel,
    utf8_localpart_to_alabel,
    utf8clean,
};

enum class ConditionName : std::uint8_t {
    equal,
    less,
    less_equal,
    greater,
    greater_equal,  // = == < <= > >=
    acl,
    and_,
    bool_,
    bool_lax,
    crypteq,
    def,
    eq,
    eqi,
    exists,
    first_delivery,
    forall,
    forall_json,
    forall_jsons,
    forany,
    forany_json,
    forany_jsons,
    ge,
    gei,
    gt,
    gti,
    inbound_srs,
    inlist,
    inlisti,
    isip,
    isip4,
    isip6,
    ldapauth,
    le,
    lei,
    lt,
    lti,
    match,
    match_address,
    match_domain,
    match_ip,
    match_local_part,
    or_,
    pam,
    pwcheck,
    queue_running,
    radius,
    saslauthd,
};

[[nodiscard]] std::optional<ItemName> find_item(std::string_view name);
[[nodiscard]] std::optional<ConditionName> find_condition(std::string_view name);
[[nodiscard]] std::string_view name_of(ConditionName condition);

// "length_3" is length with the rest "_3"; "quote_local_part" is a name of its own.
struct OperatorMatch {
    OperatorName name;
    std::string_view rest;  // with its underscore; empty if there is none
};
[[nodiscard]] std::optional<OperatorMatch> find_operator(std::string_view text);

}  // namespace postern
