// SPDX-License-Identifier: Apache-2.0
// `postern check` on kernels that lack what option confine needs; what this kernel can do is the fake runner's word.
#include "app/check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/fault_sweep.h"

namespace postern {
namespace {

constexpr const char* kConfiguration =
    "exim_user = mail\n"
    "exim_group = mail\n"
    "primary_hostname = mx.example\n"
    "keep_environment =\n"
    "begin transports\n"
    "box:\n"
    "  driver = appendfile\n"
    "  file = /mail/box\n"
    "command:\n"
    "  driver = pipe\n"
    "  command = /bin/cat\n"
    "  user = mail\n"
    "CONFINE";

struct Checked {
    int code = -1;
    std::string text;
};

Checked check(const ConfinementSupport& kernel, const std::string& confine, bool json = false) {
    World w;
    w.fake.add_group("mail", 8);
    w.fake.add_user("root", 0, 0, "/");
    w.fake.add_user("mail", 8, 8, "/");
    std::string text = kConfiguration;
    w.fake.put_file("/conf", text.replace(text.find("CONFINE"), 7, confine));
    w.fake.put_output(STDOUT_FILENO, "/out");
    w.processes.support = kernel;
    CommandLine line;
    line.configuration_files = {"/conf"};
    Checked checked;
    checked.code = check_configuration({w.os, w.clock, w.processes}, line, json);
    checked.text = w.fake.content("/out");
    return checked;
}

TEST(Check, SaysWhatTheKernelLacksForConfinedCommands) {
    const struct {
        const char* name;
        ConfinementSupport kernel;
        const char* confine;
        const char* want_missing;  // "": no warning
    } kCases[] = {
        {"all there", {1, true}, "  confine\n", ""},
        {"newer Landlock", {7, true}, "  confine\n", ""},
        {"no Landlock", {0, true}, "  confine\n", "Landlock"},
        {"no seccomp", {7, false}, "  confine\n", "seccomp filters"},
        {"neither", {0, false}, "  confine\n", "seccomp filters"},
        {"nothing is confined", {0, false}, "", ""},
        {"confine is switched off", {0, false}, "  no_confine\n", ""},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        const Checked checked = check(c.kernel, c.confine);
        EXPECT_EQ(checked.code, 0);  // other mail is delivered, and a later kernel may do
        const std::string missing = c.want_missing;
        EXPECT_EQ(checked.text, missing.empty() ? "/conf: no errors\n"
                                                : "/conf:9: warning: option confine of transport command: this kernel "
                                                  "has no " +
                                                      missing +
                                                      ", so its deliveries will be deferred\n"
                                                      "/conf: 0 errors, 1 warning\n");
    }
}

TEST(Check, NamesFilesOfTlsThatAreNotThere) {
    const struct {
        const char* name;
        const char* options;
        const char* want;  // what the only warning says; "": there is none
    } kCases[] = {
        {"there", "  tls_certificate = /conf\n  tls_crl = /conf\n", ""},
        {"certificate", "  tls_certificate = /none\n", "tls_certificate: /none: No such file or directory"},
        {"authorities", "  tls_verify_certificates = /none\n",
         "tls_verify_certificates: /none: No such file or directory"},
        {"revocations", "  tls_crl = /none\n", "tls_crl: /none: No such file or directory"},
        {"expanded", "  tls_crl = /none/$host\n", ""},
        {"system", "  tls_verify_certificates = system\n", ""},
    };
    for (const auto& c : kCases) {
        SCOPED_TRACE(c.name);
        const Checked checked =
            check({7, true}, "server:\n  driver = lmtp\n  hosts = mx.example\n  batch_max = 9\n  user = mail\n" +
                                 std::string(c.options));
        EXPECT_EQ(checked.code, 0);
        const std::string want = c.want;
        EXPECT_EQ(checked.text,
                  want.empty() ? "/conf: no errors\n"
                               : "/conf:13: warning: transport server: " + want + "\n/conf: 0 errors, 1 warning\n");
    }
}

TEST(Check, TheKernelsLackInJson) {
    const auto found = nlohmann::json::parse(check({0, true}, "  confine\n", true).text, nullptr, false);
    ASSERT_TRUE(found.is_object());
    EXPECT_TRUE(found.at("errors").empty());
    ASSERT_EQ(found.at("warnings").size(), 1u);
    const nlohmann::json& warning = found.at("warnings").front();
    EXPECT_EQ(warning.at("file"), "/conf");
    EXPECT_EQ(warning.at("line"), 9);
    EXPECT_EQ(warning.at("message"),
              "option confine of transport command: this kernel has no Landlock, so its deliveries will be deferred");
}

}  // namespace
}  // namespace postern
