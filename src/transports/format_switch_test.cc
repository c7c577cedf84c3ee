// SPDX-License-Identifier: Apache-2.0
#include "transports/format_switch.h"

#include <gtest/gtest.h>

#include "support/appendfile_delivery.h"

namespace postern {
namespace {

struct ListCase {
    const char* name;
    std::string list;
    std::vector<std::pair<std::string, std::string>> want;
};

TEST(FormatSwitch, ReadsPairs) {
    const ListCase kCases[] = {
        {"empty", "", {}},
        {"odd item", "From : t1 : x", {{"From", "t1"}}},
        {"spaces and newlines go", "From \n : t1 :\n \1\1 \n : t2", {{"From", "t1"}, {"\1\1", "t2"}}},
        {"other separator", "<; a:b ; t1", {{"a:b", "t1"}}},
        {"doubled separator", "a::b : t1", {{"a:b", "t1"}}},
        {"empty test", ": t1 : x : t2", {{"", "t1"}, {"x", "t2"}}},
    };
    for (const ListCase& c : kCases) {
        SCOPED_TRACE(c.name);
        std::vector<std::pair<std::string, std::string>> found;
        for (const FormatRule& rule : parse_file_format(c.list)) found.emplace_back(rule.start, rule.transport);
        EXPECT_EQ(found, c.want);
    }
}

struct Choosing : testing::Test {
    Choosing() {
        for (const char* name : {"t1", "t2", "pipe"}) {
            TransportInstance& instance = configuration.transports.emplace_back();
            instance.name = name;
            instance.driver = name == std::string("pipe") ? &pipe : &appendfile_test::appendfile().description;
        }
    }
    [[nodiscard]] FormatSwitch formats(std::string_view list) const {
        return {configuration, configuration.transports.front(), list};
    }
    Configuration configuration;
    DriverDescription pipe{.name = "pipe"};
};

TEST_F(Choosing, FirstMatchDecides) {
    const FormatSwitch ours = formats("From : t1 : F : t2 : X : nosuch : Y : pipe");
    const struct {
        const char* start;
        const char* want;  // null: refused
        int want_code;
        std::string want_message;
    } kCases[] = {
        {"", "t1", 0, ""},
        {"From x", "t1", 0, ""},
        {"Fro", "t2", 0, ""},
        {"from", nullptr, code::kFormatUnknown, "mailbox file format unrecognized"},
        {"X", nullptr, code::kBadTransport, "nosuch transport (for X format) not found"},
        // D-format-driver
        {"Y", nullptr, code::kBadTransport, "pipe transport (for Y format) is not an appendfile transport"},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.start);
        const FormatChoice choice = ours.choose(c.start);
        EXPECT_EQ(choice.transport ? choice.transport->name : "", c.want ? c.want : "");
        EXPECT_EQ(choice.refusal ? choice.refusal->code : 0, c.want_code);
        EXPECT_EQ(choice.refusal ? choice.refusal->message : "", c.want_message);
    }
    ASSERT_EQ(ours.others().size(), 1u);
    EXPECT_EQ(ours.others().front()->name, "t2");
}

TEST_F(Choosing, OnlyRegularFilesThatCanBeReadHaveAFormat) {
    FakeClock clock;
    FakeOs os{clock};
    os.put_file("/mbx", "*mbx*\r\n", 0600, 1000, 8);
    os.put_file("/closed", "*mbx*\r\n", 0600, 1001, 8);
    os.put_file("/others", "*mbx*\r\n", 0644, 1001, 8);
    os.put_fifo("/fifo", false, 0600, 1000, 8);  // D-format-fifo: Exim would wait there
    os.put_directory("/directory", 0700, 1000, 8);
    os.put_symlink("/link", "/mbx");
    os.run_as(1000, 8);
    const FormatSwitch ours = formats("*mbx* : t2");
    const auto chosen = [&](const char* file) { return ours.choose_for(os, AtPath(file)).transport->name; };
    EXPECT_EQ(chosen("/mbx"), "t2");
    EXPECT_EQ(chosen("/others"), "t2");
    EXPECT_EQ(chosen("/link"), "t2");
    for (const char* file : {"/closed", "/fifo", "/directory", "/missing"}) EXPECT_EQ(chosen(file), "t1") << file;
}

TEST_F(Choosing, OpenFileOfAnotherFormatIsRefused) {
    FakeClock clock;
    FakeOs os{clock};
    const auto refused = [&](const std::string& content) {
        os.put_file("/box", content);
        const auto fd = os.open("/box", O_RDWR);
        return formats("From : t1 : *mbx* : t2").refuses(os, fd->get());
    };
    EXPECT_EQ(refused("From x\n"), std::nullopt);
    EXPECT_EQ(refused(""), std::nullopt);
    EXPECT_EQ(refused("*mbx*\r\n"), code::kUnknown);
    EXPECT_EQ(refused("x"), code::kFormatUnknown);
}

}  // namespace
}  // namespace postern
