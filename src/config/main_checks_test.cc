// SPDX-License-Identifier: Apache-2.0
// The checks after the main section (spec configuration.md §9.1), compared with exim4 4.96.
#include <gtest/gtest.h>

#include "support/config_text.h"

namespace postern {
namespace {

struct CheckCase {
    const char* name;
    std::string text, want_message;
    bool want_config_class = false;
};

class MainChecks : public testing::TestWithParam<CheckCase> {};

TEST_P(MainChecks, Complain) {
    ConfigText config;
    const auto& c = GetParam();
    const LoadResult result = config.load(c.text);
    ASSERT_EQ(result.errors.size(), c.want_message.empty() ? 0U : 1U);
    if (c.want_message.empty()) return;
    EXPECT_EQ(result.errors[0].text, (c.want_config_class ? "Exim configuration error:\n  " : "") + c.want_message);
    EXPECT_EQ(result.errors[0].config_class, c.want_config_class);
}

const CheckCase kCases[] = {
    {"from_check", "local_from_check\nlocal_sender_retain",
     "both local_from_check and local_sender_retain are set; this combination is not allowed"},
    {"from_check_off", "no_local_from_check\nlocal_sender_retain", ""},
    {"spool_directory", "spool_directory =", "spool_directory undefined: cannot proceed"},
    {"spool_expansion", "spool_directory = ${if",
     "failed to expand spool_directory \"${if\": condition name expected, but found \"\""},
    {"log_expansion", "log_file_path = ${if",
     "failed to expand log_file_path \"${if\": condition name expected, but found \"\""},
    {"log_no_name", "log_file_path = /var/log/%slog : /var/log/x",
     "log_file_path \"/var/log/x\" does not contain \"%s\""},
    {"log_date", "log_file_path = /var/log/%slog.%D", ""},
    {"log_month_first", "log_file_path = /var/log/%M/%slog", ""},
    {"log_two_dates", "log_file_path = /log/%s%D%M",
     "log_file_path \"/log/%s%D%M\" contains unexpected \"%\" character"},
    {"log_percent", "log_file_path = /log/%%s%D", "log_file_path \"/log/%%s%D\" contains unexpected \"%\" character"},
    {"log_syslog", "log_file_path = syslog : : /log/%slog", ""},
    {"syslog_facility", "syslog_facility = foo", "failed to interpret syslog_facility \"foo\"", true},
    {"syslog_facility_known", "syslog_facility = LOG_Local7", ""},
    {"pid_expansion", "pid_file_path = ${if",
     "failed to expand pid_file_path \"${if\": condition name expected, but found \"\""},
    {"uucp_pattern", "uucp_from_pattern = (",
     "regular expression error: missing closing parenthesis at offset 1 while compiling ("},
    {"uucp_pattern_good", "uucp_from_pattern = ^From\\s", ""},
    {"ratelimit", "smtp_ratelimit_mail = x", "malformed ratelimit data: x"},
    {"ratelimit_empty", "smtp_ratelimit_rcpt =", "malformed ratelimit data: "},
    {"ratelimit_three", "smtp_ratelimit_rcpt = 2,0.5s,1.05", "malformed ratelimit data: 2,0.5s,1.05"},
    {"ratelimit_unit", "smtp_ratelimit_rcpt = 2,1,1,1m", "malformed ratelimit data: 2,1,1,1m"},
    {"ratelimit_blank", "smtp_ratelimit_rcpt = 2, 1s , 1, 1m", "malformed ratelimit data: 2, 1s , 1, 1m"},
    {"ratelimit_good", "smtp_ratelimit_rcpt = 2,0.5s,1.05,4m", ""},
    {"reply_to", "errors_reply_to = foo@@", "error in errors_reply_to (foo@@): domain missing or malformed", true},
    {"reply_to_unqualified", "errors_reply_to = foo", "errors_reply_to (foo) does not contain a domain", true},
    {"reply_to_phrase", "errors_reply_to = Foo <a@b>", ""},
    {"smtp_accept_max", "smtp_accept_queue = 3\nsmtp_accept_max = 0",
     "smtp_accept_max must be set if smtp_accept_queue or smtp_accept_max_per_host is set", true},
    {"smtp_accept_max_default", "smtp_accept_queue = 3", ""},
    {"localhost_expansion", "localhost_number = ${if",
     "failed to expand localhost_number \"${if\": condition name expected, but found \"\""},
    {"localhost_big", "localhost_number = 17", "localhost_number is greater than the maximum allowed value (16)", true},
    {"localhost_word", "localhost_number = a", "localhost_number value is not a number: a", true},
};
INSTANTIATE_TEST_SUITE_P(All, MainChecks, testing::ValuesIn(kCases),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(MainDefaultsTest, AreFilledIn) {
    ConfigText config;
    const auto result = config.load("spool_directory = /var/$who\nlocalhost_number = 7\n");
    ASSERT_TRUE(result.configuration);
    const MainOptions& main = result.configuration->main;
    EXPECT_EQ(main.primary_hostname.value, "host.example");
    EXPECT_EQ(main.qualify_domain.value, "host.example");
    EXPECT_EQ(main.qualify_recipient.value, "host.example");
    EXPECT_EQ(main.spool_directory.value, "/var/mail");
    EXPECT_EQ(main.process_log_path.value, "/var/mail/exim-process.info");
    EXPECT_EQ(main.localhost(), 7);
    EXPECT_EQ(MainOptions{}.localhost(), std::nullopt);
    EXPECT_EQ(main.log_file_path.value, "/var/log/postern/%slog");
}

TEST(MainDefaultsTest, NoHostName) {
    ConfigText config;
    config.os.set_node_name("");
    EXPECT_EQ(config.error(""), "uname() failed to yield host name");
    EXPECT_EQ(config.error("primary_hostname = x"), "");
}

// D-run-time-user
TEST(MainDefaultsTest, RunTimeAccount) {
    struct Case {
        std::string name, text;
        std::vector<std::string> accounts;
        bool root;
        uid_t want_uid;
        gid_t want_gid;
    };
    for (const Case& c : {
             Case{"root without an account", "", {}, true, 0, 0},
             Case{"root with an account", "", {"postern"}, true, 150, 151},
             Case{"root on a machine with exim4", "", {"Debian-exim"}, true, 150, 151},
             Case{"root with both", "", {"Debian-exim", "postern"}, true, 160, 161},
             Case{"an ordinary user is himself", "", {"postern"}, false, 1000, 100},
             Case{"named", "exim_user = mail", {"postern"}, true, 8, 8},
             Case{"number and default group", "exim_user = 77", {"postern"}, true, 77, 151},
             Case{"number and group", "exim_user = 77\nexim_group = 78", {"postern"}, true, 77, 78},
         }) {
        SCOPED_TRACE(c.name);
        ConfigText config;
        uid_t uid = 150;
        for (const std::string& account : c.accounts) {
            config.os.add_user(account, uid, uid + 1);
            uid += 10;
        }
        if (!c.root) config.os.run_as(1000, 100);
        const auto result = config.load(c.text);
        ASSERT_TRUE(result.configuration);
        EXPECT_EQ(result.configuration->main.exim_user.uid, c.want_uid);
        EXPECT_EQ(result.configuration->main.exim_group.gid, c.want_gid);
    }
}

}  // namespace
}  // namespace postern
