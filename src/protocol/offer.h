// SPDX-License-Identifier: Apache-2.0
// protocol/offer.h – what a server offers in its answer to EHLO or LHLO (RFC 5321 4.1.1.1, 2033).
#pragma once

#include <string>
#include <string_view>

#include "protocol/reply.h"

namespace postern {

struct Offer {
    bool pipelining = false, eight_bit = false, utf8 = false, chunking = false, dsn = false, start_tls = false;
    bool size = false;  // SIZE= may be said; whether the message is too big is the server's to say
    bool ignore_quota = false;
    bool operator==(const Offer&) const = default;
};

// The flags as a number, for whoever hands a connection on.
[[nodiscard]] unsigned bits_of(const Offer& offer);
[[nodiscard]] Offer offer_from(unsigned bits);

// Keywords are compared without case, as RFC 5321 has it; the first line is the server's name. Unknown ones are
// nothing.
[[nodiscard]] Offer offer_of(const Reply& hello);

}  // namespace postern
