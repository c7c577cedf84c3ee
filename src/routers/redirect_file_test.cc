// SPDX-License-Identifier: Apache-2.0
#include "routers/redirect_file.h"

#include <gtest/gtest.h>

#include "support/fake_os.h"

namespace postern {
namespace {

using Kind = RedirectFile::Kind;

class RedirectFileTest : public testing::Test {
protected:
    RedirectFileTest() {
        os.put_directory("/d", 0755);
        os.put_file("/d/ok", "a@x\n");
        os.put_file("/d/writable", "a@x\n", 0666);
        os.put_file("/d/joes", "a@x\n", 0600, 1001, 1001);
        os.put_file("/d/big", std::string(kLargestRedirectFile + 1, ' '));
        os.put_file("/d/largest", std::string(kLargestRedirectFile, ' '));
        os.put_directory("/d/dir");
        os.put_directory("/d/locked", 0700);
        os.put_file("/d/locked/ok", "a@x\n");
        os.put_fifo("/d/fifo", false);
        os.put_symlink("/d/link", "ok");
        os.put_symlink("/d/dangling", "nowhere");
    }
    FakeClock clock;
    FakeOs os{clock};
};

TEST_F(RedirectFileTest, ReadsOrSaysWhyNot) {
    struct Case {
        const char* path;
        Kind want_kind;
        std::string want_text;
    };
    for (const Case& c : {
             Case{"/d/ok", Kind::text, "a@x\n"},
             Case{"/d/link", Kind::text, "a@x\n"},
             Case{"/d/largest", Kind::text, std::string(kLargestRedirectFile, ' ')},
             Case{"/d/nosuch", Kind::missing, ""},
             Case{"/d/dangling", Kind::missing, ""},
             Case{"/d/nosuch/x", Kind::error, "failed to stat /d/nosuch/. (No such file or directory)"},
             Case{"/d/ok/x", Kind::error, "failed to open /d/ok/x: Not a directory"},
             Case{"/d/dir", Kind::error, "/d/dir is not a regular file"},
             Case{"/d/fifo", Kind::error, "/d/fifo is not a regular file"},  // D-redirect-fifo
             Case{"/d/writable", Kind::error, "bad mode (0100666) for /d/writable: 022 bit(s) unexpected"},
             Case{"/d/big", Kind::error, "/d/big is too big (max 1048576)"},
         }) {
        const RedirectFile file = read_redirect_file(os, c.path, {});
        EXPECT_EQ(file.kind, c.want_kind) << c.path;
        EXPECT_EQ(file.text, c.want_text);
    }
    EXPECT_EQ(os.open_descriptors(), 0U);
}

TEST_F(RedirectFileTest, OwnerAndGroup) {
    FileChecks checks;
    checks.owner = true;
    EXPECT_EQ(read_redirect_file(os, "/d/joes", checks).text, "bad owner for /d/joes");
    checks.owners = {1, 1001};
    EXPECT_EQ(read_redirect_file(os, "/d/joes", checks).kind, Kind::text);
    checks.group = true;
    checks.groups = {0};
    EXPECT_EQ(read_redirect_file(os, "/d/joes", checks).text, "bad group for /d/joes");
    checks.groups.push_back(1001);
    EXPECT_EQ(read_redirect_file(os, "/d/joes", checks).kind, Kind::text);
}

TEST_F(RedirectFileTest, IgnoresWhatItIsToldTo) {
    FileChecks checks;
    checks.ignore_enotdir = true;
    EXPECT_EQ(read_redirect_file(os, "/d/nosuch/x", checks).kind, Kind::missing);
    EXPECT_EQ(read_redirect_file(os, "/d/ok/x", checks).kind, Kind::missing);
    os.run_as(1001, 1001);
    EXPECT_EQ(read_redirect_file(os, "/d/locked/ok", checks).text,
              "failed to open /d/locked/ok: Permission denied (euid=1001 egid=1001)");
    checks.ignore_eacces = true;
    EXPECT_EQ(read_redirect_file(os, "/d/locked/ok", checks).kind, Kind::missing);
}

TEST_F(RedirectFileTest, PlainlyMissing) {
    EXPECT_TRUE(is_plainly_missing(os, "/d/nosuch"));
    EXPECT_FALSE(is_plainly_missing(os, "/d/ok"));
    EXPECT_FALSE(is_plainly_missing(os, "/d/nosuch/x"));  // perhaps a file system is not mounted
}

TEST_F(RedirectFileTest, Included) {
    const auto text_of = [](const Included& included) { return included ? *included : included.error(); };
    EXPECT_EQ(text_of(read_included_file(os, "/d/ok", "")), "a@x\n");
    EXPECT_EQ(text_of(read_included_file(os, "/d/nosuch", "")),
              "failed to open included file /d/nosuch: No such file or directory");
    EXPECT_EQ(text_of(read_included_file(os, "/d/dir", "")),
              "error while reading included file /d/dir: Is a directory");
    EXPECT_EQ(text_of(read_included_file(os, "/d/fifo", "")), "included file /d/fifo is not a regular file");
    EXPECT_EQ(text_of(read_included_file(os, "/d/big", "")), "included file /d/big is too big (max 1048576)");
}

TEST_F(RedirectFileTest, IncludedBelowADirectory) {
    os.put_directory("/d/sub");
    os.put_file("/d/sub/list", "b@x\n");
    os.put_symlink("/d/sublink", "sub");
    os.put_file("/secret", "s@x\n");
    const std::string component = " (component of included file); could be symbolic link";
    struct Case {
        const char *name, *below;
        std::string want;
    };
    for (const Case& c : {
             Case{"/d/ok", "/d", "a@x\n"},
             Case{"/d/sub/list", "/d", "b@x\n"},
             Case{"/d//sub//list", "/d/", "b@x\n"},
             Case{"/d/link", "/d", "failed to open /d/link" + component},
             Case{"/d/sublink/list", "/d", "failed to open /d/sublink/list" + component},
             Case{"/d/../secret", "/d", "failed to open /d/../secret" + component},  // D-include-outside
             Case{"/d/nosuch", "/d", "failed to open /d/nosuch" + component},
             Case{"/d/", "/d", "failed to open /d/" + component},
             Case{"/d", "/d", "included file /d is not in directory /d"},
             Case{"/dx/ok", "/d", "included file /dx/ok is not in directory /d"},
             Case{"/d/dir", "/d", "included file /d/dir is not a regular file in the /d directory"},
         }) {
        const Included included = read_included_file(os, c.name, c.below);
        EXPECT_EQ(included ? *included : included.error(), c.want) << c.name;
    }
}

}  // namespace
}  // namespace postern
