// SPDX-License-Identifier: Apache-2.0
#include "expand/names.h"

#include <algorithm>

namespace postern {
namespace {

template <class Name>
struct Row {
    std::string_view name;
    Name value;
};

constexpr Row<ItemName> kItems[] = {
    {"acl", ItemName::acl},
    {"authresults", ItemName::authresults},
    {"certextract", ItemName::certextract},
    {"dlfunc", ItemName::dlfunc},
    {"env", ItemName::env},
    {"extract", ItemName::extract},
    {"filter", ItemName::filter},
    {"hash", ItemName::hash},
    {"hmac", ItemName::hmac},
    {"if", ItemName::if_},
    {"imapfolder", ItemName::imapfolder},
    {"length", ItemName::length},
    {"listextract", ItemName::listextract},
    {"listquote", ItemName::listquote},
    {"lookup", ItemName::lookup},
    {"map", ItemName::map},
    {"nhash", ItemName::nhash},
    {"perl", ItemName::perl},
    {"prvs", ItemName::prvs},
    {"prvscheck", ItemName::prvscheck},
    {"readfile", ItemName::readfile},
    {"readsocket", ItemName::readsocket},
    {"reduce", ItemName::reduce},
    {"run", ItemName::run},
    {"sg", ItemName::sg},
    {"sort", ItemName::sort},
    {"srs_encode", ItemName::srs_encode},
    {"substr", ItemName::substr},
    {"tr", ItemName::tr},
};
static_assert(std::ranges::is_sorted(kItems, {}, &Row<ItemName>::name));

// Names that contain an underscore themselves: looked for first.
constexpr Row<OperatorName> kLongOperators[] = {
    {"from_utf8", OperatorName::from_utf8},
    {"local_part", OperatorName::local_part},
    {"quote_local_part", OperatorName::quote_local_part},
    {"reverse_ip", OperatorName::reverse_ip},
    {"time_eval", OperatorName::time_eval},
    {"time_interval", OperatorName::time_interval},
    {"utf8_domain_from_alabel", OperatorName::utf8_domain_from_alabel},
    {"utf8_domain_to_alabel", OperatorName::utf8_domain_to_alabel},
    {"utf8_localpart_from_alabel", OperatorName::utf8_localpart_from_alabel},
    {"utf8_localpart_to_alabel", OperatorName::utf8_localpart_to_alabel},
};
static_assert(std::ranges::is_sorted(kLongOperators, {}, &Row<OperatorName>::name));

constexpr Row<OperatorName> kOperators[] = {
    {"address", OperatorName::address},
    {"addresses", OperatorName::addresses},
    {"base32", OperatorName::base32},
    {"base32d", OperatorName::base32d},
    {"base62", OperatorName::base62},
    {"base62d", OperatorName::base62d},
    {"base64", OperatorName::base64},
    {"base64d", OperatorName::base64d},
    {"domain", OperatorName::domain},
    {"escape", OperatorName::escape},
    {"escape8bit", OperatorName::escape8bit},
    {"eval", OperatorName::eval},
    {"eval10", OperatorName::eval10},
    {"expand", OperatorName::expand},
    {"h", OperatorName::hash},
    {"hash", OperatorName::hash},
    {"hex2b64", OperatorName::hex2b64},
    {"hexquote", OperatorName::hexquote},
    {"ipv6denorm", OperatorName::ipv6denorm},
    {"ipv6norm", OperatorName::ipv6norm},
    {"l", OperatorName::length},
    {"lc", OperatorName::lc},
    {"length", OperatorName::length},
    {"listcount", OperatorName::listcount},
    {"listnamed", OperatorName::listnamed},
    {"mask", OperatorName::mask},
    {"md5", OperatorName::md5},
    {"nh", OperatorName::nhash},
    {"nhash", OperatorName::nhash},
    {"quote", OperatorName::quote},
    {"randint", OperatorName::randint},
    {"rfc2047", OperatorName::rfc2047},
    {"rfc2047d", OperatorName::rfc2047d},
    {"rxquote", OperatorName::rxquote},
    {"s", OperatorName::substr},
    {"sha1", OperatorName::sha1},
    {"sha2", OperatorName::sha2},
    {"sha256", OperatorName::sha256},
    {"sha3", OperatorName::sha3},
    {"stat", OperatorName::stat},
    {"str2b64", OperatorName::base64},
    {"strlen", OperatorName::strlen},
    {"substr", OperatorName::substr},
    {"uc", OperatorName::uc},
    {"utf8clean", OperatorName::utf8clean},
};
static_assert(std::ranges::is_sorted(kOperators, {}, &Row<OperatorName>::name));

constexpr Row<ConditionName> kConditions[] = {
    {"<", ConditionName::less},
    {"<=", ConditionName::less_equal},
    {"=", ConditionName::equal},
    {"==", ConditionName::equal},
    {">", ConditionName::greater},
    {">=", ConditionName::greater_equal},
    {"acl", ConditionName::acl},
    {"and", ConditionName::and_},
    {"bool", ConditionName::bool_},
    {"bool_lax", ConditionName::bool_lax},
    {"crypteq", ConditionName::crypteq},
    {"def", ConditionName::def},
    {"eq", ConditionName::eq},
    {"eqi", ConditionName::eqi},
    {"exists", ConditionName::exists},
    {"first_delivery", ConditionName::first_delivery},
    {"forall", ConditionName::forall},
    {"forall_json", ConditionName::forall_json},
    {"forall_jsons", ConditionName::forall_jsons},
    {"forany", ConditionName::forany},
    {"forany_json", ConditionName::forany_json},
    {"forany_jsons", ConditionName::forany_jsons},
    {"ge", ConditionName::ge},
    {"gei", ConditionName::gei},
    {"gt", ConditionName::gt},
    {"gti", ConditionName::gti},
    {"inbound_srs", ConditionName::inbound_srs},
    {"inlist", ConditionName::inlist},
    {"inlisti", ConditionName::inlisti},
    {"isip", ConditionName::isip},
    {"isip4", ConditionName::isip4},
    {"isip6", ConditionName::isip6},
    {"ldapauth", ConditionName::ldapauth},
    {"le", ConditionName::le},
    {"lei", ConditionName::lei},
    {"lt", ConditionName::lt},
    {"lti", ConditionName::lti},
    {"match", ConditionName::match},
    {"match_address", ConditionName::match_address},
    {"match_domain", ConditionName::match_domain},
    {"match_ip", ConditionName::match_ip},
    {"match_local_part", ConditionName::match_local_part},
    {"or", ConditionName::or_},
    {"pam", ConditionName::pam},
    {"pwcheck", ConditionName::pwcheck},
    {"queue_running", ConditionName::queue_running},
    {"radius", ConditionName::radius},
    {"saslauthd", ConditionName::saslauthd},
};
static_assert(std::ranges::is_sorted(kConditions, {}, &Row<ConditionName>::name));

template <class Name, std::size_t count>
std::optional<Name> find_in(const Row<Name> (&rows)[count], std::string_view name) {
    const auto row = std::ranges::lower_bound(rows, name, {}, &Row<Name>::name);
    if (row == std::end(rows) || row->name != name) return std::nullopt;
    return row->value;
}

}  // namespace

std::optional<ItemName> find_item(std::string_view name) { return find_in(kItems, name); }
std::optional<ConditionName> find_condition(std::string_view name) { return find_in(kConditions, name); }

std::string_view name_of(ConditionName condition) {
    return std::ranges::find(kConditions, condition, &Row<ConditionName>::value)->name;
}

std::optional<OperatorMatch> find_operator(std::string_view text) {
    if (const auto whole = find_in(kLongOperators, text)) return OperatorMatch{*whole, {}};
    const std::size_t underscore = std::min(text.find('_'), text.size());
    const auto name = find_in(kOperators, text.substr(0, underscore));
    if (!name) return std::nullopt;
    return OperatorMatch{*name, text.substr(underscore)};
}

}  // namespace postern
