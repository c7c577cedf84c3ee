// SPDX-License-Identifier: Apache-2.0
#include "mail/rfc2047.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Case {
    std::string text, want;
};

// Answers of ${rfc2047:…}, exim4 4.96.
const Case kCases[] = {
    {"plain text", "plain text"},
    {"a_b", "=?UTF-8?Q?a=5Fb?="},
    {"x=y", "=?UTF-8?Q?x=3Dy?="},
    {"J\303\274rgen \342\202\254", "=?UTF-8?Q?J=C3=BCrgen_=E2=82=AC?="},
    {"\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
     "\303\251\303\251\303\251\303\251\303\251\303\251",
     "=?UTF-8?Q?=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9?= "
     "=?UTF-8?Q?=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9?="},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\251\303\251",
     "=?UTF-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=C3=A9?= =?UTF-8?Q?=C3=A9?="},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\251\303\251\303\251\303\251\303\251\303\251",
     "=?UTF-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=C3=A9=C3=A9?= "
     "=?UTF-8?Q?=C3=A9=C3=A9=C3=A9=C3=A9?="},
    {"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb \303\251",
     "=?UTF-8?Q?bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb?= =?UTF-8?Q?bbbbbbb_=C3=A9?="},
    {"", ""},
};

TEST(Rfc2047Encode, AsExim) {
    for (const Case& c : kCases) EXPECT_EQ(rfc2047_encode(c.text, "UTF-8"), c.want) << c.text;
}

}  // namespace
}  // namespace postern
