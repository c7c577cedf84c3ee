// SPDX-License-Identifier: Apache-2.0
#include "sys/descriptor_passing.h"

#include <gtest/gtest.h>

#include "sys/real_os.h"
#include "sys/real_processes.h"

namespace postern {
namespace {

TEST(DescriptorPassing, FromAChildThatIsGone) {
    RealOs os;
    RealProcesses processes;
    RealDescriptorPassing passing(os);
    auto channel = passing.channel();
    ASSERT_TRUE(channel);
    EXPECT_FALSE(passing.receive(channel->read_end.get()).value()) << "nothing is there yet";
    const auto child = processes.fork_child(
        [&] {
            auto pipe = os.pipe();
            (void)write_all(os, pipe->write_end.get(), "hello").has_value();
            return passing.send(channel->write_end.get(), pipe->read_end.get(), "a label") ? 0 : 1;
        },
        false);
    ASSERT_TRUE(child);
    EXPECT_TRUE(processes.wait(*child)->ok());
    channel->write_end.reset();
    auto passed = passing.receive(channel->read_end.get());
    ASSERT_TRUE(passed && *passed);
    EXPECT_EQ((*passed)->label, "a label");
    EXPECT_EQ(read_all(os, (*passed)->fd.get(), 100).value(), "hello");
    EXPECT_FALSE(passing.receive(channel->read_end.get()).value()) << "that was all";
}

}  // namespace
}  // namespace postern
