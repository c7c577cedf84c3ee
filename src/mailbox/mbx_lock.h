// SPDX-License-Identifier: Apache-2.0
// mailbox/mbx_lock.h – the locking of c-client's MBX mailboxes (spec appendfile.md §7.7): a shared lock on the mailbox
// itself says "in use", an exclusive one on /tmp/.DEVICE.INODE says "being changed". Runs as the recipient.
//
// Anybody may write to /tmp, so the lock file is opened without following links and compared with its name before and
// after it is locked; every doubt refuses the delivery. The last one to use the mailbox removes the file.
#pragma once

#include <memory>
#include <string>

#include "mailbox/locks.h"

namespace postern {

class MbxLock {
public:
    struct Attempt {
        FileLock result = FileLock::busy;
        std::unique_ptr<MbxLock> lock;  // when it is locked
    };
    // One try for the open mailbox; `mailbox` must stay open for the lock's whole life. Blocks as long as the timeouts
    // of `settings` say.
    [[nodiscard]] static MailboxResult<Attempt> take(Os& os, int mailbox, const LockSettings& settings);
    // Where the lock file of this mailbox is.
    [[nodiscard]] static std::string name_for(const FileStat& mailbox);

    MbxLock(Os& os, int mailbox, LockSettings settings, std::string name, UniqueFd file)
        : os_(os), mailbox_(mailbox), settings_(settings), name_(std::move(name)), file_(std::move(file)) {}
    MbxLock(const MbxLock&) = delete;
    MbxLock& operator=(const MbxLock&) = delete;
    ~MbxLock();

private:
    Os& os_;
    int mailbox_;
    LockSettings settings_;
    std::string name_;
    UniqueFd file_;
};

}  // namespace postern
