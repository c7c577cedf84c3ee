// SPDX-License-Identifier: Apache-2.0
// Wanted texts are exim4 4.96's answers to -be.
#include <gtest/gtest.h>

#include "support/expansion_world.h"

namespace postern {
namespace {

using Row = ExpansionRow;

constexpr Row kEval[] = {
    {"${eval:1 == 2}", R"(Failed: error in expression evaluation: expecting operator (after processing "1 "))"},
    {"${eval:0x}", "0"},
    {"${eval:1k1}", R"(Failed: error in expression evaluation: expecting operator (after processing "1k"))"},
    {"${eval:- 1}", "-1"},
    {"${eval:1+-1}", "0"},
    {"${eval:~0}", "-1"},
    {"${eval:!0}",
     R"(Failed: error in expression evaluation: expecting number or opening parenthesis (after processing ""))"},
    {"${eval:9223372036854775807+1}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "9223372036854775807+1"))"},
    {"${eval:4611686018427387903+1}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "4611686018427387903+1"))"},
    {"${eval:4611686018427387904+1}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "4611686018427387904+1"))"},
    {"${eval:-4611686018427387904-4611686018427387904}", "-9223372036854775808"},
    {"${eval:9223372036854775807*2}", "-2"},
    {"${eval:9223372036854775808}", "9223372036854775807"},
    {"${eval:99999999999999999999}", "9223372036854775807"},
    {"${eval:1<<64}", "1"},
    {"${eval:1<<-1}", "-9223372036854775808"},
    {"${eval:-1>>1}", "-1"},
    {"${eval:-9223372036854775808/-1}", "9223372036854775807"},
    {"${eval:5%0}", R"(Failed: error in expression evaluation: modulo by zero (after processing "5%0"))"},
    {"${eval:-7/2}", "-3"},
    {"${eval:-7%3}", "-1"},
    {"${eval:1m}", "1048576"},
    {"${eval:1g}", "1073741824"},
    {"${eval:1K}", "1024"},
    {"${eval:0x1F}", "31"},
    {"${eval:0X1f}", "31"},
    {"${eval:1T}", R"(Failed: error in expression evaluation: expecting operator (after processing "1"))"},
    {"${eval10:0x10}", R"(Failed: error in expression evaluation: expecting operator (after processing "0"))"},
    {"${eval:1|2&3}", "3"},
    {"${eval: ( 1 ) }", "1"},
    {"${eval:1 + }",
     R"(Failed: error in expression evaluation: expecting number or opening parenthesis (after processing "1 + "))"},
    {"${eval:)}",
     R"(Failed: error in expression evaluation: expecting number or opening parenthesis (after processing ""))"},
    {"${eval:()}",
     R"(Failed: error in expression evaluation: expecting number or opening parenthesis (after processing "("))"},
    {"${eval:1)}", R"(Failed: error in expression evaluation: expecting operator (after processing "1"))"},
    {"${eval:4611686018427387902+1}", "4611686018427387903"},
    {"${eval:4611686018427387903+0}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "4611686018427387903+0"))"},
    {"${eval:4611686018427387903+4611686018427387903}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "4611686018427387903+4611686018427387903"))"},
    {"${eval:1+4611686018427387903}", "4611686018427387904"},
    {"${eval:1+4611686018427387904}", "4611686018427387905"},
    {"${eval:4611686018427387903-1}",
     R"(Failed: error in expression evaluation: overflow in difference (after processing "4611686018427387903-1"))"},
    {"${eval:9223372036854775807-1}",
     R"(Failed: error in expression evaluation: overflow in difference (after processing "9223372036854775807-1"))"},
    {"${eval:9223372036854775807-9223372036854775807}",
     R"(Failed: error in expression evaluation: overflow in difference (after processing "9223372036854775807-9223372036854775807"))"},
    {"${eval:-9223372036854775807-1}", "-9223372036854775808"},
    {"${eval:-9223372036854775807-2}", "9223372036854775807"},
    {"${eval:-4611686018427387904-1}", "-4611686018427387905"},
    {"${eval:-4611686018427387905-4611686018427387904}", "9223372036854775807"},
    {"${eval:-4611686018427387903-4611686018427387905}", "-9223372036854775808"},
    {"${eval:0-9223372036854775807}", "-9223372036854775807"},
    {"${eval:1-9223372036854775807}", "-9223372036854775806"},
    {"${eval:-1-9223372036854775807}", "-9223372036854775808"},
    {"${eval:-2-9223372036854775807}", "9223372036854775807"},
    {"${eval:9223372036854775807+-1}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "9223372036854775807+-1"))"},
    {"${eval:5--3}", "8"},
    {"${eval:5-4611686018427387904}", "-4611686018427387899"},
    {"${eval:4611686018427387904-5}",
     R"(Failed: error in expression evaluation: overflow in difference (after processing "4611686018427387904-5"))"},
    {"${eval:4611686018427387904--5}",
     R"(Failed: error in expression evaluation: overflow in difference (after processing "4611686018427387904--5"))"},
    {"${eval:-4611686018427387904+-5}", "-4611686018427387909"},
    {"${eval:-9223372036854775808+-5}", "9223372036854775804"},
    {"${eval:4611686018427387903+4611686018427387904}",
     R"(Failed: error in expression evaluation: overflow in sum (after processing "4611686018427387903+4611686018427387904"))"},
    {"${eval:4611686018427387902+4611686018427387902}", "9223372036854775804"},
    {"${eval:4611686018427387902+4611686018427387903}", "9223372036854775805"},
    {"${eval:10 - -9223372036854775807}", "-9223372036854775799"},
    {"${eval:1+2*3}", "7"},
    {"${eval:0x10+010}", "24"},
    {"${eval10:010}", "10"},
    {"${eval:(1+2)*3 << 2}", "36"},
    {"${eval:7%4|8^1&3}", "11"},
    {"${eval:-5+~0}", "-6"},
    {"${eval:5 -3 -1}", "1"},
    {"${eval:4k/2}", "2048"},
    {"${eval:2<<62}", "-9223372036854775808"},
    {"${eval:2*}",
     R"(Failed: error in expression evaluation: expecting number or opening parenthesis (after processing "2*"))"},
    {"${eval:2/0}", R"(Failed: error in expression evaluation: divide by zero (after processing "2/0"))"},
    {"${eval:2 3}", R"(Failed: error in expression evaluation: expecting operator (after processing "2 "))"},
    {"${eval:08}", R"(Failed: error in expression evaluation: expecting operator (after processing "0"))"},
    {"${eval:(1}", R"(Failed: error in expression evaluation: expecting closing parenthesis (after processing "(1"))"},
    {"${eval:}",
     R"(Failed: error in expression evaluation: expecting number or opening parenthesis (after processing ""))"},
    {"${eval:--1}", "1"},
    {"${eval:-~-1}", "0"},
};

TEST(Arithmetic, eval) {
    ExpansionWorld world;
    world.expect_rows(kEval);
}

TEST(Arithmetic, deep_and_long_texts_end) {
    ExpansionWorld world;
    EXPECT_EQ(world.shown("${eval:" + std::string(100'000, '(') + "1}")
                  .find("Failed: error in expression evaluation: too many parentheses"),
              0U);
    EXPECT_EQ(world.shown("${eval:" + std::string(100'000, '-') + "1}"), "1");
}

}  // namespace
}  // namespace postern
