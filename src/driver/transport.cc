// SPDX-License-Identifier: Apache-2.0
#include "driver/transport.h"

namespace postern {

DeliveryContext DeliveryContext::for_transport(const TransportInstance& other) const {
    return {.configuration = configuration,
            .instance = other,
            .os = os,
            .clock = clock,
            .processes = processes,
            .expander = expander,
            .message = message,
            .scope = scope,
            .batch = batch,
            .duplicates = duplicates,
            .identity = identity,
            .return_path = return_path,
            .body = body,
            .primary_hostname = primary_hostname,
            .sync = sync,
            .dont_deliver = dont_deliver,
            .only_planning = only_planning,
            .filter = filter,
            .before_commit = before_commit,
            .rewrite_log = rewrite_log,
            .intents = intents,
            .earlier_intents = earlier_intents};
}

DeliveryReport same_for_all(const DeliveryContext& context, const Outcome& outcome) {
    DeliveryReport report;
    report.addresses.assign(context.batch.size(), AddressReport{.outcome = outcome});
    return report;
}

}  // namespace postern
