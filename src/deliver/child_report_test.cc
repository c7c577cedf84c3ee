// SPDX-License-Identifier: Apache-2.0
#include "deliver/child_report.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_os.h"

namespace postern {
namespace {

DeliveryReport report_of(std::string text) {
    DeliveryReport report;
    report.addresses.push_back({.outcome = {.message = std::move(text)}});
    return report;
}

class ChildReport : public testing::Test {
protected:
    // What the child has written, and then ended.
    ReportReader reader_of(std::string_view bytes) {
        EXPECT_TRUE(write_all(os_, pipe_.write_end.get(), bytes));
        pipe_.write_end.reset();
        return {os_, pipe_.read_end.get()};
    }
    FakeClock clock_;
    FakeOs os_{clock_};
    Os::Pipe pipe_ = *os_.pipe();
};

TEST_F(ChildReport, OneAfterTheOther) {
    for (const char* text : {"first", "", "third"})
        ASSERT_TRUE(send_report(os_, pipe_.write_end.get(), report_of(text)));
    ReportReader reader = reader_of("");
    for (const char* text : {"first", "", "third"}) {
        const ReportReader::Next next = reader.next();
        EXPECT_TRUE(next.complete);
        EXPECT_EQ(next.bytes, report_of(text).encode());
    }
    EXPECT_FALSE(reader.next().complete);
    EXPECT_EQ(reader.next().bytes, "");
}

TEST_F(ChildReport, LongerThanABufferFull) {
    const DeliveryReport report = report_of(std::string(20000, 'x'));
    ASSERT_TRUE(send_report(os_, pipe_.write_end.get(), report));
    const ReportReader::Next next = reader_of("").next();
    EXPECT_TRUE(next.complete);
    EXPECT_EQ(next.bytes, report.encode());
}

TEST_F(ChildReport, IsReadyAlsoWhenItCameWithTheOneBefore) {
    ReportReader reader(os_, pipe_.read_end.get());
    EXPECT_FALSE(reader.ready(std::chrono::milliseconds(1500)));
    EXPECT_EQ(clock_.steady(), FakeClock().steady() + std::chrono::milliseconds(1500));
    for (const char* text : {"first", "second"}) ASSERT_TRUE(send_report(os_, pipe_.write_end.get(), report_of(text)));
    EXPECT_TRUE(reader.ready({}));
    EXPECT_TRUE(reader.next().complete);
    EXPECT_TRUE(reader.ready({}));
    EXPECT_TRUE(reader.next().complete);
    EXPECT_FALSE(reader.ready({}));
    pipe_.write_end.reset();
    EXPECT_TRUE(reader.ready({})) << "that is the end";
}

// Wherever it is cut off, what there is of the report is given, and said to be torn.
TEST_F(ChildReport, Torn) {
    ASSERT_TRUE(send_report(os_, pipe_.write_end.get(), report_of("text")));
    pipe_.write_end.reset();
    const std::string whole = *read_all(os_, pipe_.read_end.get(), 1000);
    const std::string encoded = report_of("text").encode();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        pipe_ = *os_.pipe();
        const ReportReader::Next next = reader_of(whole.substr(0, length)).next();
        EXPECT_FALSE(next.complete) << length;
        if (length < 4) continue;
        EXPECT_EQ(next.bytes, encoded.substr(0, length - 4)) << length;
    }
}

// A child that was taken over says that it has four gigabytes to say.
TEST_F(ChildReport, TooLongToBeTrue) {
    ReportReader reader = reader_of("\xff\xff\xff\xffsomething");
    const ReportReader::Next next = reader.next();
    EXPECT_FALSE(next.complete);
    EXPECT_EQ(next.bytes, "something");
}

}  // namespace
}  // namespace postern
