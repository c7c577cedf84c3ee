// SPDX-License-Identifier: Apache-2.0
// transports/private_directory.h – a directory for the temporary files of one command: PID.N in /tmp/postern-pipe.UID,
// which is the recipient's, mode 0700. It goes with everything in it when this goes; whoever could still write to it
// must be dead by then. If somebody else has taken the name /tmp/postern-pipe.UID, it is one of its own in /tmp.
//
// A delivery that is killed leaves its directory behind. So each is locked as long as its delivery lives, and whoever
// makes one removes those of the same user that nobody holds. What is in them is hostile, and the command may still
// run: no link is followed, no path goes through them, and what cannot be removed soon is left for the next time.
#pragma once

#include <string>

#include "sys/clock.h"
#include "sys/os.h"

namespace postern {

class PrivateDirectory {
public:
    [[nodiscard]] static Result<PrivateDirectory> make(Os& os, Clock& clock);
    PrivateDirectory(PrivateDirectory&&) = default;
    PrivateDirectory& operator=(PrivateDirectory&&) = default;
    ~PrivateDirectory() { remove(); }
    [[nodiscard]] std::string path() const { return shelf_.path + "/" + name_; }

private:
    struct Shelf {  // goes when the last directory on it has gone
        Shelf() = default;
        Shelf(Shelf&&) = default;
        Shelf& operator=(Shelf&&) = default;
        ~Shelf() {
            if (fd && os != nullptr) (void)os->rmdir(path);
        }
        std::string path;
        UniqueFd fd;
        Os* os = nullptr;  // null: it is not ours alone
    };
    PrivateDirectory(Os& os, Shelf shelf, std::string name, UniqueFd fd)
        : os_(&os), shelf_(std::move(shelf)), name_(std::move(name)), fd_(std::move(fd)) {}
    [[nodiscard]] static Result<Shelf> find_shelf(Os& os);
    void remove();

    Os* os_;
    Shelf shelf_;
    std::string name_;
    UniqueFd fd_;
};

}  // namespace postern
