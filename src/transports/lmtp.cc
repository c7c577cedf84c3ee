// SPDX-License-Identifier: Apache-2.0
// The record of the lmtp driver: its options, and what is checked when the configuration is read (spec lmtp.md §1). The
// delivery itself is in lmtp_run.cc.
#include "wording/lmtp.h"
#include "transports/lmtp_run.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

using O = LmtpOptions;
using Error = DriverDescription::InitError;
using Frame = Error::Frame;

constexpr OptionRow kRows[] = {
    opt<&O::batch_id>("batch_id"), opt<&O::batch_max>("batch_max"),
    opt<&O::command>("command"),   opt<&O::connect_timeout>("connect_timeout"),
    opt<&O::hosts>("hosts"),       opt<&O::ignore_quota>("ignore_quota"),
    opt<&O::port>("port"),         opt<&O::session_timeout>("session_timeout"),
    opt<&O::socket>("socket"),     opt<&O::timeout>("timeout"),
};
static_assert(sorted_and_unique(kRows));

Error init(const TransportInstance& instance) {
    const O& options = *static_cast<const O*>(instance.private_options.get());
    const int servers = (options.command ? 1 : 0) + (options.socket ? 1 : 0) + (options.hosts ? 1 : 0);
    if (servers != 1) return {Frame::general, wording::one_of_command_or_socket(instance.name)};
    if (instance.options.user.uid && !instance.options.group.set())
        return {Frame::general, wording::user_set_without_group(instance.name)};
    return {};
}

std::string advise(const TransportInstance& instance) {
    const O& options = *static_cast<const O*>(instance.private_options.get());
    return options.batch_max.value > 1 ? std::string() : wording::lmtp_batch_advice();
}

constexpr TransportDriver make_driver() {
    TransportDriver driver = transport_driver_of<Lmtp>("lmtp", kRows, init);
    driver.description.advise_transport = advise;
    return driver;
}

}  // namespace

extern const TransportDriver lmtp_driver;
constexpr TransportDriver lmtp_driver = make_driver();

}  // namespace postern
