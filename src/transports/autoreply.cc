// SPDX-License-Identifier: Apache-2.0
// The record of the autoreply driver: its options, and what is checked when the configuration is read (spec
// autoreply.md §1). The delivery itself is in autoreply_run.cc.
#include "transports/autoreply_run.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

using O = AutoreplyOptions;
using Error = DriverDescription::InitError;
using Frame = Error::Frame;

constexpr OptionRow kRows[] = {
    opt<&O::bcc>("bcc"),
    opt<&O::cc>("cc"),
    opt<&O::file>("file"),
    opt<&O::file_expand>("file_expand"),
    opt<&O::file_optional>("file_optional"),
    opt<&O::from>("from"),
    opt<&O::headers>("headers"),
    opt<&O::log>("log"),
    opt<&O::loop_protection>("loop_protection"),
    opt<&O::mime>("mime"),
    opt<&O::mode>("mode"),
    opt<&O::never_mail>("never_mail"),
    opt<&O::once>("once"),
    opt<&O::once_file_size>("once_file_size"),
    opt<&O::once_repeat>("once_repeat"),
    opt<&O::personal>("personal"),
    opt<&O::personal_addresses>("personal_addresses"),
    opt<&O::reply_to>("reply_to"),
    opt<&O::return_message>("return_message"),
    opt<&O::subject>("subject"),
    opt<&O::text>("text"),
    opt<&O::to>("to"),
};
static_assert(sorted_and_unique(kRows));

Error init(const TransportInstance& instance) {
    if (instance.options.user.uid && !instance.options.group.set())
        return {Frame::general, wording::user_set_without_group(instance.name)};
    return {};
}

}  // namespace

extern const TransportDriver autoreply_driver;
constexpr TransportDriver autoreply_driver = transport_driver_of<Autoreply>("autoreply", kRows, init);

}  // namespace postern
