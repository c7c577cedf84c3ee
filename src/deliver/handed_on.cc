// SPDX-License-Identifier: Apache-2.0
#include "deliver/handed_on.h"

namespace postern {

HandedOn::HandedOn(const Engine& engine, IdleConnections* idle, bool more_to_come, const DeliveryContext& context)
    : engine_(engine) {
    if (idle == nullptr || engine.passing == nullptr) return;
    idle_ = idle;
    who_ = context.instance.name + " " + std::to_string(context.identity.uid) + ":" +
           std::to_string(context.identity.gid) + (context.identity.initgroups ? "+" : "");
    taken_ = idle->take(who_);
    if (!more_to_come) return;
    if (Result<Os::Pipe> made = engine.passing->channel()) channel_ = std::move(*made);
}

void HandedOn::collect(bool stays) {
    if (idle_ == nullptr) return;
    if (stays && taken_) idle_->put(who_, std::move(*taken_));
    if (!channel_.read_end) return;
    Result<std::optional<DescriptorPassing::Passed>> passed = engine_.passing->receive(channel_.read_end.get());
    if (passed && *passed) idle_->put(who_, std::move(**passed));
}

const IdleConnections::Connection* HandingOn::current() const {
    if (own_) return &*own_;
    return parents_is_good_ && parent_.taken_ ? &*parent_.taken_ : nullptr;
}

void HandingOn::offer(DeliveryContext& context, bool last) {
    kept_ = false;
    if (parent_.idle_ == nullptr) return;
    context.idle = current();
    if (last && !parent_.channel_.write_end) return;
    context.keep_connection = [this](UniqueFd fd, std::string_view label) { keep(std::move(fd), label); };
}

void HandingOn::keep(UniqueFd fd, std::string_view label) {
    kept_ = true;
    if (!fd) return;  // the one that it had
    parents_is_good_ = false;
    own_ = IdleConnections::Connection{std::move(fd), std::string(label)};
}

void HandingOn::take_back(const DeliveryContext& context) {
    if (kept_ || context.idle != nullptr) return;
    parents_is_good_ = false;
    own_.reset();
}

bool HandingOn::hand_over() {
    if (own_)
        (void)parent_.engine_.passing->send(parent_.channel_.write_end.get(), own_->fd.get(), own_->label).has_value();
    return !own_ && parents_is_good_;
}

}  // namespace postern
