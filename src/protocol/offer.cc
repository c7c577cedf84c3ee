// SPDX-License-Identifier: Apache-2.0
#include "protocol/offer.h"

#include <iterator>

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kCode = 4;  // "250-"

void take(std::string_view line, Offer& offer) {
    const std::string_view keyword = line.substr(0, line.find_first_of(" \t="));
    const struct {
        std::string_view name;
        bool& flag;
    } keywords[] = {{"PIPELINING", offer.pipelining},
                    {"8BITMIME", offer.eight_bit},
                    {"SMTPUTF8", offer.utf8},
                    {"CHUNKING", offer.chunking},
                    {"DSN", offer.dsn},
                    {"STARTTLS", offer.start_tls},
                    {"SIZE", offer.size},
                    {"IGNOREQUOTA", offer.ignore_quota}};
    for (const auto& [name, flag] : keywords)
        if (iequals(keyword, name)) flag = true;
}

constexpr bool Offer::*kFlags[] = {&Offer::pipelining, &Offer::eight_bit, &Offer::utf8, &Offer::chunking,
                                   &Offer::dsn,        &Offer::start_tls, &Offer::size, &Offer::ignore_quota};

}  // namespace

unsigned bits_of(const Offer& offer) {
    unsigned bits = 0;
    for (const auto flag : kFlags) bits = bits << 1U | (offer.*flag ? 1U : 0U);
    return bits;
}

Offer offer_from(unsigned bits) {
    Offer offer;
    for (std::size_t i = std::size(kFlags); i-- > 0; bits >>= 1U) offer.*kFlags[i] = (bits & 1U) != 0;
    return offer;
}

Offer offer_of(const Reply& hello) {
    Offer offer;
    const std::string_view text = hello.text;
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        const std::string_view line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
        if (line.size() > kCode) take(line.substr(kCode), offer);
    }
    return offer;
}

}  // namespace postern
