// SPDX-License-Identifier: Apache-2.0
#include "transports/pipe_confine.h"

#include "base/strings.h"
#include "wording/pipe.h"

namespace postern {

tl::expected<Confinement, Outcome> confinement_of(DeliveryContext& context, const PipeOptions& options) {
    Confinement out{.cpu_seconds = static_cast<std::uint64_t>(options.confine_cpu_time.seconds),
                    .memory = static_cast<std::uint64_t>(options.confine_memory.value),
                    .processes = static_cast<std::uint64_t>(options.confine_processes.value),
                    .open_files = static_cast<std::uint64_t>(options.confine_open_files.value),
                    .file_size = static_cast<std::uint64_t>(options.confine_file_size.value)};
    const struct {
        const Expandable& option;
        std::vector<std::string>& into;
    } kLists[] = {{options.confine_read, out.read}, {options.confine_write, out.write}};
    for (const auto& list : kLists) {
        if (!list.option) continue;
        const Expansion value = context.expander.expand(list.option, context.scope);
        if (!value || value->tainted) {
            const std::string why = value ? "it holds text from outside" : value.error().message;
            return tl::unexpected(
                Outcome{.verdict = Verdict::defer,
                        .code = 0,
                        .message = wording::string_not_expanded(list.option.source, context.instance.name, why)});
        }
        for (std::string& path : split_list(value->bytes))
            if (!path.empty()) list.into.push_back(std::move(path));
    }
    return out;
}

}  // namespace postern
