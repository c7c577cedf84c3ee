// SPDX-License-Identifier: Apache-2.0
// What needs a second process; everything else of RealOs is in tests/support/os_conformance_test.cc.
#include "sys/real_os.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include <cerrno>
#include <csignal>

#include "sys/clock.h"
#include "sys/real_processes.h"

namespace postern {
namespace {

class RealLocks : public testing::Test {
protected:
    void SetUp() override {
        path_ = testing::TempDir() + "postern-lock-" + std::to_string(getpid());
        fd_ = open();
    }
    void TearDown() override { (void)seam().unlink(path_); }

    Os& seam() { return os_; }
    UniqueFd open() { return std::move(*seam().open(path_, O_RDWR | O_CREAT, 0600)); }

    // Another process that holds the lock when this returns; it lets go when `go` is closed or it is killed.
    pid_t hold(LockKind kind, UniqueFd& go) {
        auto held = seam().pipe();
        auto release = seam().pipe();
        const auto child = processes_.fork_child(
            [&] {
                const UniqueFd mine = open();
                if (!seam().lock(mine.get(), kind)) return 1;
                close_inherited(os_, release->write_end);
                (void)seam().write(held->write_end.get(), "!");
                char byte;
                (void)seam().read(release->read_end.get(), std::span(&byte, 1));
                return 0;
            },
            false);
        char byte;
        EXPECT_EQ(seam().read(held->read_end.get(), std::span(&byte, 1)).value(), 1u);
        go = std::move(release->write_end);
        return *child;
    }

    std::string path_;
    RealOs os_;
    RealProcesses processes_;
    UniqueFd fd_;
};

TEST_F(RealLocks, TakenMeansEAGAIN) {
    for (const LockKind kind : {LockKind::fcntl_write, LockKind::flock_exclusive}) {
        UniqueFd go;
        const pid_t child = hold(kind, go);
        EXPECT_EQ(seam().lock(fd_.get(), kind).error().code, EAGAIN);
        go.reset();
        EXPECT_TRUE(seam().lock(fd_.get(), kind, {}, Seconds(30))) << "waits until it is free";
        EXPECT_TRUE(processes_.wait(child)->ok());
        EXPECT_TRUE(seam().unlock(fd_.get(), kind));
    }
}

TEST_F(RealLocks, WaitingEnds) {
    UniqueFd go;
    const pid_t child = hold(LockKind::fcntl_write, go);
    RealClock clock;
    const auto start = clock.steady();
    EXPECT_EQ(seam().lock(fd_.get(), LockKind::fcntl_read, {}, Seconds(1)).error().code, ETIMEDOUT);
    EXPECT_GE(clock.steady() - start, Seconds(1));
    EXPECT_TRUE(processes_.kill(child, SIGKILL));
    EXPECT_EQ(processes_.wait(child)->signal, SIGKILL);
    EXPECT_TRUE(seam().lock(fd_.get(), LockKind::fcntl_read)) << "the dead hold no locks";
}

TEST_F(RealLocks, WaitingDoesNotHideErrors) {
    auto pipe = seam().pipe();
    EXPECT_EQ(seam().lock(9999, LockKind::fcntl_write, {}, Seconds(30)).error().code, EBADF);
    const auto reading = seam().open(path_, O_RDONLY);
    EXPECT_EQ(seam().lock(reading->get(), LockKind::fcntl_write, {}, Seconds(30)).error().code, EBADF);
}

TEST_F(RealLocks, AnyCloseDropsFcntlLocks) {
    ASSERT_TRUE(seam().lock(fd_.get(), LockKind::fcntl_write));
    open().reset();
    UniqueFd go;
    const pid_t child = hold(LockKind::fcntl_write, go);  // fails the child if the lock were still held
    go.reset();
    EXPECT_TRUE(processes_.wait(child)->ok());
}

TEST_F(RealLocks, RangesAreBytes) {
    UniqueFd go;
    const pid_t child = hold(LockKind::fcntl_read, go);
    EXPECT_TRUE(seam().lock(fd_.get(), LockKind::fcntl_read, {0, 10}));
    EXPECT_EQ(seam().lock(fd_.get(), LockKind::fcntl_write, {5, 1}).error().code, EAGAIN);
    go.reset();
    EXPECT_TRUE(processes_.wait(child)->ok());
}

// A listening socket; nobody accepts, which does not keep a client from connecting.
class Listener {
public:
    explicit Listener(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Listener() { ::close(fd_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    template <class Address>
    bool listen(const Address& address) {
        return ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd_, 0) == 0;
    }
    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in6 own{};
        socklen_t length = sizeof own;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &length);
        return ntohs(own.sin6_port);  // where IPv4 has it, too
    }

private:
    int fd_;
};

TEST(RealOsSockets, Connect) {
    RealOs os;
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    const std::string name = testing::TempDir() + "postern-socket-" + std::to_string(::getpid());
    std::strcpy(path.sun_path, name.c_str());
    Listener local(AF_UNIX);
    ASSERT_TRUE(local.listen(path));
    const SocketAddress there{.path = name, .ip = {}, .port = 0};
    const auto first = os.connect(there, std::chrono::milliseconds(1000));
    ASSERT_TRUE(first) << first.error().to_string();
    char byte;
    EXPECT_EQ(os.read(first->get(), {&byte, 1}).error().code, EAGAIN) << "it does not block";
    // The queue of a listener that accepts nothing is full at some time: then the wait has an end.
    std::vector<Result<UniqueFd>> more;
    do more.push_back(os.connect(there, std::chrono::milliseconds(20)));
    while (more.back() && more.size() < 100);
    ASSERT_FALSE(more.back());
    EXPECT_EQ(more.back().error().code, ETIMEDOUT);
    ::unlink(name.c_str());

    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Listener inet(AF_INET);
    ASSERT_TRUE(inet.listen(v4));
    EXPECT_TRUE(os.connect({.path = {}, .ip = "127.0.0.1", .port = inet.port()}, std::chrono::milliseconds(1000)));
    EXPECT_EQ(os.connect({.path = {}, .ip = "nonsense", .port = 1}, std::chrono::milliseconds(1)).error().code, EINVAL);
    const std::string long_path(200, 'x');
    EXPECT_EQ(os.connect({.path = long_path, .ip = {}, .port = 0}, std::chrono::milliseconds(1)).error().code,
              ENAMETOOLONG);
}

// As addresses_of() gives the address of a neighbour. Where the address is not of one link it says nothing.
TEST(RealOsSockets, ConnectOnALink) {
    RealOs os;
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    for (const char* ip : {"::1", "::1%lo", "::1%1"}) {
        Listener inet(AF_INET6);
        if (!inet.listen(v6)) GTEST_SKIP() << "no IPv6 here";
        const auto connected = os.connect({.path = {}, .ip = ip, .port = inet.port()}, std::chrono::milliseconds(1000));
        EXPECT_TRUE(connected) << ip;
    }
    EXPECT_EQ(os.connect({.path = {}, .ip = "fe80::1%nosuch", .port = 1}, std::chrono::milliseconds(1)).error().code,
              ENODEV);
    EXPECT_EQ(os.addresses_of("fe80::1%lo").value(), std::vector<std::string>{"fe80::1%lo"});
}

TEST(RealOsSockets, HangingUpIsSeenWhoeverHasACopy) {
    RealOs os;
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const UniqueFd ours(os, ends[0]), theirs(os, ends[1]), copy(os, ::dup(ends[0]));
    EXPECT_TRUE(os.hang_up(ours.get()));
    char byte;
    EXPECT_EQ(os.read(theirs.get(), {&byte, 1}).value(), 0u);
    EXPECT_EQ(os.read(copy.get(), {&byte, 1}).value(), 0u);
}

TEST(RealOsSockets, AddressesOfAnAddress) {
    RealOs os;
    EXPECT_EQ(os.addresses_of("127.0.0.1").value(), std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(os.addresses_of("::1").value(), std::vector<std::string>{"::1"});
}

}  // namespace
}  // namespace postern
