// SPDX-License-Identifier: Apache-2.0
// faultstep – run a command and its descendants; at the n-th counted system call of all of them together, kill or fail it.
//
//   faultstep ACTION STEP ERRNO REPORT COMMAND...
//   ACTION  count    only count and list
//           killall  SIGKILL every traced process just before the call
//           killone  SIGKILL the calling process just before the call
//           error    the call is not made and returns -ERRNO
//   REPORT  file that gets one line for each counted call: number, pid's ordinal, call, first path-like argument or descriptor's path
//
// Unlike strace's when=N, which counts for each process by itself, the order is global, so a sweep meets every step of a
// delivery exactly once, the child's and the parent's. Counted are the calls that change files, processes or identity
// (and, with FAULTSTEP_READS set, opening, reading and locking). x86-64 Linux only; no library beyond libc.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct counted { long number; const char *name; int path_argument; int fd_argument; int reads_only; };

static const struct counted kCounted[] = {
    {SYS_write, "write", -1, 0, 0}, {SYS_writev, "writev", -1, 0, 0}, {SYS_pwrite64, "pwrite", -1, 0, 0}, {SYS_pwritev, "pwritev", -1, 0, 0},
    {SYS_sendfile, "sendfile", -1, 0, 0}, {SYS_copy_file_range, "copy_file_range", -1, 2, 0}, {SYS_splice, "splice", -1, 2, 0},
    {SYS_fsync, "fsync", -1, 0, 0}, {SYS_fdatasync, "fdatasync", -1, 0, 0}, {SYS_sync_file_range, "sync_file_range", -1, 0, 0}, {SYS_syncfs, "syncfs", -1, 0, 0},
    {SYS_link, "link", 1, -1, 0}, {SYS_linkat, "linkat", 3, -1, 0}, {SYS_unlink, "unlink", 0, -1, 0}, {SYS_unlinkat, "unlinkat", 1, -1, 0},
    {SYS_rename, "rename", 1, -1, 0}, {SYS_renameat, "renameat", 3, -1, 0}, {SYS_renameat2, "renameat2", 3, -1, 0}, {SYS_symlinkat, "symlinkat", 2, -1, 0},
    {SYS_mkdir, "mkdir", 0, -1, 0}, {SYS_mkdirat, "mkdirat", 1, -1, 0}, {SYS_rmdir, "rmdir", 0, -1, 0}, {SYS_truncate, "truncate", 0, -1, 0},
    {SYS_ftruncate, "ftruncate", -1, 0, 0}, {SYS_fallocate, "fallocate", -1, 0, 0}, {SYS_chmod, "chmod", 0, -1, 0}, {SYS_fchmod, "fchmod", -1, 0, 0},
    {SYS_fchmodat, "fchmodat", 1, -1, 0}, {SYS_chown, "chown", 0, -1, 0}, {SYS_fchown, "fchown", -1, 0, 0}, {SYS_lchown, "lchown", 0, -1, 0},
    {SYS_fchownat, "fchownat", 1, -1, 0}, {SYS_utimensat, "utimensat", 1, 0, 0}, {SYS_fork, "fork", -1, -1, 0}, {SYS_vfork, "vfork", -1, -1, 0},
    {SYS_clone, "clone", -1, -1, 0}, {SYS_clone3, "clone3", -1, -1, 0}, {SYS_pipe2, "pipe2", -1, -1, 0}, {SYS_pipe, "pipe", -1, -1, 0},
    {SYS_setuid, "setuid", -1, -1, 0}, {SYS_setresuid, "setresuid", -1, -1, 0}, {SYS_setreuid, "setreuid", -1, -1, 0}, {SYS_setgid, "setgid", -1, -1, 0},
    {SYS_setresgid, "setresgid", -1, -1, 0}, {SYS_setgroups, "setgroups", -1, -1, 0}, {SYS_chdir, "chdir", 0, -1, 0},
    {SYS_open, "open", 0, -1, 2}, {SYS_openat, "openat", 1, -1, 2}, {SYS_openat2, "openat2", 1, -1, 2}, {SYS_creat, "creat", 0, -1, 0},
    {SYS_fcntl, "fcntl-lock", -1, 0, 3}, {SYS_flock, "flock", -1, 0, 1}, {SYS_read, "read", -1, 0, 1}, {SYS_pread64, "pread", -1, 0, 1},
};

static const struct counted *find(const struct user_regs_struct *regs, int reads) {
    for (size_t i = 0; i < sizeof kCounted / sizeof *kCounted; i++) {
        const struct counted *c = &kCounted[i];
        if (c->number != (long)regs->orig_rax) continue;
        if (reads || c->reads_only == 0) {
            if (c->reads_only == 3) return regs->rsi == F_SETLK || regs->rsi == F_SETLKW || regs->rsi == F_OFD_SETLK ? c : NULL;
            return c;
        }
        if (c->reads_only == 2) {                                  // opening counts when it may create
            unsigned long long flags = c->number == SYS_open ? regs->rsi : c->number == SYS_openat ? regs->rdx : O_CREAT;
            return flags & O_CREAT ? c : NULL;
        }
        return NULL;
    }
    return NULL;
}

static unsigned long long argument(const struct user_regs_struct *regs, int n) {
    const unsigned long long all[] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
    return all[n];
}

static void object_of(pid_t pid, const struct user_regs_struct *regs, const struct counted *c, char *out, size_t size) {
    out[0] = 0;
    if (c->path_argument >= 0 && argument(regs, c->path_argument) != 0) {
        unsigned long long address = argument(regs, c->path_argument);
        for (size_t used = 0; used + sizeof(long) < size; used += sizeof(long)) {
            errno = 0;
            long word = ptrace(PTRACE_PEEKDATA, pid, address + used, 0);
            if (errno) { out[used] = 0; return; }
            memcpy(out + used, &word, sizeof word);
            out[used + sizeof word] = 0;
            if (memchr(&word, 0, sizeof word)) return;
        }
        return;
    }
    if (c->fd_argument >= 0) {
        char link[64];
        snprintf(link, sizeof link, "/proc/%d/fd/%d", pid, (int)argument(regs, c->fd_argument));
        ssize_t n = readlink(link, out, size - 1);
        out[n > 0 ? n : 0] = 0;
    }
}

enum { kMost = 4096 };
static struct { pid_t pid; int in_call; int failing; int ordinal; } g_seen[kMost];
static int g_count;

static int slot(pid_t pid) {
    for (int i = 0; i < g_count; i++) if (g_seen[i].pid == pid) return i;
    if (g_count == kMost) exit(125);
    g_seen[g_count].pid = pid;
    g_seen[g_count].in_call = g_seen[g_count].failing = 0;
    g_seen[g_count].ordinal = g_count;
    return g_count++;
}

int main(int argc, char **argv) {
    if (argc < 6) return 125;
    const char *action = argv[1];
    const long at = atol(argv[2]);
    const int number = atoi(argv[3]);
    const int reads = getenv("FAULTSTEP_READS") != NULL;
    FILE *report = fopen(argv[4], "we");
    if (!report) return 125;
    unsetenv("FAULTSTEP_READS");
    pid_t first = fork();
    if (first == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[5], argv + 5);
        _exit(126);
    }
    int status, alive = 1, result = 125;
    long step = 0;
    waitpid(first, &status, 0);
    ptrace(PTRACE_SETOPTIONS, first, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    slot(first);
    ptrace(PTRACE_SYSCALL, first, 0, 0);
    while (alive > 0) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0) break;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            for (int i = 0; i < g_count; i++) if (g_seen[i].pid == pid) g_seen[i].pid = 0;
            alive--;
            continue;
        }
        int signal_to_pass = WSTOPSIG(status), known = 0;
        for (int i = 0; i < g_count; i++) known |= g_seen[i].pid == pid;
        if (!known) alive++;
        int s = slot(pid);
        if (!known && signal_to_pass == SIGSTOP) {
            signal_to_pass = 0;                                    // the stop every new process starts with
        } else if (status >> 16) {
            signal_to_pass = 0;                                    // fork, exec: the new process announces itself
        } else if (signal_to_pass == (SIGTRAP | 0x80)) {
            signal_to_pass = 0;
            struct user_regs_struct regs;
            if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0) {
                if (g_seen[s].in_call) {
                    if (g_seen[s].failing) {
                        regs.rax = (unsigned long long)-(long long)number;
                        ptrace(PTRACE_SETREGS, pid, 0, &regs);
                    }
                    g_seen[s].failing = 0;
                } else {
                    const struct counted *c = find(&regs, reads);
                    if (c) {
                        char object[512];
                        object_of(pid, &regs, c, object, sizeof object);
                        fprintf(report, "%ld %d %s %s\n", ++step, g_seen[s].ordinal, c->name, object);
                        if (step == at && strcmp(action, "killall") == 0) {
                            for (int i = 0; i < g_count; i++) if (g_seen[i].pid) kill(g_seen[i].pid, SIGKILL);
                        } else if (step == at && strcmp(action, "killone") == 0) {
                            kill(pid, SIGKILL);
                        } else if (step == at && strcmp(action, "error") == 0) {
                            regs.orig_rax = (unsigned long long)-1;
                            ptrace(PTRACE_SETREGS, pid, 0, &regs);
                            g_seen[s].failing = 1;
                        }
                    }
                }
                g_seen[s].in_call = !g_seen[s].in_call;
            }
        }
        ptrace(PTRACE_SYSCALL, pid, 0, signal_to_pass);
    }
    fclose(report);
    return result;
}
