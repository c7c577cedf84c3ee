// SPDX-License-Identifier: Apache-2.0
// Option values through a whole load: what is stored, seen through -bP's form, and Exim's error texts.
// Rows were compared with exim4 4.96 (`exim4 -C … -bP NAME`).
#include <gtest/gtest.h>

#include "config/main_options.h"
#include "config/print.h"
#include "config/read_value.h"
#include "support/config_text.h"

namespace postern {
namespace {

struct PrintCase {
    const char* name;
    std::string text, word, want_line;
};

class PrintedValue : public testing::TestWithParam<PrintCase> {};

TEST_P(PrintedValue, IsAsEximPrintsIt) {
    ConfigText config;
    config.request.for_printing = true;
    const LoadResult result = config.load(GetParam().text);
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    const PrintResult printed = print_options(*result.configuration, {GetParam().word}, {});
    EXPECT_EQ(printed.text, GetParam().want_line + "\n");
}

const std::string kBackslashes = R"(\\\")";

const PrintCase kPrintCases[] = {
    {"string_verbatim", "qualify_recipient = a \\ b\\n", "qualify_recipient", "qualify_recipient = a \\ b\\n"},
    {"string_empty", "local_from_prefix =", "local_from_prefix", "local_from_prefix = "},
    {"string_quoted_escapes", R"(qualify_recipient = "q\tr\x41\101 z")", "qualify_recipient",
     R"(qualify_recipient = q\trAA z)"},
    {"string_quoted_control", R"(primary_hostname = "a\tb\x7f\240\n")", "primary_hostname",
     R"(primary_hostname = a\tb\177\240\n)"},
    {"string_quoted_other_escape", R"(qualify_recipient = "\$x\q")", "qualify_recipient", "qualify_recipient = $xq"},
    {"string_quoted_nul_truncates", R"(qualify_recipient = "ab\xgh")", "qualify_recipient", "qualify_recipient = ab"},
    {"string_quoted_quotes", "qualify_recipient = \"" + kBackslashes + "\"", "qualify_recipient",
     "qualify_recipient = \\\""},
    {"boolean_alone", "split_spool_directory", "split_spool_directory", "split_spool_directory"},
    {"boolean_no", "no_message_logs", "message_logs", "no_message_logs"},
    {"boolean_not", "not_message_logs", "message_logs", "no_message_logs"},
    {"boolean_value_any_case", "local_from_check = FALSE", "local_from_check", "no_local_from_check"},
    {"boolean_yes", "log_timezone=yes", "log_timezone", "log_timezone"},
    {"boolean_equals_nothing", "log_timezone =", "log_timezone", "log_timezone"},
    {"integer_octal", "message_body_visible = 010", "message_body_visible", "message_body_visible = 8"},
    {"integer_hex_suffix", "bounce_return_size_limit = 0x10K", "bounce_return_size_limit",
     "bounce_return_size_limit = 16K"},
    {"integer_not_scaled", "header_maxsize=10K", "header_maxsize", "header_maxsize = 10240"},
    {"integer_negative", "recipients_max=-3k", "recipients_max", "recipients_max = -3072"},
    {"integer_largest", "recipients_max=2147483647", "recipients_max", "recipients_max = 2147483647"},
    {"size_odd", "bounce_return_size_limit=1536", "bounce_return_size_limit", "bounce_return_size_limit = 1536"},
    {"size_mega", "message_body_visible=3M", "message_body_visible", "message_body_visible = 3M"},
    {"size_never_giga", "message_body_visible=1G", "message_body_visible", "message_body_visible = 1024M"},
    {"size_zero", "bounce_return_size_limit=0", "bounce_return_size_limit", "bounce_return_size_limit = 0"},
    {"kilobytes_bare", "check_spool_space = 1500", "check_spool_space", "check_spool_space = 1500K"},
    {"kilobytes_k", "check_spool_space = 10K", "check_spool_space", "check_spool_space = 10K"},
    {"kilobytes_giga", "check_spool_space=3G", "check_spool_space", "check_spool_space = 3G"},
    {"kilobytes_tera", "check_log_space=3072G", "check_log_space", "check_log_space = 3T"},
    {"kilobytes_zero", "check_spool_space=0", "check_spool_space", "check_spool_space = 0"},
    {"fixed", "queue_only_load = 2.345", "queue_only_load", "queue_only_load = 2.345"},
    {"fixed_whole", "queue_only_load=3", "queue_only_load", "queue_only_load = 3.0"},
    {"fixed_inner_zero", "queue_only_load=3.05", "queue_only_load", "queue_only_load = 3.05"},
    {"fixed_point_only", "queue_only_load=1.", "queue_only_load", "queue_only_load = 1.0"},
    {"fixed_more_decimals", "queue_only_load=1.23456", "queue_only_load", "queue_only_load = 1.234"},
    {"fixed_unset", "", "queue_only_load", "queue_only_load ="},
    {"time", "auto_thaw = 1w2d3h4m5s", "auto_thaw", "auto_thaw = 1w2d3h4m5s"},
    {"time_repeats", "auto_thaw = 30s30s1h", "auto_thaw", "auto_thaw = 1h1m"},
    {"time_zero", "auto_thaw = 0s", "auto_thaw", "auto_thaw = 0s"},
    {"times", "delay_warning = 1h : 2h30m:1d", "delay_warning", "delay_warning = 1h:2h30m:1d"},
    {"times_off", "delay_warning = 0s:3h", "delay_warning", "delay_warning = "},
    {"times_empty", "delay_warning =", "delay_warning", "delay_warning = "},
    {"users", "trusted_users = root : mail : 1234", "trusted_users", "trusted_users = root:mail:1234"},
    {"users_named", "trusted_users = 0:8", "trusted_users", "trusted_users = root:mail"},
    // D-config-accounts
    {"users_other_separator", "trusted_users = <; root ; mail", "trusted_users", "trusted_users = root:mail"},
    {"users_none", "never_users =", "never_users", "never_users ="},
    {"users_expanded", "trusted_users = $who", "trusted_users", "trusted_users = mail"},
    {"groups", "admin_groups = mail:users", "admin_groups", "admin_groups = mail:users"},
    {"user_number_named", "exim_user = 8", "exim_user", "exim_user = mail"},
    {"user_brings_group", "exim_user = joe", "exim_group", "exim_group = users"},
    {"group_overrides_user", "exim_user = joe\nexim_group = mail", "exim_group", "exim_group = mail"},
    {"group_before_user", "exim_group = mail\nexim_user = joe", "exim_group", "exim_group = mail"},
    {"inert_time_or_text", "smtp_receive_timeout = ${if}", "smtp_receive_timeout", "smtp_receive_timeout = ${if}"},
    {"inert_integer", "smtp_accept_max = 0x10", "smtp_accept_max", "smtp_accept_max = 16"},
    {"inert_boolean", "no_tcp_nodelay", "tcp_nodelay", "no_tcp_nodelay"},
    {"inert_fixed", "smtp_load_reserve = 3.5", "smtp_load_reserve", "smtp_load_reserve = 3.5"},
    {"synonym", "return_size_limit = 3K", "bounce_return_size_limit", "bounce_return_size_limit = 3K"},
    {"retry_interval_capped", "retry_interval_max = 3d", "retry_interval_max", "retry_interval_max = 1d"},
    {"parallel_at_least_one", "remote_max_parallel = 0", "remote_max_parallel", "remote_max_parallel = 1"},
};

INSTANTIATE_TEST_SUITE_P(Values, PrintedValue, testing::ValuesIn(kPrintCases),
                         [](const auto& c) { return std::string(c.param.name); });

struct ErrorCase {
    const char* name;
    std::string text, want_message;
};

class BadValue : public testing::TestWithParam<ErrorCase> {};

TEST_P(BadValue, IsRefusedInEximsWords) {
    ConfigText config;
    EXPECT_EQ(config.message(GetParam().text), GetParam().want_message);
}

const ErrorCase kErrorCases[] = {
    {"boolean_word", "split_spool_directory = maybe",
     "\"maybe\" is not a valid value for the \"split_spool_directory\" option"},
    {"boolean_number", "split_spool_directory = 1",
     "\"\" is not a valid value for the \"split_spool_directory\" option"},
    {"boolean_comment", "split_spool_directory = yes # comment",
     "extra characters follow \"yes\" for boolean option split_spool_directory (# is comment only at line start)"},
    {"boolean_more", "split_spool_directory = no x",
     "extra characters follow \"no\" for boolean option split_spool_directory"},
    {"integer_word", "recipients_max = abc", "integer expected for recipients_max"},
    {"integer_quoted", "recipients_max = \"2\"", "integer expected for recipients_max"},
    {"integer_extra", "recipients_max = 10x", "extra characters follow integer value for recipients_max"},
    {"integer_two_suffixes", "recipients_max = 10KK", "extra characters follow integer value for recipients_max"},
    {"integer_suffix_apart", "recipients_max = 2 K", "extra characters follow integer value for recipients_max"},
    {"integer_bad_octal", "recipients_max = 08", "extra characters follow integer value for recipients_max"},
    {"integer_overflow", "recipients_max = 99999999999",
     "absolute value of integer \"99999999999\" is too large (overflow)"},
    {"integer_overflow_64_bit", "recipients_max = 99999999999999999999 x",
     "absolute value of integer \"99999999999999999999 x\" is too large (overflow)"},
    {"integer_overflow_suffix", "recipients_max = 4G", "absolute value of integer \"4G\" is too large (overflow)"},
    {"kilobytes_overflow", "check_spool_space = 99999999999Z",
     "absolute value of integer \"99999999999Z\" is too large (overflow)"},
    {"fixed_word", "queue_only_load = x", "fixed-point number expected for queue_only_load"},
    {"fixed_leading_point", "queue_only_load = .5", "fixed-point number expected for queue_only_load"},
    {"fixed_extra", "queue_only_load = 1.5x", "extra characters follow fixed-point value for queue_only_load"},
    {"fixed_overflow", "queue_only_load = 99999999999999999999",
     "integer \"99999999999999999999\" is too large (overflow)"},
    {"fixed_negative", "queue_only_load = -1", "integer \"-1\" is too large (overflow)"},
    {"time_no_unit", "auto_thaw = 5", "invalid time value for auto_thaw"},
    {"time_last_unit", "auto_thaw = 1h30", "invalid time value for auto_thaw"},
    {"time_upper_case", "auto_thaw = 1H", "invalid time value for auto_thaw"},
    {"time_extra", "auto_thaw = 1h 2", "invalid time value for auto_thaw"},
    {"time_empty", "auto_thaw =", "invalid time value for auto_thaw"},
    {"times_order", "delay_warning = 4h:2h", "time value out of order for delay_warning"},
    {"times_zero_later", "delay_warning = 1h:0s:3h", "time value out of order for delay_warning"},
    {"times_many", "delay_warning = 1h:2h:3h:4h:5h:6h:7h:8h:9h:10h:11h", "too many time values for delay_warning"},
    {"times_bad", "delay_warning = 4h:x", "invalid time value for delay_warning"},
    {"string_quote", "qualify_domain = \"abc", "missing quote at end of string value for qualify_domain"},
    {"string_after_quote", "qualify_domain = \"abc\" def", "extra characters follow string value for qualify_domain"},
    {"string_comment", "qualify_domain = \"abc\" # def", "extra characters follow string value for qualify_domain"},
    {"kilobytes_comment", "check_spool_space = 10 # x",
     "extra characters follow integer value for check_spool_space (# is comment only at line start)"},
    {"user", "exim_user = nosuchuser", "user nosuchuser was not found"},
    {"user_hex", "exim_user = 0x5", "user 0x5 was not found"},
    {"users", "trusted_users = root:nosuchuser", "user nosuchuser was not found"},
    {"users_empty_item", "trusted_users = root : : mail", "user  was not found"},
    {"groups", "trusted_groups = nosuchgroup", "group nosuchgroup was not found"},
    {"users_expansion", "never_users = ${if", "failed to expand never_users: condition name expected, but found \"\""},
    {"inert_time", "smtp_receive_timeout = 10", "invalid time value for smtp_receive_timeout"},
    {"inert_user", "system_filter_user = nosuchuser", "user nosuchuser was not found"},
};

INSTANTIATE_TEST_SUITE_P(Values, BadValue, testing::ValuesIn(kErrorCases),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(ValueTest, OctalIsOctalWhateverItLooksLike) {
    struct Case {
        std::string text, want_error;
        unsigned want_mode;
    };
    for (const Case& c : {Case{"640", "", 0640}, Case{"0640", "", 0640}, Case{"0", "", 0},
                          Case{"8", "octal integer expected for mode", 0},
                          Case{"068", "extra characters follow octal integer value for mode", 0},
                          Case{"0x1", "extra characters follow octal integer value for mode", 0}}) {
        SCOPED_TRACE(c.text);
        ConfigText config;
        const auto result = config.load("begin transports\nt:\n driver = box\n mode = " + c.text);
        if (!c.want_error.empty()) {
            ASSERT_FALSE(result.configuration);
            EXPECT_EQ(result.errors.front().message, c.want_error);
            continue;
        }
        ASSERT_TRUE(result.configuration);
        EXPECT_EQ(static_cast<BoxOptions*>(result.configuration->transports[0].private_options.get())->mode.value,
                  c.want_mode);
    }
}

TEST(ValueTest, AccumulatingOptionsAreNormalised) {
    struct Case {
        std::string name, lines, want_add, want_remove;
    };
    for (const Case& c : {
             Case{"once", "headers_add = A: b\nheaders_remove = a : b", "A: b", "a:b"},
             Case{"twice", "headers_add = A: b\nheaders_add = C: d\nheaders_remove = a:b\nheaders_remove = c",
                  "A: b\nC: d", "a:b:c"},
             Case{"other separator", "headers_add = <; a: b; c: d;;e\nheaders_remove = <; c;d:e", "a: b\nc: d;e",
                  "c:d::e"},
             Case{"quoted newlines", R"(headers_add = "a: b\n c: d\n\ne: f\n")", "a: b\nc: d\n\ne: f", ""},
             Case{"doubled", "headers_remove = a  : b:: :c", "", "a:b:::c"},
             // D-config-empty-items
             Case{"empty items", "headers_remove = : a :\nheaders_remove = : d :", "", "a:d"},
         }) {
        SCOPED_TRACE(c.name);
        ConfigText config;
        const auto result = config.load("begin transports\nt:\n driver = box\n" + c.lines + "\n");
        ASSERT_TRUE(result.configuration) << result.errors.front().text;
        EXPECT_EQ(result.configuration->transports[0].options.headers_add.source, c.want_add);
        EXPECT_EQ(result.configuration->transports[0].options.headers_remove.source, c.want_remove);
    }
}

TEST(ValueTest, RouterConditionsAndVariablesAccumulate) {
    ConfigText config;
    const auto result = config.load(
        "begin routers\nr:\n driver = take\n verify_only\n condition = a\n condition = b\n condition = c\n"
        " set = r_a = b ; c\n set = r_c = d;;e\n");
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    const auto& options = result.configuration->routers[0].options;
    EXPECT_EQ(options.condition.source, "${if and{{bool_lax{${if and{{bool_lax{a}}{bool_lax{b}}}}}}{bool_lax{c}}}}");
    EXPECT_EQ(options.set.source, "r_a = b;c;r_c = d;;e");
}

TEST(ValueTest, ExpandedBooleansKeepTextWithDollar) {
    ConfigText config;
    const auto result = config.load("begin routers\nr:\n driver = take\n verify_only\n more = ${if x}\n no_unseen\n");
    ASSERT_TRUE(result.configuration);
    EXPECT_EQ(result.configuration->routers[0].options.more.source, "${if x}");
    EXPECT_EQ(result.configuration->routers[0].options.more.where.line, 5);
    EXPECT_FALSE(result.configuration->routers[0].options.unseen.value);
    EXPECT_EQ(config.message("begin routers\nr:\n driver = take\n more = \"yes\"\n"),
              "\"\" is not a valid value for the \"more\" option");
}

TEST(ValueTest, ExpandableKnowsItsPlace) {
    ConfigText config;
    const auto result = config.load("# comment\nfreeze_tell = \\\n  a \\\n  b\n");
    ASSERT_TRUE(result.configuration);
    EXPECT_EQ(result.configuration->main.freeze_tell.source, "a b");
    EXPECT_EQ(result.configuration->main.freeze_tell.where.file, "/etc/test.conf");
    EXPECT_EQ(result.configuration->main.freeze_tell.where.line, 4);
}

TEST(ValueTest, OverflowingFixedPointIsRefusedNotWrapped) {
    ConfigText config;
    EXPECT_EQ(config.message("queue_only_load = 2147484"), "integer \"2147484\" is too large (overflow)");
    EXPECT_EQ(config.message("queue_only_load = 2147483"), "");
}

// --- rewriting rules ---

TEST(RewriteRuleTest, Parses) {
    struct Case {
        std::string text, want_error, want_key, want_replacement;
        bool at_transport = false;
        unsigned want_flags = 0;
    };
    constexpr unsigned kAll = kRewriteHeaders | kRewriteEnvFrom | kRewriteEnvTo;
    for (const Case& c : {
             Case{"*@a $1@b", "", "*@a", "$1@b", false, kAll},
             Case{"*@a $1@b", "", "*@a", "$1@b", true, kRewriteHeaders},
             Case{"\"a b\"  \"\\x41 c\" fF q", "", "a b", "A c", false, kRewriteFrom | kRewriteEnvFrom | kRewriteQuit},
             Case{"a b Eh", "", "a", "b", false, kAll},
             Case{"a b stcbrwQR", "", "a", "b", true,
                  (kRewriteHeaders & ~unsigned{kRewriteFrom}) | kRewriteWhole | kRewriteQualify | kRewriteRepeat},
             Case{"^a b S", "", "^a", "b", false, kRewriteSmtp},
             Case{"\\N^a\\N b SE", "", "\\N^a\\N", "b", false, kRewriteSmtp | kRewriteEnvFrom | kRewriteEnvTo},
             Case{"a", "missing rewrite replacement string", "", "", false, 0},
             Case{"a b ftx", "unknown rewrite flag character 'x' (could be missing quotes round replacement item)", "",
                  "", false, 0},
             Case{"a b S", "rewrite rule has the S flag but is not a regular expression", "", "", false, 0},
             Case{"a b E", "rewrite rule specifies a non-header rewrite - not allowed at transport time -", "", "",
                  true, 0},
         }) {
        SCOPED_TRACE(c.text);
        RewriteRule rule;
        EXPECT_EQ(parse_rewrite_rule(c.text, c.at_transport, rule), c.want_error);
        if (!c.want_error.empty()) continue;
        EXPECT_EQ(rule.key, c.want_key);
        EXPECT_EQ(rule.replacement, c.want_replacement);
        EXPECT_EQ(rule.flags, c.want_flags);
    }
}

TEST(RewriteRuleTest, TransportOptionIsAList) {
    ConfigText config;
    const auto result =
        config.load("begin transports\nt:\n driver = box\n headers_rewrite = *@a $1@b : \"*@c\" $1@d fs\n");
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    const auto& rules = result.configuration->transports[0].options.headers_rewrite.rules;
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[1].key, "*@c");
    EXPECT_EQ(rules[1].flags, unsigned{kRewriteFrom | kRewriteSender});
    EXPECT_EQ(config.error("begin transports\nt:\n driver = box\n headers_rewrite = a\n"),
              "Exim configuration error in line 4 of /etc/test.conf:\n  missing rewrite replacement string");
}

}  // namespace
}  // namespace postern
