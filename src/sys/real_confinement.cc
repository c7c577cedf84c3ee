// SPDX-License-Identifier: Apache-2.0
#include "sys/real_confinement.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include "sys/os.h"
#include "sys/real_call.h"

// Rights that are younger than Debian 12's headers.
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

namespace postern {
namespace {

constexpr int kKnowsRefer = 2, kKnowsTruncate = 3, kKnowsNetwork = 4, kKnowsIoctl = 5, kKnowsScopes = 6;

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
constexpr std::uint64_t kMakeDevice = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
constexpr std::uint64_t kFirstRights = (1ULL << 13) - 1;  // all that the first version knows

// As the kernel has it since version 6; older kernels look at no more than they know.
struct RulesetAttributes {
    std::uint64_t files = 0, network = 0, scoped = 0;
};

std::uint64_t rights_of(int version) {
    std::uint64_t rights = kFirstRights;
    if (version >= kKnowsRefer) rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= kKnowsTruncate) rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (version >= kKnowsIoctl) rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    return rights;
}

int landlock_version() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

Result<UniqueFd> make_ruleset(Os& os, int version) {
    RulesetAttributes wanted{.files = rights_of(version)};
    std::size_t size = sizeof wanted.files;
    if (version >= kKnowsNetwork) {
        wanted.network = 3;  // TCP: bind and connect
        size += sizeof wanted.network;
    }
    if (version >= kKnowsScopes) {
        wanted.scoped = 3;  // abstract sockets, and signals, stay inside
        size += sizeof wanted.scoped;
    }
    const long fd = ::syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (fd < 0) return failure(errno, "landlock_create_ruleset");
    return UniqueFd(os, static_cast<int>(fd));
}

Status allow(Os& os, int ruleset, const std::string& path, std::uint64_t rights, bool may_be_missing) {
    const auto fd = os.open(path, O_PATH);
    if (!fd && may_be_missing && fd.error().code == ENOENT) return {};
    if (!fd) return Unexpected(fd.error());
    struct stat found {};
    if (::fstat(fd->get(), &found) < 0) return failure(errno, "fstat", path);
    if (!S_ISDIR(found.st_mode)) rights &= kOfFiles;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = fd->get();
    if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
        return failure(errno, "landlock_add_rule", path);
    return {};
}

// --- the filter ---

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;  // no filter is made: confine is refused here
#endif

constexpr std::uint32_t kOtherAbi = 0x40000000;  // x32
constexpr std::uint32_t kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

// System calls that reach beyond the process and its files, or into the kernel's less travelled parts.
constexpr int kDenied[] = {
    SYS_socket,
    SYS_setsid,
    SYS_setpgid,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_pidfd_getfd,
    SYS_fanotify_init,
    SYS_syslog,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_vhangup,
    SYS_mknodat,
    SYS_fsopen,
    SYS_fsmount,
    SYS_open_tree,
    SYS_move_mount,
    SYS_msgget,
    SYS_semget,
    SYS_shmget,
    SYS_mq_open,
#ifdef SYS_mknod
    SYS_mknod,
#endif
};
// Where Landlock does not keep signals inside: all but kill(0, …), which stays in the process group.
constexpr int kSignals[] = {SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal};

class FilterText {
public:
    std::vector<sock_filter> make(int landlock) {
        load(offsetof(seccomp_data, arch));
        skip_if_equal(kArchitecture, 1);
        answer(SECCOMP_RET_KILL_PROCESS);
        load(offsetof(seccomp_data, nr));
        add(BPF_JMP | BPF_JGE | BPF_K, kOtherAbi, 0, 1);
        answer(SECCOMP_RET_ERRNO | ENOSYS);
        for (const int call : kDenied) deny(call, call == SYS_socket ? EACCES : EPERM);
        deny(SYS_clone3, ENOSYS);  // its flags cannot be looked at; the C library then uses clone()
        deny_bits(SYS_clone, 0, kNewNamespaces);
        deny_unless_zero(SYS_prlimit64, 0);  // its own limits only
        if (landlock < kKnowsScopes) {
            for (const int call : kSignals) deny(call, EPERM);
            deny_unless_zero(SYS_kill, 0);
        }
        if (landlock < kKnowsTruncate) {
            deny(SYS_truncate, EPERM);
            deny(SYS_openat2, ENOSYS);
            deny_value(SYS_openat, 2, O_TRUNC | O_ACCMODE, O_TRUNC);  // which truncates although it only reads
#ifdef SYS_open
            deny_value(SYS_open, 1, O_TRUNC | O_ACCMODE, O_TRUNC);
#endif
        }
        answer(SECCOMP_RET_ALLOW);
        return std::move(text_);
    }

private:
    void add(int code, std::uint32_t k, int yes = 0, int no = 0) {
        text_.push_back(
            {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes), static_cast<std::uint8_t>(no), k});
    }
    void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
    void load_argument(int number) {  // the lower half: these are ints (little-endian)
        load(offsetof(seccomp_data, args) + static_cast<std::size_t>(number) * sizeof(std::uint64_t));
    }
    void skip_if_equal(std::uint32_t value, int count) { add(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0); }
    void answer(std::uint32_t what) { add(BPF_RET | BPF_K, what); }
    static std::uint32_t error(int code) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(code); }

    // Each of these finds the call's number loaded and leaves it loaded.
    void deny(int call, int code) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
        answer(error(code));
    }
    void deny_bits(int call, int argument, std::uint32_t bits) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 4);
        load_argument(argument);
        add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
        answer(error(EPERM));
        load(offsetof(seccomp_data, nr));
    }
    void deny_unless_zero(int call, int argument) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 4);
        load_argument(argument);
        skip_if_equal(0, 1);
        answer(error(EPERM));
        load(offsetof(seccomp_data, nr));
    }
    void deny_value(int call, int argument, std::uint32_t mask, std::uint32_t value) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 5);
        load_argument(argument);
        add(BPF_ALU | BPF_AND | BPF_K, mask);
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
        answer(error(EPERM));
        load(offsetof(seccomp_data, nr));
    }

    std::vector<sock_filter> text_;
};

// Tasks that the user has now: the kernel's limit counts all of them.
rlim_t tasks_of(uid_t uid) {
    rlim_t count = 0;
    DIR* proc = ::opendir("/proc");
    if (proc == nullptr) return 0;
    while (const dirent* entry = ::readdir(proc)) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        const std::string task = std::string("/proc/") + entry->d_name + "/task";
        struct stat found {};
        if (::stat(task.c_str(), &found) == 0 && found.st_uid == uid && found.st_nlink > 2) count += found.st_nlink - 2;
    }
    ::closedir(proc);
    return count;
}

}  // namespace

ConfinementSupport confinement_support() {
    std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
    const bool filters = ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 && kArchitecture != 0;
    return {landlock_version(), filters};
}

Result<ReadyConfinement> ReadyConfinement::make(Os& os, const Confinement& wanted) {
    const ConfinementSupport support = confinement_support();
    if (support.landlock == 0) return failure(ENOSYS, "landlock");
    if (!support.seccomp) return failure(ENOSYS, "seccomp");
    ReadyConfinement ready;
    POSTERN_TRY_ASSIGN(ready.ruleset_, make_ruleset(os, support.landlock));
    const int ruleset = ready.ruleset_.get();
    const std::uint64_t known = rights_of(support.landlock);
    for (const std::string& path : wanted.read) POSTERN_TRY(allow(os, ruleset, path, kRead, true));
    for (const std::string& path : wanted.write) POSTERN_TRY(allow(os, ruleset, path, known & ~kMakeDevice, false));
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"})
        POSTERN_TRY(
            allow(os, ruleset, device,
                  known & (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE),
                  true));
    ready.filter_ = FilterText().make(support.landlock);
    ready.limits_ = {{{RLIMIT_CPU, wanted.cpu_seconds},
                      {RLIMIT_AS, wanted.memory},
                      {RLIMIT_NPROC, tasks_of(::geteuid()) + wanted.processes},
                      {RLIMIT_NOFILE, wanted.open_files},
                      {RLIMIT_FSIZE, wanted.file_size}}};
    return ready;
}

int ReadyConfinement::enter_limits_and_paths() const {
    for (const Limit& limit : limits_) {
        struct rlimit now {};
        if (::getrlimit(static_cast<__rlimit_resource>(limit.what), &now) < 0) return errno;
        const rlim_t most = limit.most < now.rlim_max ? limit.most : now.rlim_max;
        const struct rlimit wanted = {most, most};
        if (::setrlimit(static_cast<__rlimit_resource>(limit.what), &wanted) < 0) return errno;
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno;
    if (::syscall(SYS_landlock_restrict_self, ruleset_.get(), 0) < 0) return errno;
    return 0;
}

int ReadyConfinement::enter_filter() const {
    sock_fprog program{static_cast<unsigned short>(filter_.size()), const_cast<sock_filter*>(filter_.data())};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? errno : 0;
}

}  // namespace postern
