// SPDX-License-Identifier: Apache-2.0
#include "driver/transport.h"

namespace postern {

DeliveryReport same_for_all(const DeliveryContext& context, const Outcome& outcome) {
    DeliveryReport report;
    report.addresses.assign(context.batch.size(), AddressReport{.outcome = outcome});
    return report;
}

}  // namespace postern
