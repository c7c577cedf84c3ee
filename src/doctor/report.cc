// SPDX-License-Identifier: Apache-2.0
#include "doctor/report.h"

#include <algorithm>
#include <array>

namespace postern {
namespace {

constexpr std::array<std::string_view, 4> kNames{"mbox", "maildir", "mbx", "mailstore"};

}  // namespace

std::string_view name_of(MailboxFormat format) { return kNames.at(static_cast<std::size_t>(format)); }

std::optional<MailboxFormat> mailbox_format(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<MailboxFormat>(found - kNames.begin());
}

void Report::add(Finding finding) {
    if (findings.size() < kMostFindings) {
        findings.push_back(std::move(finding));
    } else if (!finding.note) {
        ++not_listed;
    }
}

std::int64_t Report::problems() const {
    return not_listed + std::ranges::count_if(
                            findings, [](const Finding& finding) { return !finding.note && finding.repaired.empty(); });
}

}  // namespace postern
