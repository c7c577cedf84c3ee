// SPDX-License-Identifier: Apache-2.0
#include "transports/format_switch.h"

#include <array>
#include <cerrno>

#include "base/strings.h"
#include "wording/appendfile.h"

namespace postern {
namespace {

Outcome deferred(int code, std::string message) { return {.code = code, .message = std::move(message)}; }

std::string start_of(Os& os, int fd) {
    std::array<char, FormatSwitch::kStart> buffer{};
    const auto got = os.pread(fd, buffer, 0);
    return got ? std::string(buffer.data(), *got) : std::string();
}

}  // namespace

std::vector<FormatRule> parse_file_format(std::string_view list) {
    const std::vector<std::string> items = split_list(list);
    std::vector<FormatRule> rules;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) rules.push_back({items[i], items[i + 1]});
    return rules;
}

FormatChoice FormatSwitch::choose(std::string_view start) const {
    if (start.empty()) return {&self_, std::nullopt};
    for (const FormatRule& rule : rules_) {
        if (!start.starts_with(rule.start)) continue;
        const TransportInstance* found = configuration_.transport(rule.transport);
        if (!found)
            return {nullptr,
                    deferred(code::kBadTransport, wording::format_without_transport(rule.transport, rule.start))};
        if (found->driver != self_.driver)
            return {nullptr,
                    deferred(code::kBadTransport, wording::format_of_other_driver(rule.transport, rule.start))};
        return {found, std::nullopt};
    }
    return {nullptr, deferred(code::kFormatUnknown, wording::format_unknown())};
}

FormatChoice FormatSwitch::choose_for(Os& os, const AtPath& file) const {
    const FormatChoice stay{&self_, std::nullopt};
    const auto found = os.stat(file, Follow::yes);
    if (!found || found->kind != FileKind::regular) return stay;
    auto fd = os.open(file, O_RDONLY | O_NONBLOCK | O_NOATIME);
    if (!fd && fd.error().code == EPERM) fd = os.open(file, O_RDONLY | O_NONBLOCK);  // another user's
    if (!fd) return stay;
    return choose(start_of(os, fd->get()));
}

std::optional<int> FormatSwitch::refuses(Os& os, int fd) const {
    const FormatChoice choice = choose(start_of(os, fd));
    if (choice.refusal) return choice.refusal->code;
    if (choice.transport != &self_) return code::kUnknown;
    return std::nullopt;
}

std::vector<const TransportInstance*> FormatSwitch::others() const {
    std::vector<const TransportInstance*> out;
    for (const FormatRule& rule : rules_) {
        const TransportInstance* found = configuration_.transport(rule.transport);
        if (found && found != &self_ && found->driver == self_.driver) out.push_back(found);
    }
    return out;
}

}  // namespace postern
