// SPDX-License-Identifier: Apache-2.0
// The same expectations of RealOs and FakeOs, so that the fake cannot drift from the kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "support/fake_os.h"
#include "sys/real_os.h"

namespace postern {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr uid_t kJoe = 61234;
constexpr gid_t kJoes = 61235, kMail = 61236;

template <class T>
int code_of(const Result<T>& result) {
    return result ? 0 : result.error().code;
}

class OsConformance : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        real_ = std::string(GetParam()) == "real";
        if (real_) {
            std::string pattern = testing::TempDir() + "postern-os-XXXXXX";
            ASSERT_NE(mkdtemp(pattern.data()), nullptr);
            dir = pattern;
            os_ = std::make_unique<RealOs>();
        } else {
            os_ = std::make_unique<FakeOs>(clock_);
            dir = "/tmp/t";
            ASSERT_TRUE(os().mkdir(dir, 0700));
            if (!am_root()) static_cast<FakeOs&>(os()).run_as(getuid(), getgid());
        }
        umask_before_ = os().umask(0);
    }
    void TearDown() override {
        os().umask(umask_before_);
        os_.reset();
        if (real_) std::filesystem::remove_all(dir);
    }

    Os& os() { return *os_; }
    [[nodiscard]] std::string at(const std::string& name) const { return dir + "/" + name; }
    // A file of ours with this content.
    void put(const std::string& name, std::string_view content = "", mode_t mode = 0600) {
        auto fd = os().open(at(name), O_WRONLY | O_CREAT | O_TRUNC, mode);
        ASSERT_TRUE(fd) << fd.error().to_string();
        ASSERT_TRUE(write_all(os(), fd->get(), content));
    }
    std::string content(const std::string& name) {
        auto text = read_file(os(), at(name), 1 << 20);
        return text ? *text : text.error().to_string();
    }
    FileStat stat(const std::string& name) {
        auto found = os().stat(at(name), Follow::no);
        return found ? *found : FileStat{.kind = FileKind::socket};
    }
    std::vector<std::string> names() {
        auto fd = os().open(dir, O_RDONLY | O_DIRECTORY);
        const auto entries = os().list(fd->get());
        std::vector<std::string> out;
        for (const DirEntry& entry : *entries) out.push_back(entry.name);
        return out;
    }
    // There is no call for symlinks in the seam (Postern makes none).
    void put_symlink(const std::string& name, const std::string& target) {
        if (real_)
            std::filesystem::create_symlink(target, at(name));
        else
            static_cast<FakeOs&>(os()).put_symlink(at(name), target);
    }
    // Runs body as joe in groups joes and mail: in a real child, or with the fake's ids changed. Root only.
    template <class Body>
    void as_joe(Body body) {
        if (real_) {
            const pid_t child = fork();
            if (child == 0) {
                become_joe();
                body();
                _exit(HasFailure() ? 1 : 0);
            }
            int status = -1;
            waitpid(child, &status, 0);
            EXPECT_EQ(status, 0) << "failed as joe, see above";
        } else {
            auto& fake = static_cast<FakeOs&>(os());
            auto me = fake.save_process();
            become_joe();
            body();
            fake.leave_child(std::move(me));
        }
    }
    static bool am_root() { return getuid() == 0; }

    std::string dir;

private:
    void become_joe() {
        const gid_t groups[] = {kMail};
        ASSERT_TRUE(os().set_groups(groups));
        ASSERT_TRUE(os().set_gids(kJoes));
        ASSERT_TRUE(os().set_uids(kJoe));
    }

    bool real_ = false;
    mode_t umask_before_ = 0;
    FakeClock clock_;
    std::unique_ptr<Os> os_;
};

INSTANTIATE_TEST_SUITE_P(, OsConformance, testing::Values("real", "fake"), [](const auto& row) { return row.param; });

// --- opening ---

TEST_P(OsConformance, OpenFlags) {
    put("file", "abc");
    put_symlink("good", "file");
    put_symlink("dangling", "nothing");
    put_symlink("round", "round");
    ASSERT_TRUE(os().mkdir(at("sub"), 0700));
    struct Case {
        const char *name, *path;
        int flags, want;
    };
    const Case cases[] = {
        {"read", "file", O_RDONLY, 0},
        {"missing", "none", O_RDONLY, ENOENT},
        {"missing parent", "none/x", O_RDWR | O_CREAT, ENOENT},
        {"below a file", "file/x", O_RDONLY, ENOTDIR},
        {"file with a slash", "file/", O_RDONLY, ENOTDIR},
        {"directory for reading", "sub", O_RDONLY, 0},
        {"directory for writing", "sub", O_WRONLY, EISDIR},
        {"create a directory's name", "sub", O_RDONLY | O_CREAT, EISDIR},
        {"create with a slash", "new/", O_WRONLY | O_CREAT, EISDIR},
        {"file as a directory", "file", O_RDONLY | O_DIRECTORY, ENOTDIR},
        {"exclusive, there", "file", O_WRONLY | O_CREAT | O_EXCL, EEXIST},
        {"exclusive, dangling link", "dangling", O_WRONLY | O_CREAT | O_EXCL, EEXIST},
        {"exclusive, new", "new1", O_WRONLY | O_CREAT | O_EXCL, 0},
        {"through a link", "good", O_RDONLY, 0},
        {"not through a link", "good", O_RDONLY | O_NOFOLLOW, ELOOP},
        {"link to itself", "round", O_RDONLY, ELOOP},
        {"dangling", "dangling", O_RDONLY, ENOENT},
        {"dangling, create", "dangling", O_WRONLY | O_CREAT, 0},  // makes "nothing"
        {"long name", nullptr, O_RDONLY, ENAMETOOLONG},
    };
    const std::string long_name(256, 'x');
    for (const Case& c : cases) {
        const auto fd = os().open(at(c.path != nullptr ? c.path : long_name), c.flags, 0600);
        EXPECT_EQ(code_of(fd), c.want) << c.name;
    }
    EXPECT_EQ(code_of(os().open("", O_RDONLY)), ENOENT);
    EXPECT_THAT(names(), UnorderedElementsAre("file", "good", "dangling", "round", "sub", "new1", "nothing"));
    EXPECT_EQ(content("file"), "abc");
}

TEST_P(OsConformance, OpenRelativeToADirectory) {
    ASSERT_TRUE(os().mkdir(at("sub"), 0700));
    put("sub/a", "x");
    const auto sub = os().open(at("sub"), O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(read_file(os(), AtPath{sub->get(), "a"}, 10).value(), "x");
    EXPECT_EQ(read_file(os(), AtPath{sub->get(), "../sub/./a"}, 10).value(), "x");
    EXPECT_EQ(read_file(os(), AtPath{sub->get(), at("sub/a")}, 10).value(), "x") << "absolute names win";
    const auto file = os().open(AtPath{sub->get(), "a"}, O_RDONLY);
    EXPECT_EQ(code_of(os().open(AtPath{file->get(), "a"}, O_RDONLY)), ENOTDIR);
    EXPECT_EQ(code_of(os().open(AtPath{9999, "a"}, O_RDONLY)), EBADF);
}

TEST_P(OsConformance, OpenBeneath) {
    ASSERT_TRUE(os().mkdir(at("box"), 0700));
    ASSERT_TRUE(os().mkdir(at("box/new"), 0700));
    put("box/new/m", "mail");
    put("outside", "secret");
    put_symlink("box/link", "new/m");
    put_symlink("box/dir", "new");
    const auto box = os().open(at("box"), O_RDONLY | O_DIRECTORY);
    struct Case {
        const char* relative;
        int flags, want;
    };
    const Case cases[] = {
        {"new/m", O_RDONLY, 0},
        {"./new/../new/m", O_RDONLY, 0},
        {"new/n", O_WRONLY | O_CREAT | O_EXCL, 0},
        {"new/n", O_WRONLY | O_CREAT | O_EXCL, EEXIST},
        {"none/m", O_RDONLY, ENOENT},
        {"../outside", O_RDONLY, EXDEV},
        {"new/../../outside", O_RDONLY, EXDEV},
        {"/etc/passwd", O_RDONLY, EXDEV},
        {"link", O_RDONLY, ELOOP},
        {"dir/m", O_RDONLY, ELOOP},
        {"link", O_WRONLY | O_CREAT | O_EXCL, EEXIST},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(code_of(os().open_beneath(box->get(), c.relative, c.flags, 0600)), c.want) << c.relative;
    }
}

TEST_P(OsConformance, CloseTellsAndForgets) {
    put("f");
    auto fd = os().open(at("f"), O_RDONLY);
    const int number = fd->get();
    EXPECT_TRUE(os().close(std::move(*fd)));
    EXPECT_EQ(fd->get(), -1);
    EXPECT_EQ(code_of(os().stat(number)), EBADF);
    EXPECT_EQ(code_of(os().close(UniqueFd(os(), number))), EBADF);
}

// --- contents ---

TEST_P(OsConformance, ReadWriteSeekTruncate) {
    auto fd = os().open(at("f"), O_RDWR | O_CREAT, 0600);
    const int f = fd->get();
    EXPECT_EQ(os().write(f, "hello world").value(), 11u);
    EXPECT_EQ(os().seek(f, -5, SEEK_END).value(), 6);
    EXPECT_EQ(os().write(f, "W").value(), 1u);
    char buffer[16];
    EXPECT_EQ(os().read(f, buffer).value(), 4u);
    EXPECT_EQ(std::string(buffer, 4), "orld");
    EXPECT_EQ(os().read(f, buffer).value(), 0u);
    EXPECT_EQ(os().pread(f, std::span(buffer, 5), 0).value(), 5u);
    EXPECT_EQ(os().seek(f, 0, SEEK_CUR).value(), 11) << "pread() does not move";
    EXPECT_EQ(os().pread(f, buffer, 100).value(), 0u);
    EXPECT_TRUE(os().truncate(f, 5));
    EXPECT_EQ(os().stat(f)->size, 5);
    EXPECT_EQ(os().write(f, "!").value(), 1u) << "at 11, behind the end";
    EXPECT_EQ(content("f"), std::string("hello\0\0\0\0\0\0!", 12));
    EXPECT_EQ(code_of(os().seek(f, -1, SEEK_SET)), EINVAL);
    EXPECT_TRUE(os().fsync(f));
    EXPECT_TRUE(os().sync_data(f));
}

TEST_P(OsConformance, AppendAlwaysAtTheEnd) {
    put("f", "one\n");
    const auto a = os().open(at("f"), O_RDWR | O_APPEND);
    const auto b = os().open(at("f"), O_RDWR | O_APPEND);
    EXPECT_TRUE(os().write(a->get(), "two\n"));
    EXPECT_TRUE(os().seek(b->get(), 0, SEEK_SET));
    EXPECT_TRUE(os().write(b->get(), "three\n"));
    EXPECT_EQ(content("f"), "one\ntwo\nthree\n");
    EXPECT_EQ(os().seek(b->get(), 0, SEEK_CUR).value(), 14);
}

TEST_P(OsConformance, AccessModes) {
    put("f", "x");
    const auto reading = os().open(at("f"), O_RDONLY);
    const auto writing = os().open(at("f"), O_WRONLY);
    const auto directory = os().open(dir, O_RDONLY);
    char buffer[4];
    EXPECT_EQ(code_of(os().write(reading->get(), "y")), EBADF);
    EXPECT_EQ(code_of(os().read(writing->get(), buffer)), EBADF);
    EXPECT_EQ(code_of(os().truncate(reading->get(), 0)), EINVAL);
    EXPECT_EQ(code_of(os().read(directory->get(), buffer)), EISDIR);
    EXPECT_EQ(code_of(os().list(reading->get())), ENOTDIR);
    EXPECT_TRUE(os().fsync(directory->get()));
    EXPECT_TRUE(sync_directory(os(), directory->get()));
    EXPECT_TRUE(sync_directory(os(), kCwd, dir));
    EXPECT_EQ(code_of(sync_directory(os(), kCwd, at("f"))), ENOTDIR);
}

TEST_P(OsConformance, RemovedFilesLiveWhileOpen) {
    put("f", "x");
    const auto fd = os().open(at("f"), O_RDWR);
    ASSERT_TRUE(os().unlink(at("f")));
    EXPECT_EQ(os().stat(fd->get())->links, 0u);
    EXPECT_TRUE(os().write(fd->get(), "yz"));
    EXPECT_EQ(os().stat(fd->get())->size, 2);
    EXPECT_EQ(code_of(os().stat(at("f"), Follow::no)), ENOENT);
}

TEST_P(OsConformance, Pipes) {
    auto pipe = os().pipe();
    ASSERT_TRUE(pipe);
    EXPECT_FALSE(os().wait_ready(pipe->read_end.get(), Os::Ready::to_read, std::chrono::milliseconds(0)).value());
    EXPECT_TRUE(os().wait_ready(pipe->write_end.get(), Os::Ready::to_write, std::chrono::milliseconds(0)).value());
    EXPECT_EQ(os().write(pipe->write_end.get(), "report").value(), 6u);
    EXPECT_TRUE(os().wait_ready(pipe->read_end.get(), Os::Ready::to_read, std::chrono::milliseconds(0)).value());
    char buffer[4];
    EXPECT_EQ(os().read(pipe->read_end.get(), buffer).value(), 4u);
    pipe->write_end.reset();
    EXPECT_EQ(read_all(os(), pipe->read_end.get(), 100).value(), "rt");
    EXPECT_EQ(os().stat(pipe->read_end.get())->kind, FileKind::fifo);
    EXPECT_EQ(code_of(os().seek(pipe->read_end.get(), 0, SEEK_SET)), ESPIPE);
}

TEST_P(OsConformance, NobodyAnswersAtASocket) {
    using std::chrono::milliseconds;
    EXPECT_EQ(code_of(os().connect({.path = at("none"), .ip = {}, .port = 0}, milliseconds(1000))), ENOENT);
    EXPECT_EQ(code_of(os().connect({.path = {}, .ip = "127.0.0.1", .port = 1}, milliseconds(1000))), ECONNREFUSED);
}

// --- names ---

TEST_P(OsConformance, LinkAndUnlink) {
    put("a", "x");
    put_symlink("s", "a");
    ASSERT_TRUE(os().mkdir(at("sub"), 0700));
    EXPECT_TRUE(os().link(at("a"), at("b")));
    EXPECT_EQ(stat("a").links, 2u);
    EXPECT_EQ(stat("a").inode, stat("b").inode);
    EXPECT_TRUE(os().link(at("s"), at("t")));
    EXPECT_EQ(stat("t").kind, FileKind::symlink) << "links are linked themselves";
    EXPECT_EQ(code_of(os().link(at("a"), at("b"))), EEXIST);
    EXPECT_EQ(code_of(os().link(at("none"), at("c"))), ENOENT);
    EXPECT_EQ(code_of(os().link(at("sub"), at("c"))), EPERM);
    EXPECT_TRUE(os().unlink(at("a")));
    EXPECT_EQ(stat("b").links, 1u);
    EXPECT_EQ(code_of(os().unlink(at("a"))), ENOENT);
    EXPECT_EQ(code_of(os().unlink(at("sub"))), EISDIR);
    EXPECT_TRUE(os().unlink(at("s")));
    EXPECT_THAT(names(), UnorderedElementsAre("b", "t", "sub"));
}

TEST_P(OsConformance, Directories) {
    EXPECT_TRUE(os().mkdir(at("a"), 0750));
    EXPECT_EQ(stat("a").kind, FileKind::directory);
    EXPECT_EQ(stat("a").permissions, 0750u);
    EXPECT_TRUE(os().mkdir(at("a/b"), 0700));
    EXPECT_EQ(stat("a").links, 3u);
    EXPECT_EQ(code_of(os().mkdir(at("a"), 0700)), EEXIST);
    EXPECT_EQ(code_of(os().mkdir(at("x/y"), 0700)), ENOENT);
    EXPECT_EQ(code_of(os().rmdir(at("a"))), ENOTEMPTY);
    EXPECT_TRUE(os().rmdir(at("a/b")));
    EXPECT_EQ(stat("a").links, 2u);
    put("f");
    EXPECT_EQ(code_of(os().rmdir(at("f"))), ENOTDIR);
    EXPECT_EQ(code_of(os().rmdir(at("none"))), ENOENT);

    const auto gone = os().open(at("a"), O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(os().rmdir(at("a")));
    EXPECT_EQ(code_of(os().open(AtPath{gone->get(), "f"}, O_WRONLY | O_CREAT, 0600)), ENOENT);
    EXPECT_EQ(code_of(os().mkdir(AtPath{gone->get(), "d"}, 0700)), ENOENT);
}

TEST_P(OsConformance, Rename) {
    put("a", "A");
    put("b", "B");
    ASSERT_TRUE(os().mkdir(at("d"), 0700));
    ASSERT_TRUE(os().mkdir(at("d/e"), 0700));
    EXPECT_EQ(code_of(os().rename_no_replace(at("a"), at("b"))), EEXIST);
    EXPECT_TRUE(os().rename(at("a"), at("b")));
    EXPECT_EQ(content("b"), "A");
    EXPECT_TRUE(os().rename_no_replace(at("b"), at("d/c")));
    EXPECT_EQ(content("d/c"), "A");
    EXPECT_EQ(code_of(os().rename(at("none"), at("x"))), ENOENT);
    EXPECT_EQ(code_of(os().rename(at("d/c"), at("d/e"))), EISDIR);
    EXPECT_EQ(code_of(os().rename(at("d/e"), at("d/c"))), ENOTDIR);
    EXPECT_EQ(code_of(os().rename(at("d"), at("d/e/f"))), EINVAL);
    EXPECT_TRUE(os().rename(at("d/e"), at("e")));
    EXPECT_EQ(stat("d").links, 2u);
    EXPECT_EQ(code_of(os().rename(at("e"), at("d"))), ENOTEMPTY);
    EXPECT_THAT(names(), UnorderedElementsAre("d", "e"));
    EXPECT_TRUE(os().link(at("d/c"), at("d/c2")));
    EXPECT_TRUE(os().rename(at("d/c"), at("d/c2"))) << "two names of one file: nothing happens";
    EXPECT_EQ(stat("d/c").links, 2u);
}

TEST_P(OsConformance, LinksAndRealPaths) {
    ASSERT_TRUE(os().mkdir(at("d"), 0700));
    put("d/f", "x");
    put_symlink("s", "d/../d");
    put_symlink("dangling", "none");
    const std::string real = os().real_path(dir).value();
    EXPECT_EQ(os().read_link(at("s")).value(), "d/../d");
    EXPECT_EQ(code_of(os().read_link(at("d/f"))), EINVAL);
    EXPECT_EQ(os().real_path(at("s//f")).value(), real + "/d/f");
    EXPECT_EQ(os().real_path(at("s/..")).value(), real);
    EXPECT_EQ(code_of(os().real_path(at("dangling"))), ENOENT);
    EXPECT_EQ(os().stat(at("s"), Follow::yes)->kind, FileKind::directory);
    EXPECT_EQ(os().stat(at("s"), Follow::no)->kind, FileKind::symlink);
    EXPECT_EQ(os().stat(at("s"), Follow::no)->size, 6);
    EXPECT_EQ(os().stat(at("s/"), Follow::no)->kind, FileKind::directory);
    EXPECT_EQ(code_of(os().stat(at("dangling"), Follow::yes)), ENOENT);
    EXPECT_EQ(code_of(os().stat("", Follow::yes)), ENOENT);
}

TEST_P(OsConformance, ListStartsAnewEachTime) {
    const auto fd = os().open(dir, O_RDONLY | O_DIRECTORY);
    EXPECT_THAT(os().list(fd->get()).value(), IsEmpty());
    put("b");
    put_symlink("a", "b");
    ASSERT_TRUE(os().mkdir(at("c"), 0700));
    for (int round = 0; round < 2; ++round) {
        std::map<std::string, std::optional<FileKind>> found;
        const auto entries = os().list(fd->get());
        for (const DirEntry& entry : *entries) found[entry.name] = entry.kind;
        ASSERT_EQ(found.size(), 3u) << "round " << round;
        EXPECT_EQ(found["a"].value_or(FileKind::symlink), FileKind::symlink);
        EXPECT_EQ(found["b"].value_or(FileKind::regular), FileKind::regular);
        EXPECT_EQ(found["c"].value_or(FileKind::directory), FileKind::directory);
    }
}

// --- attributes ---

TEST_P(OsConformance, UmaskModesAndTimes) {
    const mode_t before = os().umask(027);
    put("f", "x", 0666);
    EXPECT_TRUE(os().mkdir(at("d"), 0777));
    EXPECT_EQ(os().umask(before), 027u);
    EXPECT_EQ(stat("f").permissions, 0640u);
    EXPECT_EQ(stat("d").permissions, 0750u);

    const auto fd = os().open(at("f"), O_RDWR);
    EXPECT_TRUE(os().chmod(fd->get(), 0604));
    EXPECT_EQ(stat("f").permissions, 0604u);
    put_symlink("s", "f");
    EXPECT_TRUE(os().chmod(at("s"), 0600));
    EXPECT_EQ(stat("f").permissions, 0600u);
    EXPECT_TRUE(os().chmod(AtPath(at("d")), 03770));
    EXPECT_EQ(stat("d").permissions, 03770u);
    EXPECT_EQ(code_of(os().chmod(at("s"), 0604, Follow::no)), EOPNOTSUPP);
    EXPECT_EQ(stat("f").permissions, 0600u);
    EXPECT_TRUE(os().chmod(AtPath(at("d")), 03750, Follow::no));
    EXPECT_EQ(stat("d").permissions, 03750u);
    EXPECT_EQ(code_of(os().chmod(at("none"), 0600)), ENOENT);

    EXPECT_TRUE(os().set_times(fd->get(), {1000, 5000}, {2000, 7000}));
    EXPECT_EQ(stat("f").atime.tv_sec, 1000);
    EXPECT_EQ(stat("f").mtime.tv_sec, 2000);
    EXPECT_EQ(stat("f").mtime.tv_nsec, 7000);
    EXPECT_TRUE(os().set_times(fd->get(), {0, UTIME_OMIT}, {3000, 0}));
    EXPECT_EQ(stat("f").atime.tv_sec, 1000);
    EXPECT_TRUE(os().write(fd->get(), "new"));
    EXPECT_GT(stat("f").mtime.tv_sec, 3000);
    EXPECT_TRUE(os().set_times(fd->get(), {1000, 0}, {2000, 0}));
    EXPECT_EQ(content("f"), "new");
    EXPECT_EQ(stat("f").mtime.tv_sec, 2000) << "reading is not writing";
}

TEST_P(OsConformance, MakeDirectories) {
    std::vector<std::string> made;
    EXPECT_TRUE(make_directories(os(), at("a"), 0700));
    EXPECT_TRUE(make_directories(os(), at("a/b//c/"), 02750, &made));
    EXPECT_THAT(made, ElementsAre(at("a/b"), at("a/b//c")));
    EXPECT_EQ(stat("a").permissions, 0700u);
    EXPECT_EQ(stat("a/b").permissions, 02750u);
    EXPECT_EQ(stat("a/b/c").permissions, 02750u);
    made.clear();
    EXPECT_TRUE(make_directories(os(), at("a/b/c"), 0700, &made));
    EXPECT_THAT(made, IsEmpty());
    put("f");
    EXPECT_EQ(code_of(make_directories(os(), at("f/x"), 0700)), ENOTDIR);
    EXPECT_TRUE(make_directories(os(), at("f"), 0700)) << "what is there is not looked at; the next step sees it";
}

// --- locks ---

TEST_P(OsConformance, FlockBelongsToTheOpenFile) {
    put("f");
    auto a = os().open(at("f"), O_RDWR);
    auto b = os().open(at("f"), O_RDWR);
    using enum LockKind;
    EXPECT_TRUE(os().lock(a->get(), flock_exclusive));
    EXPECT_TRUE(os().lock(a->get(), flock_exclusive)) << "again";
    EXPECT_EQ(code_of(os().lock(b->get(), flock_exclusive)), EAGAIN);
    EXPECT_EQ(code_of(os().lock(b->get(), flock_shared)), EAGAIN);
    EXPECT_TRUE(os().lock(b->get(), fcntl_write)) << "the two kinds don't see each other";
    EXPECT_TRUE(os().lock(a->get(), flock_shared)) << "down";
    EXPECT_TRUE(os().lock(b->get(), flock_shared));
    EXPECT_EQ(code_of(os().lock(a->get(), flock_exclusive)), EAGAIN);
    EXPECT_TRUE(os().unlock(b->get(), flock_shared));
    EXPECT_TRUE(os().lock(a->get(), flock_exclusive));
    a->reset();
    EXPECT_TRUE(os().lock(b->get(), flock_exclusive)) << "closing unlocks";
}

TEST_P(OsConformance, FcntlLocksOfOneProcessDontConflict) {
    put("f", "12345678");
    const auto a = os().open(at("f"), O_RDWR);
    const auto b = os().open(at("f"), O_RDONLY);
    using enum LockKind;
    EXPECT_TRUE(os().lock(a->get(), fcntl_write));
    EXPECT_TRUE(os().lock(b->get(), fcntl_read));
    EXPECT_EQ(code_of(os().lock(b->get(), fcntl_write)), EBADF) << "a write lock needs a descriptor for writing";
    EXPECT_TRUE(os().unlock(a->get(), fcntl_write));
}

// --- permissions; they need somebody who is not root ---

TEST_P(OsConformance, PermissionsOfAUser) {
    if (!am_root()) GTEST_SKIP() << "needs root";
    ASSERT_TRUE(os().chmod(AtPath(dir), 0755));
    put("root600", "x", 0600);
    put("mail660", "x", 0660);
    ASSERT_TRUE(os().chown(AtPath(at("mail660")), 0, kMail, Follow::no));
    put("joe400", "x", 0477);
    ASSERT_TRUE(os().chown(AtPath(at("joe400")), kJoe, kJoes, Follow::no));
    ASSERT_TRUE(os().mkdir(at("closed"), 0700));
    put("closed/f");
    ASSERT_TRUE(os().mkdir(at("mine"), 0700));
    ASSERT_TRUE(os().chown(AtPath(at("mine")), kJoe, kJoes, Follow::no));
    as_joe([&] {
        EXPECT_EQ(code_of(os().open(at("root600"), O_RDONLY)), EACCES);
        EXPECT_EQ(code_of(os().open(at("mail660"), O_RDWR)), 0) << "a supplementary group";
        EXPECT_EQ(code_of(os().open(at("joe400"), O_RDONLY)), 0);
        EXPECT_EQ(code_of(os().open(at("joe400"), O_WRONLY)), EACCES) << "the owner's bits count for the owner";
        EXPECT_EQ(code_of(os().stat(at("closed/f"), Follow::yes)), EACCES);
        EXPECT_EQ(code_of(os().open(at("new"), O_WRONLY | O_CREAT, 0600)), EACCES);
        EXPECT_EQ(code_of(os().mkdir(at("new"), 0700)), EACCES);
        EXPECT_EQ(code_of(os().unlink(at("joe400"))), EACCES) << "not the file's matter but the directory's";
        EXPECT_EQ(code_of(os().chmod(at("root600"), 0666)), EPERM);
        EXPECT_EQ(code_of(os().chown(at("joe400"), 0, kJoes, Follow::no)), EPERM);
        EXPECT_EQ(code_of(os().chown(at("joe400"), kJoe, kMail, Follow::no)), 0) << "to a group of his";
        EXPECT_EQ(code_of(os().chown(at("joe400"), kJoe, 0, Follow::no)), EPERM);
        EXPECT_EQ(code_of(os().chdir(at("closed"))), EACCES);
        EXPECT_EQ(code_of(os().chdir(at("mine"))), 0);
        EXPECT_EQ(code_of(os().open("f", O_WRONLY | O_CREAT | O_EXCL, 0600)), 0) << "relative to the new directory";
        EXPECT_EQ(code_of(os().set_uids(0)), EPERM);
        EXPECT_EQ(code_of(os().set_gids(0)), EPERM);
        EXPECT_EQ(code_of(os().set_groups({})), EPERM);
    });
    EXPECT_EQ(stat("joe400").gid, kMail);
    EXPECT_EQ(stat("mine/f").uid, kJoe);
    EXPECT_EQ(stat("mine/f").gid, kJoes);
}

TEST_P(OsConformance, StickyAndSetGidDirectories) {
    if (!am_root()) GTEST_SKIP() << "needs root";
    ASSERT_TRUE(os().chmod(AtPath(dir), 0755));
    ASSERT_TRUE(os().mkdir(at("spool"), 0700));
    ASSERT_TRUE(os().chown(AtPath(at("spool")), 0, kMail, Follow::no));
    ASSERT_TRUE(os().chmod(AtPath(at("spool")), 03777));
    put("spool/other");
    as_joe([&] {
        EXPECT_EQ(code_of(os().unlink(at("spool/other"))), EPERM);
        EXPECT_EQ(code_of(os().rename(at("spool/other"), at("spool/x"))), EPERM);
        EXPECT_EQ(code_of(os().open(at("spool/joe"), O_WRONLY | O_CREAT, 0600)), 0);
        EXPECT_EQ(code_of(os().mkdir(at("spool/dir"), 0700)), 0);
        EXPECT_EQ(code_of(os().open(at("spool/joe2"), O_WRONLY | O_CREAT, 0600)), 0);
        EXPECT_EQ(code_of(os().unlink(at("spool/joe2"))), 0);
    });
    EXPECT_EQ(stat("spool/joe").gid, kMail);
    EXPECT_EQ(stat("spool/dir").gid, kMail);
    EXPECT_EQ(stat("spool/dir").permissions, 02700u);
    EXPECT_EQ(stat("spool/other").kind, FileKind::regular);
}

TEST_P(OsConformance, ChownDropsSetIds) {
    if (!am_root()) GTEST_SKIP() << "needs root";
    put("f");
    const auto fd = os().open(at("f"), O_RDWR);
    ASSERT_TRUE(os().chmod(fd->get(), 06755));
    EXPECT_TRUE(os().chown(fd->get(), kJoe, kJoes));
    EXPECT_EQ(stat("f").permissions, 0755u);
    EXPECT_EQ(stat("f").uid, kJoe);
    EXPECT_TRUE(os().chown(fd->get(), static_cast<uid_t>(-1), kMail));
    EXPECT_EQ(stat("f").uid, kJoe);
    EXPECT_EQ(stat("f").gid, kMail);
}

// --- host ---

TEST_P(OsConformance, AccountsAndHost) {
    const auto root = os().user(std::string("root"));
    ASSERT_TRUE(root && *root);
    EXPECT_EQ((*root)->uid, 0u);
    EXPECT_EQ((*root)->home, "/root");
    EXPECT_EQ(os().user(uid_t{0}).value()->name, "root");
    EXPECT_EQ(os().local_user("root").value()->home, "/root");
    EXPECT_EQ(os().local_user("no-such-user-here").value(), std::nullopt);
    EXPECT_EQ(os().group(std::string("root")).value()->gid, 0u);
    EXPECT_EQ(os().group(gid_t{0}).value()->name, "root");
    EXPECT_THAT(os().groups_of(**root).value(), testing::Contains(0u));
    EXPECT_EQ(os().user(std::string("no-such-user-here")).value(), std::nullopt);
    EXPECT_EQ(os().user(kJoe).value(), std::nullopt);
    EXPECT_EQ(os().group(std::string("no-such-group-here")).value(), std::nullopt);
    EXPECT_EQ(os().group(kJoes).value(), std::nullopt);
    EXPECT_FALSE(os().node_name().value().empty());
    EXPECT_GT(os().free_space(dir)->kilobytes, 0);
    EXPECT_EQ(code_of(os().free_space(at("none"))), ENOENT);
    EXPECT_GT(os().pid(), 0);
}

TEST_P(OsConformance, ReadAllHasALimit) {
    put("f", "12345");
    EXPECT_EQ(read_file(os(), at("f"), 5).value(), "12345");
    EXPECT_EQ(code_of(read_file(os(), at("f"), 4)), EFBIG);
    const auto missing = read_file(os(), at("none"), 4);
    EXPECT_EQ(missing.error().object, at("none"));
}

}  // namespace
}  // namespace postern
