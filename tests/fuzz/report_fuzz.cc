// SPDX-License-Identifier: Apache-2.0
// What a delivery child writes is read by a more privileged parent: any bytes must do. The input is what comes through
// the pipe: reports with their lengths in front.
#include "deliver/child_report.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "driver/outcome.h"
#include "support/fake_clock.h"
#include "support/fake_os.h"

namespace {

void check_report(std::string_view bytes) {
    const auto decoded = postern::DeliveryReport::decode(bytes);
    // There is one encoding of a report: whatever is accepted whole must be what encode() makes of it.
    if (decoded.complete && decoded.report.encode() != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_report(bytes);

    postern::FakeClock clock;
    postern::FakeOs os(clock);
    auto pipe = *os.pipe();
    if (!postern::write_all(os, pipe.write_end.get(), bytes)) return 0;
    pipe.write_end.reset();
    postern::ReportReader reader(os, pipe.read_end.get());
    std::size_t taken = 0;
    for (auto next = reader.next();; next = reader.next()) {
        taken += next.bytes.size();
        check_report(next.bytes);
        if (!next.complete) break;
    }
    if (taken > size) std::abort();
    return 0;
}
