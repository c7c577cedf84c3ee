// SPDX-License-Identifier: Apache-2.0
#include "mail/references.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern {
namespace {

using testing::ElementsAre;

HeaderList with_id(std::string line) { return {{HeaderType::message_id, std::move(line)}}; }

TEST(MessageIdOf, TakesOnlyTheId) {
    const struct {
        std::string name, line;
        std::optional<std::string> want;
    } kCases[] = {
        {"plain", "Message-ID: <a@b>\n", "<a@b>"},
        {"no domain", "Message-ID: <a>\n", "<a>"},
        {"folded", "Message-ID:\n\t<a@b>\n", "<a@b>"},
        {"comment behind", "Message-ID: <a@b> (c)\n", "<a@b>"},
        {"empty", "Message-ID:\n", std::nullopt},
        {"blanks", "Message-ID:   \n \n", std::nullopt},
        {"no brackets", "Message-ID: a@b\n", std::nullopt},
        {"not closed", "Message-ID: <a@b\n", std::nullopt},
        {"nothing inside", "Message-ID: <>\n", std::nullopt},
        {"a line inside", "Message-ID: <a@b\n X-Evil: 1>\n", std::nullopt},
        {"carriage return", "Message-ID: <a@b\rX-Evil:1>\n", std::nullopt},
        {"NUL", std::string("Message-ID: <a\0@b>\n", 19), std::nullopt},
        {"8-bit", "Message-ID: <caf\xe9@b>\n", std::nullopt},
        {"two in one", "Message-ID: <a@b<c@d>\n", std::nullopt},
        {"too long", "Message-ID: <" + std::string(1000, 'a') + "@b>\n", std::nullopt},
    };
    for (const auto& c : kCases) EXPECT_EQ(message_id_of(with_id(c.line)), c.want) << c.name;
    EXPECT_EQ(message_id_of({}), std::nullopt);
    EXPECT_EQ(message_id_of({{HeaderType::removed, "Message-ID: <a@b>\n"}}), std::nullopt);
}

TEST(ReferenceIds, StopAtWhatIsNoId) {
    const struct {
        std::string value;
        std::vector<std::string> want;
    } kCases[] = {
        {" <a@b> <c@d>\n", {"<a@b>", "<c@d>"}},
        {"<a@b>\n\t<c@d>\n", {"<a@b>", "<c@d>"}},
        {"<a@b><c@d>", {"<a@b>", "<c@d>"}},
        {"<a@b> (x (y) \\) z) <c@d>", {"<a@b>", "<c@d>"}},
        {"<a@b> (open <c@d>", {"<a@b>"}},
        {"<a@b> bogus <c@d>", {"<a@b>"}},
        {"<a@b>, <c@d>", {"<a@b>"}},
        {"<a> <c@d>", {}},
        {"<\"a b\"@c> <d@[1.2.3.4]>", {"<\"a b\"@c>"}},
        {"<\"a@b>", {}},
        {"<\"a\\\"b\"@c>", {"<\"a\\\"b\"@c>"}},
        {"<\"a\\\nX: 1\"@b>", {}},
        {"<\"a\\\rX: 1\"@b>", {}},
        {std::string("<\"a\\\0\"@b>", 9), {}},
        {"<\"a\\\xe9\"@b>", {}},
        {"<\"a\\", {}},
        {"<a b@c>", {}},
        {"<a@b\n>", {}},
        {"\\", {}},
        {"", {}},
    };
    for (const auto& c : kCases) EXPECT_EQ(reference_ids(c.value), c.want) << c.value;
}

TEST(ReferenceIds, KeepTheFirstAndTheLastEleven) {
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "<" + std::to_string(i) + "@b>\n ";
    EXPECT_THAT(reference_ids(many),
                ElementsAre("<0@b>", "<9989@b>", "<9990@b>", "<9991@b>", "<9992@b>", "<9993@b>", "<9994@b>", "<9995@b>",
                            "<9996@b>", "<9997@b>", "<9998@b>", "<9999@b>"));
}

TEST(ReferenceIds, DeepCommentsDoNotMatter) {
    EXPECT_THAT(reference_ids(std::string(100'000, '(') + std::string(100'000, ')') + "<a@b>"), ElementsAre("<a@b>"));
}

TEST(ReferencesLine, Sources) {
    const HeaderLine id{HeaderType::message_id, "Message-ID: <m@b>\n"};
    const HeaderLine references{HeaderType::other, "references: <r@b>\n"};
    const HeaderLine reply{HeaderType::other, "In-Reply-To: <i@b>\n"};
    EXPECT_EQ(references_line({}), "");
    EXPECT_EQ(references_line({id}), "References: <m@b>\n");
    EXPECT_EQ(references_line({reply, id}), "References: <i@b> <m@b>\n");
    EXPECT_EQ(references_line({reply, references, id}), "References: <r@b> <m@b>\n");
    EXPECT_EQ(references_line({references}), "References: <r@b>\n");
    EXPECT_EQ(references_line({{HeaderType::removed, references.text}, reply}), "References: <i@b>\n");
}

TEST(ReferencesLine, IsFolded) {
    const std::string id = "<" + std::string(500, 'a') + "@b>";
    const HeaderList headers{{HeaderType::message_id, "Message-ID: <m@b>\n"},
                             {HeaderType::other, "References: " + id + " " + id + "\n"}};
    EXPECT_EQ(references_line(headers), "References: " + id + "\n " + id + " <m@b>\n");
}

}  // namespace
}  // namespace postern
