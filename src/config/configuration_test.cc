// SPDX-License-Identifier: Apache-2.0
// load_configuration() as a whole: the file, the sections, the records of errors. Rows of spec configuration.md §13 and
// more, compared with exim4 4.96.
#include "config/configuration.h"

#include <gtest/gtest.h>

#include "support/config_text.h"

namespace postern {
namespace {

// Five harmless lines, so that the line under test is line 6, as in the specification's table.
const std::string kFiveLines =
    "exim_path = /usr/sbin/exim4\nspool_directory = /var/spool/t\nkeep_environment =\nprimary_hostname = host.test\n"
    "log_file_path = /var/log/t/%slog\n";

struct ErrorCase {
    const char* name;
    std::string text;  // from line 6
    int want_line;     // 0: no position
    std::string want_message;
};

class ConfigErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(ConfigErrors, HaveEximsTextAndPlace) {
    ConfigText config;
    const auto& c = GetParam();
    const LoadResult result = config.load(kFiveLines + c.text);
    ASSERT_EQ(result.errors.size(), 1U);
    const ConfigError& error = result.errors.front();
    EXPECT_EQ(error.message, c.want_message);
    EXPECT_EQ(error.where.line, c.want_line);
    EXPECT_EQ(error.text, c.want_line == 0 ? "Exim configuration error:\n  " + c.want_message
                                           : "Exim configuration error in line " + std::to_string(c.want_line) +
                                                 " of /etc/test.conf:\n  " + c.want_message);
    EXPECT_TRUE(error.config_class);
    EXPECT_FALSE(result.configuration);
    EXPECT_EQ(result.log_file_path, "/var/log/t/%slog");
}

std::string numbered_lists(int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += "domainlist d" + std::to_string(i) + " = x\n";
    return out;
}

const ErrorCase kOptionLines[] = {
    {"unknown", "nosuchopt = 1", 6, "main option \"nosuchopt\" unknown"},
    {"unknown_continued", "nosuchopt = a \\\n  b \\\n  c", 8, "main option \"nosuchopt\" unknown"},
    {"unknown_negated", "no_nosuchopt", 6, "main option \"no_nosuchopt\" unknown"},
    {"data_missing", "qualify_domain", 6, "unexpected end of line (data missing) after qualify_domain"},
    {"equals_missing", "qualify_domain foo", 6, "missing \"=\" after qualify_domain"},
    {"colon", "qualify_domain: foo", 6, "missing \"=\" after qualify_domain"},
    {"negated_string", "no_qualify_domain = x", 6, "negation prefix applied to a non-boolean option"},
    {"second_time", "qualify_domain = a\nqualify_domain = b", 7, "\"qualify_domain\" option set for the second time"},
    {"second_time_negated", "split_spool_directory\nno_split_spool_directory", 7,
     "\"no_split_spool_directory\" option set for the second time"},
    {"second_time_negated_string", "qualify_domain = a\nno_qualify_domain", 7,
     "\"no_qualify_domain\" option set for the second time"},
    {"second_time_inert", "tls_dhparam = a\ntls_dhparam = b", 7, "\"tls_dhparam\" option set for the second time"},
    {"negated_with_value", "no_split_spool_directory = yes", 6,
     "extra characters follow boolean option no_split_spool_directory"},
    {"boolean_without_equals", "split_spool_directory yes", 6,
     "extra characters follow boolean option split_spool_directory"},
    {"not_a_name", "= foo", 6, "option setting expected: = foo"},
    {"not_a_name_digit", "1abc = foo", 6, "option setting expected: 1abc = foo"},
    {"hide_twice", "hide hide qualify_domain = x", 6, "main option \"hide\" unknown"},
    {"hide_alone", "hide", 6, "main option \"\" unknown"},
    {"begin_with_tab", "begin\trouters", 6, "main option \"begin\" unknown"},
    {"list_bare", "domainlist", 6, "unrecognized configuration line"},
    {"list_no_equals", "domainlist a", 6, "missing '=' after \"a\""},
    {"list_two_words", "domainlist a b = c", 6, "missing '=' after \"a\""},
    {"list_keyword_runs_on", "domainlistx a = b", 6, "unrecognized configuration line"},
    {"list_cache_runs_on", "domainlist_cachex a = b", 6, "unrecognized configuration line"},
    {"list_hide_two_blanks", "hide  domainlist c = d", 6, "main option \"domainlist\" unknown"},
    {"list_twice", "domainlist a = b\ndomainlist a = c", 7, "duplicate name \"a\" for a named domain list"},
    {"list_twice_host", "hostlist a = b\nhostlist a = c", 7, "duplicate name \"a\" for a named host list"},
    {"list_twice_address", "addresslist a = b\naddresslist a = c", 7, "duplicate name \"a\" for a named address list"},
    {"list_twice_local", "localpartlist a = b\nlocalpartlist a = c", 7,
     "duplicate name \"a\" for a named local part list"},
    {"list_bad_name", "domainlist a-b = c", 6, "missing '=' after \"a\""},
    {"list_quote", "domainlist a = \"b", 6, "missing quote at end of string value for a"},
    {"lists_too_many", numbered_lists(33), 38, "too many named domain lists (max is 32)\n"},
    {"ifdef_open", ".ifdef FOO\nx", 7, "Unexpected end of configuration file: .endif missing"},
    {"macro_twice", "AAA = x\nAAA = y", 0, "macro \"AAA\" is already defined (use \"==\" if you want to redefine it)"},
    {"macro_redefined_early", "AAA == y", 0, "can't redefine an undefined macro \"AAA\""},
    {"macro_substring", "AAA = x\nAAAB = y", 0,
     "\"AAAB\" cannot be defined as a macro because previously defined macro \"AAA\" is a substring"},
    {"macro_malformed", "AAA x", 6, "malformed macro definition"},
    {"macro_name_too_long", std::string(64, 'A') + " = x", 6, "macro name too long (maximum is 63 characters)"},
    // D-config-refused
    {"dangerous_acl", "acl_not_smtp = check", 6,
     "main option \"acl_not_smtp\" is not supported by Postern: locally submitted messages would be accepted without "
     "running its ACL"},
    {"dangerous_filter", "system_filter = /etc/filter", 6,
     "main option \"system_filter\" is not supported by Postern: messages would be delivered without running the "
     "filter"},
    {"dangerous_boolean", "mua_wrapper", 6,
     "main option \"mua_wrapper\" is not supported by Postern: messages that cannot be delivered at once would be "
     "queued instead of refused"},
};
INSTANTIATE_TEST_SUITE_P(OptionLines, ConfigErrors, testing::ValuesIn(kOptionLines),
                         [](const auto& c) { return std::string(c.param.name); });

const ErrorCase kSections[] = {
    {"unknown", "begin foo", 6, "\"foo\" is not a known configuration section name"},
    {"two_words", "begin routers x", 6, "\"routers x\" is not a known configuration section name"},
    {"plural_of_y", "begin retries", 6, "\"retries\" is not a known configuration section name"},
    {"as_option", "BEGIN = x", 6, "\"= x\" is not a known configuration section name"},
    {"long_name", "begin abcdefghijklmnopqrstuvwxyz", 6,
     "\"abcdefghijklmnopqrstuv\" is not a known configuration section name"},
    {"repeated", "begin routers\nbegin router", 7, "\"router\" section is repeated in the configuration file"},
    {"repeated_upper_case", "begin routers\nBEGIN ROUTERS", 7,
     "\"ROUTERS\" section is repeated in the configuration file"},
    {"local_scan", "begin local_scan\nfoo = bar", 6,
     "local_scan() options not supported: (LOCAL_SCAN_HAS_OPTIONS not defined in Local/Makefile)"},
    {"rewrite_missing", "begin rewrite\n*@a b\n*@old.ex", 8, "missing rewrite replacement string"},
    {"rewrite_flag", "begin rewrite\n*@old.ex $1@new.ex Z", 7,
     "unknown rewrite flag character 'Z' (could be missing quotes round replacement item)"},
    {"rewrite_no_macros", "begin rewrite\nAA=b", 7, "missing rewrite replacement string"},
    {"acl_verb", "begin acl\nfoo:\n  xdeny a = b", 8, "error in ACL: unknown ACL verb \"xdeny\" in \"xdeny a = b\""},
    {"acl_verb_after_name", "begin acl\nfoo: bar", 7, "error in ACL: unknown ACL verb \"bar\" in \"bar\""},
    {"acl_condition_first", "begin acl\na:\n condition = b", 8,
     "error in ACL: unknown ACL verb \"condition\" in \"condition = b\""},
    {"acl_twice", "begin acl\na:\n  accept\na:\n  accept", 9, "there are two ACLs called \"a\""},
    {"acl_no_name", "begin acl\ndeny", 7, "missing or malformed ACL name"},
    {"acl_ended_by_macro", "begin acl\na:\n accept\nB=c\n deny", 10, "missing or malformed ACL name"},
};
INSTANTIATE_TEST_SUITE_P(Sections, ConfigErrors, testing::ValuesIn(kSections),
                         [](const auto& c) { return std::string(c.param.name); });

const std::string kRouters = "begin routers\n", kTransports = "begin transports\n",
                  kTake = "r1:\n driver = take\n transport = t\n";

const ErrorCase kDrivers[] = {
    {"name_missing", kRouters + "driver = take", 7, "router name missing"},
    {"name_missing_transport", kTransports + "driver = box", 7, "transport name missing"},
    {"name_with_digit_first", kRouters + "1r:\n driver = take", 7, "router name missing"},
    {"private_before_driver", kTransports + "t1:\n file = x\n driver = box", 8,
     "option \"file\" unknown (\"driver\" must be specified before any private options)"},
    {"unknown_option", kTransports + "t1:\n driver = box\n nosuch = 1", 9, "option \"nosuch\" unknown"},
    {"private_of_another", kRouters + "r1:\n driver = take\n data = x", 9, "option \"data\" unknown"},
    {"unknown_driver", kRouters + "r1:\n driver = nosuch", 8, "router r1: cannot find router driver \"nosuch\""},
    {"unknown_driver_transport", kTransports + "t1:\n driver = nosuch", 8,
     "transport t1: cannot find transport driver \"nosuch\""},
    {"empty_driver", kRouters + "r1:\n driver =", 8, "router r1: cannot find router driver \"\""},
    {"no_driver", kRouters + "r1:\n verify_only", 0, "no driver defined for router \"r1\""},
    {"no_driver_then_next", kTransports + "t1:\nt2:\n driver = box", 0, "no driver defined for transport \"t1\""},
    {"driver_twice", kRouters + "r1:\n driver = take\n driver = take", 9, "\"driver\" option set for the second time"},
    {"twice", kRouters + kTake + kTake, 0, "there are two routers called \"r1\""},
    {"twice_transport", kTransports + "a:\n driver = box\na:\n driver = box", 0,
     "there are two transports called \"a\""},
    {"extra_after_name", kRouters + "r1: foo\n driver = take", 7, "extra characters follow driver name r1"},
    {"comment_after_name", kRouters + "r1: # foo\n driver = take", 7,
     "extra characters follow driver name r1 (# is comment only at line start)"},
    {"name_too_long", kRouters + std::string(64, 'r') + ":\n driver = take", 7,
     "exim item name too long (>64), unable to use \"" + std::string(63, 'r') + "\" (truncated)"},
    {"macro_ends_instance", kRouters + kTake + "AAA = x\n transport = t1", 11, "router name missing"},
    {"option_twice", kRouters + kTake + " more\n no_more", 11, "\"no_more\" option set for the second time"},
    {"transport_required", kRouters + "r1:\n driver = take", 0,
     "r1 router:\n  a transport is required for this router"},
    {"transport_forbidden", kRouters + "r1:\n driver = share\n data = x\n transport = t", 0,
     "r1 router:\n  a transport must not be defined for this router"},
    {"required_before_self", kRouters + "r1:\n driver = take\n self = foo", 0,
     "r1 router:\n  a transport is required for this router"},
    {"redirect_router", kRouters + kTake + " redirect_router = y\n pass_router = x", 0,
     "new_router \"y\" not found for \"r1\" router"},
    {"pass_router", kRouters + kTake + " pass_router = x", 0, "new_router \"x\" not found for \"r1\" router"},
    {"pass_router_earlier", kRouters + "r0:\n driver = take\n verify_only\n" + kTake + " pass_router = r0", 0,
     "new_router \"r0\" does not follow \"r1\" router"},
    {"user_unknown", kRouters + kTake + " user = nosuchuser", 10, "user nosuchuser was not found"},
    {"user_without_group", kTransports + "t1:\n driver = box\n user = 1000\n", 0,
     "user set without group for the t1 transport"},
    {"body_and_headers", kTransports + "t1:\n driver = box\n body_only\n headers_only", 0,
     "t1 transport: body_only and headers_only are mutually exclusive"},
    {"remote_shadow", kTransports + "t1:\n driver = wire\n shadow_transport = x\n body_only\n headers_only", 0,
     "shadow transport not allowed on non-local transport t1"},
};
INSTANTIATE_TEST_SUITE_P(Drivers, ConfigErrors, testing::ValuesIn(kDrivers),
                         [](const auto& c) { return std::string(c.param.name); });

std::string retry(const std::string& rule) { return "begin retry\n" + rule; }
const std::string kDigits = " must be followed by xx, dx, or dd, where x is literal and d is any digit";

const ErrorCase kRetryRules[] = {
    {"no_error", retry("*"), 7, "missing error type in retry rule"},
    {"unknown_error", retry("* foo F,1h,1m"), 7, "unknown or malformed retry error \"foo\""},
    {"quoted_error", retry("* \"*\" F,1h,1m"), 7, "unknown or malformed retry error \"\"*\"\""},
    {"senders_without_error", retry("* senders = b F,1d,1d"), 7, "unknown or malformed retry error \"senders\""},
    {"unknown_letter", retry("* * X,1h,1m"), 7, "unknown retry rule letter"},
    {"letter_alone", retry("* * Q"), 7, "comma expected"},
    {"missing_argument", retry("* * F,1h"), 7, "comma expected"},
    {"missing_factor", retry("* * G,1h,1m"), 7, "comma expected"},
    {"junk_in_argument", retry("* * F,1h x,1m"), 7, "comma expected"},
    {"blank_before_comma", retry("* * F , 1d , 2d"), 7, "comma expected"},
    {"only_semicolon", retry("* * ;"), 7, "comma expected"},
    {"two_semicolons", retry("* * F,1h,1m;;"), 7, "comma expected"},
    {"junk_after_rule", retry("* * F,1h,1m x"), 7, "semicolon expected"},
    {"third_argument", retry("* * F,1h,1m,3"), 7, "semicolon expected"},
    {"comma_or_semicolon", retry("* * F,-1h,1m"), 7, "comma or semicolon expected"},
    {"zero", retry("* * F,0s,1m"), 7, "bad parameters for retry rule"},
    {"word", retry("* * F,abc,1m"), 7, "bad parameters for retry rule"},
    {"empty", retry("* * F,,1m"), 7, "bad parameters for retry rule"},
    {"small_factor", retry("* * G,1h,1m,0.5"), 7, "bad parameters for retry rule"},
    {"bad_factor", retry("* * G,1h,1m,1.5x"), 7, "bad parameters for retry rule"},
    {"refused", retry("* refused_X F,1h,1m"), 7, "A or MX expected after \"refused\""},
    {"timeout", retry("* timeout_connect_X F,1h,1m"), 7, "\"A\", \"MX\", or \"connect\" expected after \"timeout\""},
    {"quota", retry("* quota_x F,1h,1m"), 7, "bad time value"},
    {"digits", retry("* rcpt_45 F,1h,1m"), 7, "rcpt_4" + kDigits},
    {"digits_x_first", retry("* data_4x4 F,1h,1m"), 7, "data_4" + kDigits},
    {"not_4", retry("* rcpt_5xx F,1h,1m"), 7, "unknown or malformed retry error \"rcpt_5xx\""},
    {"senders", retry("* * senders x F,1h,1m"), 7, "\"=\" expected after \"senders\" in retry rule"},
    {"second_rule", retry("* * F,1h,1m; Q,1h,1m"), 7, "unknown retry rule letter"},
};
INSTANTIATE_TEST_SUITE_P(RetryRules, ConfigErrors, testing::ValuesIn(kRetryRules),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(RetrySectionTest, KeepsGoodRules) {
    ConfigText config;
    const auto result = config.load(
        "begin retry\n"
        "*  *  F,2h,15m; G, 16h,1h,1.5;h,4d , 6h, 1000\n"
        "\"a b\"  RCPT_44x  senders = \"x : y\"  F,1h,1m\n"
        "* quota_7d\n* timeout_MX\n* refused_a\n* timeout_dns F,1h,1m;\n* auth_failed\n* mail_4xx F,1h,1m\n* "
        "rcpt_445\n");
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    const auto& rules = result.configuration->retry;
    ASSERT_EQ(rules.size(), 9U);
    EXPECT_EQ(rules[0].rules, "F,2h,15m; G, 16h,1h,1.5;h,4d , 6h, 1000");
    EXPECT_EQ(rules[1].pattern, "a b");
    EXPECT_EQ(rules[1].error, "RCPT_44x");
    EXPECT_EQ(rules[1].senders, "x : y");
    EXPECT_EQ(rules[1].where.line, 3);
    EXPECT_EQ(rules[2].rules, "");
}

// --- frames other than the two above ---

TEST(ConfigurationTest, DriverChecksNameTheInstance) {
    ConfigText config;
    EXPECT_EQ(config.error("begin transports\nt1:\n driver = box\n file = /a\n directory = /b\n"),
              "Exim configuration error for t1 transport:\n  only one of \"file\" or \"directory\" can be specified");
    EXPECT_EQ(config.error("begin routers\nr1:\n driver = share\n self = foo\n"),
              "Exim configuration error for r1 router:\n  one of \"file\" or \"data\" must be specified");
    EXPECT_EQ(config.error("begin routers\nr1:\n driver = take\n transport = t\n self = foo\n pass_router = x\n"),
              "Exim configuration error for r1 router:\n  foo is not valid for the self option");
}

TEST(ConfigurationTest, SelfHasItsWords) {
    for (const std::string good : {"freeze", "defer", "fail", "send", "pass", "reroute:x", "reroute: rewrite: x"}) {
        ConfigText config;
        EXPECT_EQ(config.error("begin routers\nr1:\n driver = take\n transport =\n self = " + good), "") << good;
    }
    for (const std::string bad : {"", "FAIL", "reroute"}) {
        ConfigText config;
        EXPECT_EQ(config.message("begin routers\nr1:\n driver = take\n transport = t\n self = " + bad),
                  bad + " is not valid for the self option");
    }
}

TEST(ConfigurationTest, MacroErrorsAreMarked) {
    ConfigText config;
    EXPECT_TRUE(config.load("AAA == y").errors.front().macro);
    EXPECT_FALSE(config.load("foo = y").errors.front().macro);
}

TEST(ConfigurationTest, IncludedFilesAreNamedInErrors) {
    ConfigText config;
    config.os.put_file("/etc/part.conf", "# comment\nlocal_from_prefix = a\nnosuch = 1\n");
    EXPECT_EQ(config.error("\n.include part.conf\n"),
              "Exim configuration error in line 3 of /etc/part.conf:\n  main option \"nosuch\" unknown");
    config.os.put_file("/etc/part.conf", "local_from_prefix = a");
    EXPECT_EQ(config.error("\n.include /etc/part.conf\nnosuch\n"),
              "Exim configuration error in line 3 of /etc/test.conf:\n  main option \"nosuch\" unknown");
}

TEST(ConfigurationTest, ByteOrderMark) {
    ConfigText config;
    EXPECT_EQ(config.message("\xef\xbb\xbfqualify_domain = a\n"), "found unexpected BOM (Byte Order Mark)");
}

// --- the file itself ---

TEST(ConfigurationFileTest, FirstThatExists) {
    ConfigText config;
    config.request.files = {"/etc/none.conf", "/etc/other.conf", "/etc/test.conf"};
    config.os.put_file("/etc/other.conf", "qualify_domain = other\n");
    const auto result = config.load("qualify_domain = test\n");
    ASSERT_TRUE(result.configuration);
    EXPECT_EQ(result.configuration->main.qualify_domain.value, "other");
    EXPECT_EQ(result.configuration->file, "/etc/other.conf");
    EXPECT_EQ(result.configuration->directory, "/etc");
}

TEST(ConfigurationFileTest, RelativeNamesAreMadeAbsolute) {
    ConfigText config;
    config.request.files = {"other.conf"};
    config.os.put_file("/tmp/other.conf", "");
    ASSERT_TRUE(config.os.chdir("/tmp").has_value());
    const auto result = load_configuration(config.os, config.request);
    ASSERT_TRUE(result.configuration);
    EXPECT_EQ(result.configuration->file, "/tmp/other.conf");
    EXPECT_EQ(result.configuration->directory, "/tmp");
}

TEST(ConfigurationFileTest, Failures) {
    struct Case {
        std::string name, want_text;
        std::vector<std::string> files;
        mode_t mode = 0644;
        uid_t uid = 0;
        gid_t gid = 0;
        bool as_root = true;
    };
    for (const Case& c : {
             Case{"missing", "non-existent configuration file(s): /a:/b", {"/a", "/b"}},
             Case{"not a directory",
                  "failed to open configuration file /etc/x.conf/y: Not a directory",
                  {"/etc/x.conf/y"}},
             // D-config-directory: Exim reads a directory as an empty file.
             Case{"directory", "failed to open configuration file /etc: Is a directory", {"/etc"}},
             Case{"unreadable",
                  "failed to open configuration file /etc/x.conf: Permission denied (euid=1000 egid=100)",
                  {"/etc/x.conf"},
                  0600,
                  0,
                  0,
                  false},
             Case{"world-writable",
                  "Exim configuration file /etc/x.conf has the wrong owner, group, or mode",
                  {"/etc/x.conf"},
                  0646},
             Case{"foreign owner",
                  "Exim configuration file /etc/x.conf has the wrong owner, group, or mode",
                  {"/etc/x.conf"},
                  0644,
                  1000},
             Case{"foreign group may write",
                  "Exim configuration file /etc/x.conf has the wrong owner, group, or mode",
                  {"/etc/x.conf"},
                  0664,
                  0,
                  100},
             Case{"foreign group may read", "", {"/etc/x.conf"}, 0644, 0, 100},
             Case{"own file of an ordinary user", "", {"/etc/x.conf"}, 0666, 1000, 100, false},
         }) {
        SCOPED_TRACE(c.name);
        ConfigText config;
        config.os.put_file("/etc/x.conf", "", c.mode, c.uid, c.gid);
        config.request.files = c.files;
        if (!c.as_root) config.os.run_as(1000, 100);
        const auto result = load_configuration(config.os, config.request);
        EXPECT_EQ(result.errors.empty() ? "" : result.errors.front().text, c.want_text);
        if (!result.errors.empty()) {
            EXPECT_FALSE(result.errors.front().config_class);
        }
        EXPECT_EQ(config.os.open_descriptors(), 0U);
    }
}

// --- what a good file gives ---

TEST(ConfigurationTest, ReadsEverything) {
    ConfigText config;
    config.request.macros = {{"WHO", "joe"}};
    const auto result = config.load(
        "WHO = ignored\nhide domainlist local = a : b\nhostlist_cache relay = $x\nlocalpartlist none =\n"
        "qualify_domain = WHO.example\nhide never_users = root\n"
        "begin acl\na: accept\nb:\n deny  !hosts = x\n       condition = y\n       endpass\n"
        "begin authenticators\nplain:\n driver = plaintext\n"
        "begin routers\nAA = t1\nR1:\n driver = take\n transport = AA\n hide errors_to = x\nr2:\n driver = share\n "
        "data = y\n owners = joe : 8\n"
        "begin transports\nt1:\n driver = box\n user = joe\n lock\n"
        "begin rewrite\n*@old $1@new T\nbegin retry\n* * F,1h,1m\n");
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    const Configuration& c = *result.configuration;
    EXPECT_EQ(c.main.qualify_domain.value, "joe.example");
    EXPECT_EQ(c.main.qualify_recipient.value, "joe.example");
    EXPECT_EQ(c.main.never_users.uids, std::vector<uid_t>{0});
    EXPECT_EQ(c.hidden, std::vector<std::string>{"never_users"});

    ASSERT_NE(c.list(ListKind::domain, "local"), nullptr);
    EXPECT_TRUE(c.list(ListKind::domain, "local")->hidden);
    EXPECT_EQ(c.list(ListKind::domain, "local")->source, "a : b");
    EXPECT_TRUE(c.list(ListKind::host, "relay")->cacheable) << "_cache was given";
    EXPECT_EQ(c.list(ListKind::address, "local"), nullptr);
    EXPECT_EQ(c.list(ListKind::local_part, "none")->source, "");

    ASSERT_EQ(c.routers.size(), 2U);
    EXPECT_EQ(c.routers[0].name, "R1") << "a name may begin with an upper-case letter";
    EXPECT_EQ(c.routers[0].options.transport.source, "t1");
    EXPECT_TRUE(c.routers[0].options.log_as_local.value) << "default of that driver";
    EXPECT_EQ(c.routers[0].hidden, std::vector<std::string>{"errors_to"});
    EXPECT_FALSE(c.router("r2")->options.log_as_local.value);
    const auto& share = *static_cast<const ShareOptions*>(c.router("r2")->private_options.get());
    EXPECT_EQ(share.owners.uids, (std::vector<uid_t>{1000, 8}));

    ASSERT_NE(c.transport("t1"), nullptr);
    EXPECT_EQ(c.transport("t2"), nullptr);
    EXPECT_EQ(c.transport("t1")->options.user.uid, uid_t{1000});
    EXPECT_EQ(c.transport("t1")->options.group.gid, gid_t{100});
    EXPECT_TRUE(c.transport("t1")->options.group.from_user);
    EXPECT_TRUE(c.transport("t1")->options.retry_use_local_part.value);
    EXPECT_TRUE(static_cast<const BoxOptions*>(c.transport("t1")->private_options.get())->lock.set);
    EXPECT_EQ(c.transport("t1")->where.line, 27);

    EXPECT_EQ(c.acls, (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(c.rewrite.size(), 1U);
    EXPECT_EQ(c.rewrite[0].flags, unsigned{kRewriteEnvTo});
    ASSERT_EQ(c.retry.size(), 1U);
    ASSERT_EQ(c.macros.size(), 2U);
    EXPECT_EQ(c.macros[0].value, "joe");
    EXPECT_EQ(c.warnings, (std::vector<std::string>{"the acl section is recognised but has no effect yet",
                                                    "the authenticators section is recognised but has no effect yet"}));
}

// A named user's group counts as long as no other gid is known; text to expand is none.
TEST(ConfigurationTest, NamedUserBeatsGroupText) {
    ConfigText config;
    const auto group_of = [&config](const std::string& lines) {
        const LoadResult result = config.load("begin transports\nt1:\n driver = wire\n" + lines);
        return result.configuration ? result.configuration->transport("t1")->options.group : GroupOption{};
    };
    const GroupOption from_user = group_of("group = ${x}\nuser = mail\n");
    EXPECT_EQ(from_user.gid, gid_t{8});
    EXPECT_TRUE(from_user.from_user);
    EXPECT_FALSE(from_user.expandable);
    const GroupOption text = group_of("user = mail\ngroup = ${x}\n");
    EXPECT_FALSE(text.gid);
    EXPECT_TRUE(text.expandable);
    EXPECT_EQ(group_of("group = users\nuser = mail\n").gid, gid_t{100});
}

TEST(ConfigurationTest, RetryKeyDefaultOfRouters) {
    struct Case {
        std::string options;
        bool want;
    };
    for (const Case& c :
         {Case{"", false}, Case{"local_parts =", true}, Case{"check_local_user", true}, Case{"condition = x", true},
          Case{"senders = x", true}, Case{"require_files = x", true}, Case{"local_part_suffix = -*", true},
          Case{"domains = x", false}, Case{"condition = x\n no_retry_use_local_part", false}}) {
        ConfigText config;
        const auto result = config.load("begin routers\nr:\n driver = take\n verify_only\n " + c.options);
        ASSERT_TRUE(result.configuration);
        EXPECT_EQ(result.configuration->routers[0].options.retry_use_local_part.value, c.want) << c.options;
    }
}

TEST(ConfigurationTest, VerifySetsBoth) {
    ConfigText config;
    const auto result =
        config.load("begin routers\nr:\n driver = take\n verify_only\n verify=no\n verify_sender\n fail_verify\n");
    ASSERT_TRUE(result.configuration);
    const auto& options = result.configuration->routers[0].options;
    EXPECT_FALSE(options.verify_recipient);
    EXPECT_TRUE(options.verify_sender);
    EXPECT_TRUE(options.fail_verify_sender && options.fail_verify_recipient);
}

TEST(ConfigurationTest, OptionsWithoutEffectAreReported) {
    ConfigText config;
    const auto result =
        config.load("acl_smtp_rcpt = check\nacl_not_smtp = accept\nno_mua_wrapper\nsystem_filter =\ntls_dhparam =\n");
    ASSERT_TRUE(result.configuration) << result.errors.front().text;
    EXPECT_EQ(result.configuration->warnings,
              (std::vector<std::string>{"main option \"acl_smtp_rcpt\" is recognised but has no effect yet"}))
        << "settings that ask for nothing, or for what happens anyhow, are quiet";
}

TEST(ConfigurationTest, MembersThatNobodyReadsYetAreReported) {
    ConfigText config;
    const auto result =
        config.load("freeze_tell = postmaster\nqualify_domain = x\nlog_file_path = syslog : /log/%slog\n");
    ASSERT_TRUE(result.configuration);
    EXPECT_EQ(result.configuration->warnings,
              (std::vector<std::string>{"main option \"freeze_tell\" is recognised but has no effect yet",
                                        "log_file_path: \"syslog\" has no effect yet, logs go to files"}));
    EXPECT_EQ(result.configuration->main.log_template(), "/log/%slog");
}

TEST(ConfigurationTest, LogTemplateIsNeverNothing) {
    for (const std::string path : {"", "syslog", ":"}) {
        MainOptions main;
        main.log_file_path.value = path;
        EXPECT_EQ(main.log_template(), "/var/log/postern/%slog") << path;
    }
}

TEST(ConfigurationTest, KeepGoingFindsAllErrorsWithHints) {
    ConfigText config;
    config.request.keep_going = true;
    const auto result = config.load(
        "qualify_domian = x\nsplit_spool_directory = maybe\nspool_directory =\n"
        "begin routers\nr1:\n driver = dnslookup\n bar = x\nr2:\n driver = tak\n"
        "begin nonsense\nfoo = bar\n"
        "begin transports\nt1:\n driver = box\n fiel = x\n auto_thaw = x\n"
        "begin retry\n* foo\n* bar\n");
    struct Want {
        std::string message, hint;
        int line;
    };
    const Want want[] = {
        {"main option \"qualify_domian\" unknown", "did you mean qualify_domain?", 1},
        {"\"maybe\" is not a valid value for the \"split_spool_directory\" option", "allowed: true, yes, false, no", 2},
        {"spool_directory undefined: cannot proceed", "", 0},
        {"router r1: cannot find router driver \"dnslookup\"",
         "Exim's router driver \"dnslookup\" is not in this version of Postern yet", 6},
        {"router r2: cannot find router driver \"tak\"", "did you mean take?", 9},
        {"\"nonsense\" is not a known configuration section name", "", 10},
        {"option \"fiel\" unknown", "did you mean file?", 15},
        {"option \"auto_thaw\" unknown", "", 16},
        {"unknown or malformed retry error \"foo\"", "", 18},
        {"unknown or malformed retry error \"bar\"", "", 19},
    };
    ASSERT_EQ(result.errors.size(), std::size(want));
    for (std::size_t i = 0; i < std::size(want); ++i) {
        EXPECT_EQ(result.errors[i].message, want[i].message);
        EXPECT_EQ(result.errors[i].hint, want[i].hint) << want[i].message;
        EXPECT_EQ(result.errors[i].where.line, want[i].line) << want[i].message;
    }
    EXPECT_FALSE(result.configuration);
}

}  // namespace
}  // namespace postern
