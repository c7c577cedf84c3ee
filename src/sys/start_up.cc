// SPDX-License-Identifier: Apache-2.0
#include "sys/start_up.h"

#include <fcntl.h>
#include <unistd.h>

namespace postern {

void open_standard_descriptors() {
    for (;;) {
        const int fd = ::open("/dev/null", O_RDWR);
        if (fd < 0) return;
        if (fd > STDERR_FILENO) {
            ::close(fd);
            return;
        }
    }
}

void detach_from_caller() {
    (void)::setsid();
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) (void)::dup2(null, fd);
    ::close(null);
}

}  // namespace postern
