// SPDX-License-Identifier: Apache-2.0
// transports/pipe_confine.h – option confine of pipe: the limits that the options come to, and a directory of the
// command's own for temporary files, which goes with everything in it when the command has ended.
#pragma once

#include <optional>

#include "driver/transport.h"
#include "sys/confinement.h"
#include "transports/pipe_options.h"

namespace postern {

// Made by the recipient, mode 0700. Removed when this goes; whoever could still write to it must be dead by then.
class PrivateDirectory {
public:
    [[nodiscard]] static Result<PrivateDirectory> make(Os& os, Clock& clock);
    PrivateDirectory(PrivateDirectory&&) = default;
    PrivateDirectory& operator=(PrivateDirectory&&) = default;
    ~PrivateDirectory() { remove(); }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    PrivateDirectory(Os& os, std::string path, UniqueFd fd) : os_(&os), path_(std::move(path)), fd_(std::move(fd)) {}
    void remove();

    Os* os_;
    std::string path_;
    UniqueFd fd_;
};

[[nodiscard]] tl::expected<Confinement, Outcome> confinement_of(DeliveryContext& context, const PipeOptions& options);

}  // namespace postern
