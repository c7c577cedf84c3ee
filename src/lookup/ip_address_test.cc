// SPDX-License-Identifier: Apache-2.0
#include "lookup/ip_address.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(IpAddress, what_is_one) {
    for (const std::string_view good : {"1.2.3.4", "::1", "::ffff:1.2.3.4", "fe80::1%eth0", "2001:DB8::"})
        EXPECT_TRUE(parse_ip(good)) << good;
    for (const std::string_view bad : {"", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4/8", "[::1]", "1::2::3", "x",
                                       "1.2.3.4%eth0", "fe80::1%eth0/8", "fe80::1%a b", "1.2.3.4 "})
        EXPECT_FALSE(parse_ip(bad)) << bad;
}

TEST(IpAddress, networks) {
    struct Case {
        std::string_view network, host;
        bool want;
    };
    constexpr Case kCases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},       {"10.1.2.3/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},        {"1.2.3.4", "1.2.3.4", true},
        {"1.2.3.4/31", "1.2.3.5", true},          {"1.2.3.4/31", "1.2.3.6", false},
        {"0.0.0.0/0", "9.9.9.9", true},           {"::/0", "9.9.9.9", false},
        {"2001:db8::/32", "2001:db8:1::1", true}, {"2001:db8::/33", "2001:db8:8000::", false},
    };
    for (const Case& c : kCases)
        EXPECT_EQ(parse_network(c.network)->contains(*parse_ip(c.host)), c.want) << c.network << " " << c.host;
    for (const std::string_view bad : {"1.2.3.4/33", "10/8", "::/129", "1.2.3.4/", "1.2.3.4/x", "/8"})
        EXPECT_FALSE(parse_network(bad)) << bad;
}

// Wanted texts from exim4 4.96.
TEST(IpAddress, forms) {
    struct Case {
        std::string_view text, want_short;
    };
    constexpr Case kCases[] = {
        {"1:0:2:0:0:3:0:4", "1:0:2::3:0:4"},
        {"1:0:2:0:3:0:4:5", "1::2:0:3:0:4:5"},
        {"0:0:1:0:0:1:0:0", "::1:0:0:1:0:0"},
        {"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7::"},
        {"0:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8"},
        {"::1", "::1"},
        {"1.2.3.4", "1.2.3.4"},
    };
    for (const Case& c : kCases) EXPECT_EQ(parse_ip(c.text)->short_text(), c.want_short);
    EXPECT_EQ(parse_ip("::")->short_text(), "::");  // Exim says ":" (D-expand-forms)
    EXPECT_EQ(parse_ip("::1")->long_text('.'), "0000.0000.0000.0000.0000.0000.0000.0001");
    EXPECT_EQ(parse_ip("::ffff:1.2.3.4")->unmapped(), *parse_ip("1.2.3.4"));
    EXPECT_EQ(parse_ip("1.2.3.4")->mapped(), *parse_ip("::ffff:1.2.3.4"));
}

}  // namespace
}  // namespace postern
