// SPDX-License-Identifier: Apache-2.0
// -bP, compared with `exim4 -C FILE -bP …` of 4.96.
#include "config/print.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "config/inert_options.h"
#include "support/config_text.h"

namespace postern {
namespace {

const std::string kConfiguration =
    "AA = one\n"
    "AB = AA-two\n"
    "local_from_prefix = \"x\\ty\"\n"
    "hide trusted_users = root\n"
    "hide no_message_logs\n"
    "domainlist open = c : $domain\n"
    "hide domainlist secret = a : b\n"
    "addresslist open = q\n"
    "begin routers\n"
    "r1:\n driver = take\n verify_only\n hide errors_to = x@y\n"
    "r2:\n driver = share\n data = AB\n"
    "begin transports\n"
    "t1:\n driver = wire\n";

struct PrintCase {
    const char* name;
    std::vector<std::string> words;
    std::string want;
    bool want_ok = true;
    bool admin = true, no_labels = false;
};

class Printed : public testing::TestWithParam<PrintCase> {};

TEST_P(Printed, Words) {
    ConfigText config;
    config.request.for_printing = true;
    const auto result = config.load(kConfiguration);
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    const auto& c = GetParam();
    const auto printed = print_options(*result.configuration, c.words,
                                       {.admin = c.admin, .no_labels = c.no_labels, .environment = {"HOME=/", "A=b"}});
    EXPECT_EQ(printed.text, c.want);
    EXPECT_EQ(printed.ok, c.want_ok);
}

const PrintCase kCases[] = {
    {"option", {"local_from_prefix"}, "local_from_prefix = x\\ty\n"},
    {"several", {"split_spool_directory", "message_logs"}, "no_split_spool_directory\nno_message_logs\n"},
    {"unknown", {"nosuch"}, "nosuch is not a known option\n", false},
    {"negated_is_unknown", {"no_message_logs"}, "no_message_logs is not a known option\n", false},
    {"list_keyword_is_unknown", {"domainlist"}, "domainlist is not a known option\n", false},
    {"unknown_then_known", {"nosuch", "log_timezone"}, "nosuch is not a known option\nno_log_timezone\n"},
    {"synonym", {"daemon_smtp_port"}, "daemon_smtp_port = \n"},
    {"hidden",
     {"trusted_users", "message_logs"},
     "trusted_users = <value not displayable>\nmessage_logs = <value not displayable>\n",
     true,
     false},
    {"no_labels",
     {"local_from_prefix", "message_logs", "queue_only_load", "qualify_domain"},
     "x\\ty\nno_message_logs\n\nhost.example\n",
     true,
     true,
     true},
    {"lists", {"+open"}, "addresslist open = q\ndomainlist open = c : $domain\n"},
    {"list_no_label", {"+open"}, "q\nc : $domain\n", true, true, true},
    {"hidden_list", {"+secret"}, "domainlist secret = <value not displayable>\n"},
    {"no_list", {"+x"}, "no address, domain, host, or local part list called \"x\" exists\n", false},
    {"macro", {"macro", "AB"}, "AB=one-two\n"},
    {"macro_no_label", {"macro", "AB"}, "one-two\n", true, true, true},
    {"macro_predefined", {"macro", "_DRIVER_ROUTER_TAKE"}, "_DRIVER_ROUTER_TAKE=y\n"},
    {"macro_unknown", {"macro", "ZZ"}, "macro ZZ not found\n", false},
    {"macro_denied", {"macro", "AB"}, "", true, false},
    {"macro_names", {"macro_list"}, "AA\nAB\n"},
    {"macro_alone", {"macro"}, "macro is not a known option\n", false},
    {"router_names", {"router_list"}, "r1\nr2\n"},
    {"transport_names", {"transport_list"}, "t1\n"},
    {"no_router", {"router", "r9"}, "router r9 not found\n", false},
    {"no_authenticator", {"authenticator", "a"}, "authenticator a not found\n", false},
    {"authenticators", {"authenticators"}, ""},
    {"file", {"configure_file"}, "/etc/test.conf\n"},
    {"environment", {"environment"}, "A=b\nHOME=/\n"},
    {"environment_names", {"environment"}, "A\nHOME\n", true, true, true},
};
INSTANTIATE_TEST_SUITE_P(All, Printed, testing::ValuesIn(kCases),
                         [](const auto& c) { return std::string(c.param.name); });

Configuration& loaded(ConfigText& config, LoadResult& result, const std::string& text) {
    config.request.for_printing = true;
    result = config.load(text);
    EXPECT_TRUE(result.configuration);
    return *result.configuration;
}

TEST(PrintTest, Router) {
    ConfigText config;
    LoadResult result;
    const auto printed = print_options(loaded(config, result, kConfiguration), {"router", "r2"}, {});
    EXPECT_TRUE(printed.text.starts_with("address_data = \naddress_test\ncannot_route_message = \n")) << printed.text;
    EXPECT_NE(printed.text.find("\ndomains = \ndriver = share\nno_dsn_lasthop\n"), std::string::npos);
    EXPECT_NE(printed.text.find("\nself = freeze\n"), std::string::npos);
    EXPECT_TRUE(
        printed.text.ends_with("verify_recipient\nverify_sender\ndata = one-two\nno_one_time\nowners =\nowngroups =\n"))
        << printed.text;
}

TEST(PrintTest, AllTransports) {
    ConfigText config;
    LoadResult result;
    const auto printed = print_options(loaded(config, result, kConfiguration), {"transports"}, {});
    EXPECT_EQ(printed.text,
              "\nt1 transport:\nno_body_only\ncurrent_directory = \ndebug_print = "
              "\nno_delivery_date_add\nno_disable_logging\n"
              "driver = wire\nno_envelope_to_add\nevent_action = \ngroup = \nheaders_add = "
              "\nno_headers_only\nheaders_remove = \n"
              "headers_rewrite = \nhome_directory = \nno_initgroups\nmax_parallel = \nmessage_size_limit = "
              "\nno_rcpt_include_affixes\n"
              "no_retry_use_local_part\nreturn_path = \nno_return_path_add\nshadow_condition = \nshadow_transport = \n"
              "transport_filter = \ntransport_filter_timeout = 5m\nuser = \n");
}

TEST(PrintTest, TextsOfPrivateBooleansComeFirst) {
    ConfigText config;
    LoadResult result;
    const std::string t1 = "begin transports\nt1:\n driver = box\n file = /x\n hide size_file = ${x}\n";
    const Configuration& configuration = loaded(config, result, t1);
    const auto shown = [&](PrintRequest request) {
        return print_options(configuration, {"transport", "t1"}, request).text;
    };
    EXPECT_NE(shown({}).find("\nuser = \n*expand_size_file = ${x}\ndirectory = \n"), std::string::npos) << shown({});
    EXPECT_NE(shown({.no_labels = true}).find("\n${x}\n\n/x\n"), std::string::npos) << shown({.no_labels = true});
    EXPECT_EQ(shown({.admin = false}).find("${x}"), std::string::npos);
}

TEST(PrintTest, HiddenDriverOption) {
    ConfigText config;
    LoadResult result;
    const Configuration& configuration = loaded(config, result, kConfiguration);
    EXPECT_NE(print_options(configuration, {"router", "r1"}, {.admin = false})
                  .text.find("\nerrors_to = <value not displayable>\n"),
              std::string::npos);
    EXPECT_NE(print_options(configuration, {"router", "r1"}, {}).text.find("\nerrors_to = x@y\n"), std::string::npos);
}

TEST(PrintTest, FlattenedText) {
    ConfigText config;
    config.os.put_file("/etc/inc.conf", "timezone = UTC\n");
    LoadResult result;
    const Configuration& configuration = loaded(
        config, result,
        "AA = b\n# comment\n.ifdef AA\nqualify_domain = AA\n.endif\n.include inc.conf\n domainlist x = AA : \\\n  b\n"
        "hide qualify_recipient = x\nhide message_logs\nbegin routers\n\n # c\n r1:\n  driver = take\n\n  "
        "verify_only\nBB = e\n"
        "begin acl\nfoo: accept\n   condition = x\n!hosts = y\nbegin retry\n * * F,1d,1d\nBEGIN rewrite\na \"b c\" "
        "h\n");
    EXPECT_EQ(
        print_options(configuration, {"config"}, {}).text,
        "# Exim Configuration (4.96)\n# 1 \"/etc/test.conf\"\nAA = b\nqualify_domain = b\n# 6 \"/etc/test.conf\"\n"
        "# 1 \"/etc/inc.conf\"\ntimezone = UTC\n# 6 \"/etc/test.conf\"\ndomainlist x = b : b\nhide qualify_recipient = "
        "x\nhide message_logs\n"
        "\nbegin routers\n\n  r1:\n    driver = take\n    verify_only\n    BB = e\n"
        "\nbegin acl\n\n  foo: accept\n    condition = x\n    !hosts = y\n"
        "\nbegin retry\n  * * F,1d,1d\n\nBEGIN rewrite\n  a \"b c\" h\n");
    const std::string for_others = print_options(configuration, {"config"}, {.admin = false}).text;
    EXPECT_NE(for_others.find("\nAA = <value not displayable>\nqualify_domain = b\n"), std::string::npos);
    EXPECT_NE(for_others.find("\nhide qualify_recipient = <value not displayable>\n<value not displayable>\n"),
              std::string::npos);
}

TEST(PrintTest, AllMainOptionsInOrder) {
    ConfigText config;
    LoadResult result;
    const auto printed = print_options(loaded(config, result, ""), {}, {});
    std::vector<std::string> names;
    for (const auto& line : split_list_fixed(printed.text, '\n')) {
        if (line.empty()) continue;
        const std::string name = line.substr(0, line.find(" ="));
        names.push_back(name.starts_with("no_") ? name.substr(3) : name);
    }
    EXPECT_EQ(names.size(), 271U) << "as many as exim4 4.96 of Debian prints";
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(InertOptionsTest, UnsetLinesAreWellFormed) {
    for (const auto& option : inert_options()) {
        EXPECT_EQ(find_inert_option(option.name), &option);
        if (option.unset_line.empty()) continue;  // a synonym
        const std::string line(option.unset_line), name(option.name);
        if (option.type == InertType::boolean)
            EXPECT_TRUE(line == name || line == "no_" + name) << line;
        else
            EXPECT_TRUE(line.starts_with(name + " =")) << line;
        EXPECT_EQ(find_option(main_option_table(), option.name), nullptr) << "both inert and a member";
    }
    EXPECT_EQ(find_inert_option("nosuch"), nullptr);
}

}  // namespace
}  // namespace postern
