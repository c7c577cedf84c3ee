// SPDX-License-Identifier: Apache-2.0
#include "transports/batch_smtp.h"

namespace postern {

std::string batch_recipient(const AddressItem& item, bool with_affixes) {
    if (item.kind == AddressKind::pipe) return item.address;
    const AddressItem& mailbox = item.is_pfr() && item.parent ? *item.parent : item;
    const std::string& address = mailbox.address;
    const std::size_t at = address.rfind('@');
    const std::size_t cut = mailbox.prefix.size() + mailbox.suffix.size();
    if (with_affixes || cut == 0 || at == std::string::npos || at < cut) return address;
    return address.substr(mailbox.prefix.size(), at - cut) + address.substr(at);
}

void add_batch_envelope(WritePlan& plan, const DeliveryContext& context, bool crlf) {
    const std::string end = crlf ? "\r\n" : "\n";
    plan.prefix += "MAIL FROM:<" + context.return_path + ">" + end;
    for (const AddressItem* item : context.batch)
        plan.prefix += "RCPT TO:<" + batch_recipient(*item, context.instance.options.rcpt_include_affixes) + ">" + end;
    plan.prefix += "DATA" + end;
    plan.suffix += "." + end;
}

}  // namespace postern
