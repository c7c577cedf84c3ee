// SPDX-License-Identifier: Apache-2.0
#include "driver/command_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/delivery_world.h"

namespace postern {
namespace {

using testing::ElementsAre;

struct Command : DeliveryWorld {
    tl::expected<std::vector<std::string>, Outcome> words(std::string text, bool expand = true, bool forced = false) {
        DeliveryContext given = context();
        return command_words(given, {.text = std::move(text),
                                     .expand = expand,
                                     .when_not_expanded = Verdict::panic,
                                     .label = "t1 transport",
                                     .force_command = forced});
    }
};

TEST(CommandWords, SplitThenExpanded) {
    Command c;
    EXPECT_THAT(*c.words("a 'b c' \"d\\te\" ${lc:X}"), ElementsAre("a", "b c", "d\te", "x"));
    EXPECT_THAT(*c.words("a $home", false), ElementsAre("a", "$home"));
    EXPECT_THAT(*c.words("\"a\\0b\" '' ${lc:}"), ElementsAre("a", "", ""));
    EXPECT_THAT(*c.words("  \t "), ElementsAre());
}

TEST(CommandWords, AddressesAreNotText) {
    Command c;
    c.add_address("$(rm -rf /) x@test.ex");
    EXPECT_THAT(*c.words("-- $pipe_addresses ${pipe_addresses}"),
                ElementsAre("--", "joe@test.ex", "$(rm -rf /) x@test.ex", "joe@test.ex", "$(rm -rf /) x@test.ex"));
}

TEST(CommandWords, AddressPipeInItsPlace) {
    Command c;
    c.redirect_to("| /bin/echo a 'b c' \"$domain\" d", AddressKind::pipe, false);
    const auto refused = c.words("x $address_pipe y", true, true);
    EXPECT_EQ(refused.error().message, "Tainted arg 1 for t1 transport command: '/bin/echo'")
        << "one word from outside taints the text that is split";
    c.redirect_to("|/bin/echo a 'b c' d", AddressKind::pipe, false);
    EXPECT_THAT(*c.words("x $address_pipe y", true, true), ElementsAre("x", "/bin/echo", "a", "b c", "d", "y"));
}

TEST(CommandWords, Refusals) {
    Command c;
    const std::string sixty_two = [] {
        std::string text;
        for (int i = 0; i < 62; ++i) text += "x ";
        return text;
    }();
    const struct {
        std::string text;
        Verdict want_verdict;
        std::string want_message;
    } kCases[] = {
        {"a $nosuch", Verdict::panic,
         "Expansion of \"$nosuch\" from command \"a $nosuch\" in t1 transport failed: unknown variable name "
         "\"nosuch\""},
        {"a x$local_part", Verdict::fail, "Tainted arg 1 for t1 transport command: 'xjoe'"},
        {sixty_two, Verdict::fail, "Too many arguments in command \"" + sixty_two + "\" in t1 transport"},
    };
    for (const auto& test : kCases) {
        const auto words = c.words(test.text);
        ASSERT_FALSE(words) << test.text;
        EXPECT_EQ(words.error().verdict, test.want_verdict);
        EXPECT_EQ(words.error().code, 0);
        EXPECT_EQ(words.error().message, test.want_message);
    }
    // $pipe_addresses twice in a large batch: counted each time (Exim counts the words of the option only).
    for (int i = 0; i < 99; ++i) c.add_address("a" + std::to_string(i) + "@test.ex");
    EXPECT_EQ(c.words("$pipe_addresses $pipe_addresses").error().message,
              "Too many arguments to command \"$pipe_addresses $pipe_addresses\" in t1 transport");
}

}  // namespace
}  // namespace postern
