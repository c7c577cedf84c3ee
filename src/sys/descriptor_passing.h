// SPDX-License-Identifier: Apache-2.0
// sys/descriptor_passing.h – open descriptors from a child to its parent, each with a few bytes that say what it is.
// A channel is made before the fork; what was sent waits in it, also when the child is gone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sys/os.h"

namespace postern {

class DescriptorPassing {
public:
    static constexpr std::size_t kLongestLabel = 4096;
    struct Passed {
        UniqueFd fd;
        std::string label;
    };

    DescriptorPassing() = default;
    DescriptorPassing(const DescriptorPassing&) = delete;
    DescriptorPassing& operator=(const DescriptorPassing&) = delete;
    virtual ~DescriptorPassing() = default;

    virtual Result<Os::Pipe> channel() = 0;
    virtual Status send(int write_end, int fd, std::string_view label) = 0;  // a copy; ours stays
    virtual Result<std::optional<Passed>> receive(int read_end) = 0;         // does not wait; nullopt: nothing is there
};

class RealDescriptorPassing final : public DescriptorPassing {
public:
    explicit RealDescriptorPassing(Os& os) : os_(os) {}
    Result<Os::Pipe> channel() override;
    Status send(int write_end, int fd, std::string_view label) override;
    Result<std::optional<Passed>> receive(int read_end) override;

private:
    Os& os_;
};

}  // namespace postern
