// SPDX-License-Identifier: Apache-2.0
#include "config/trust.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(SafeToObeyTest, OwnerGroupAndMode) {
    struct Case {
        std::string name;
        uid_t uid;
        gid_t gid;
        mode_t mode;
        bool want;
    };
    for (const Case& c : {
             Case{"root's", 0, 0, 0644, true},
             Case{"the owner's", 33, 0, 0600, true},
             Case{"a user's", 1000, 0, 0600, false},
             Case{"root's group writes", 0, 0, 0664, true},
             Case{"a group writes", 0, 100, 0664, false},
             Case{"a group reads", 0, 100, 0640, true},
             Case{"the world writes", 0, 0, 0602, false},
         })
        EXPECT_EQ(safe_to_obey(FileStat{.permissions = c.mode, .uid = c.uid, .gid = c.gid}, 33), c.want) << c.name;
}

TEST(JudgeTrustTest, Rules) {
    const std::vector<std::string> usual = {"/etc/a", "/etc/b"}, other = {"/tmp/x"}, listed = {"/etc/listed"};
    using Macros = std::vector<std::pair<std::string, std::string>>;
    constexpr uid_t kExim = 101, kUser = 1000;
    struct Case {
        std::string name;
        uid_t uid;
        std::vector<std::string> files;
        Macros macros;
        bool test_mode, want_configuration, want_macros, want_drop;
        std::string want_lost;
    };
    for (const Case& c : {
             Case{"plain call", kUser, {}, {}, false, true, true, false, ""},
             Case{"-C names the usual files", kUser, usual, {}, false, true, true, false, ""},
             Case{"a user's file", kUser, other, {}, false, false, true, true, ""},
             Case{"root's choice", 0, other, {{"ANY", "x y"}}, false, true, false, false, ""},
             Case{"the exim user's file", kExim, other, {}, false, false, true, true, "-C"},
             Case{"the exim user's listed file", kExim, listed, {}, false, true, true, false, ""},
             Case{"listed and not listed", kExim, {"/etc/listed", "/tmp/x"}, {}, false, false, true, true, "-C"},
             Case{"a user's listed file", kUser, listed, {}, false, false, true, true, ""},
             Case{"a white macro of the exim user",
                  kExim,
                  {},
                  {{"OUTGOING", "a_b/c.d-e"}},
                  false,
                  true,
                  true,
                  false,
                  ""},
             Case{"a white macro, bad value", kExim, {}, {{"OUTGOING", "a b"}}, false, true, false, true, "-D"},
             Case{"a black macro", kExim, {}, {{"OTHER", ""}}, false, true, false, true, "-D"},
             Case{"a user's white macro", kUser, {}, {{"OUTGOING", ""}}, false, true, false, true, ""},
             Case{"test mode", 0, {}, {}, true, true, true, true, ""},
         }) {
        SCOPED_TRACE(c.name);
        const TrustAnswer answer = judge_trust({.real_uid = c.uid,
                                                .exim_uid = kExim,
                                                .files = c.files,
                                                .default_files = usual,
                                                .trusted_files = listed,
                                                .macros = c.macros,
                                                .macro_whitelist = {"OUTGOING"},
                                                .test_mode = c.test_mode});
        EXPECT_EQ(answer.configuration, c.want_configuration);
        EXPECT_EQ(answer.macros, c.want_macros);
        EXPECT_EQ(answer.give_up_privilege, c.want_drop);
        EXPECT_EQ(answer.lost_by, c.want_lost);
    }
}

TEST(TrustedListTest, AbsoluteNamesOnly) {
    EXPECT_EQ(parse_trusted_list("# comment\n/etc/a \n/etc/b\nrelative\n\n/etc/c"),
              (std::vector<std::string>{"/etc/a", "/etc/b", "/etc/c"}));
    std::string many;
    for (int i = 0; i < 40; ++i) many += "/f\n";
    EXPECT_EQ(parse_trusted_list(many).size(), 32U);
}

}  // namespace
}  // namespace postern
