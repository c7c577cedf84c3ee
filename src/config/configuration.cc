// SPDX-License-Identifier: Apache-2.0
#include "config/configuration.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/loader.h"
#include "config/trust.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::size_t kLargestFile = 64 << 20;

template <class Items>
auto* find_named(const Items& items, std::string_view name) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

void start_reading(Loader& loader, std::string name, std::string text) {
    auto& configuration = *loader.configuration;
    configuration.file = std::move(name);
    const auto slash = configuration.file.rfind('/');
    configuration.directory = configuration.file.substr(0, std::max<std::size_t>(slash, 1));
    loader.lines.start(configuration.file, std::move(text));
}

// The first file of the candidates that is there. False: reported.
bool open_file(Loader& loader) {
    const auto& files = loader.request.files;
    for (const auto& file : files) {
        auto fd = loader.os.open(AtPath{file}, O_RDONLY);
        if (!fd && fd.error().code == ENOENT) continue;
        const auto refuse = [&](int code) {
            const auto ids = loader.os.ids();
            std::string why = errno_text(code);
            if (code == EACCES) why += fmt::format(" (euid={} egid={})", ids.effective_uid, ids.effective_gid);
            loader.error_plain(wording::cannot_open_configuration(file, why));
            return false;
        };
        if (!fd) return refuse(fd.error().code);

        const bool check_owner = loader.request.check_owner.value_or(loader.os.ids().effective_uid == 0);
        if (check_owner && file != "/dev/null") {
            const auto status = loader.os.stat(fd->get());
            if (!status || !safe_to_obey(*status)) {
                loader.error_plain(wording::untrusted_configuration_file(file));
                return false;
            }
        }
        auto text = read_all(loader.os, fd->get(), kLargestFile);
        if (!text) return refuse(text.error().code);

        std::string name = file;
        if (!file.starts_with('/'))
            if (const auto here = loader.os.real_path("."); here) name = *here + "/" + file;
        start_reading(loader, std::move(name), *std::move(text));
        return true;
    }
    loader.error_plain(wording::no_configuration_file(join(files, ":")));
    return false;
}

struct Section {
    std::string_view name;  // singular forms are accepted too
    void (*read)(Loader&);
};
constexpr Section kSections[] = {
    {"acl", read_acl_section},       {"authenticators", skip_authenticators}, {"local_scan", read_local_scan_section},
    {"retry", read_retry_section},   {"rewrite", read_rewrite_section},       {"routers", read_routers},
    {"transports", read_transports},
};

// With or without an "s" at the end, whatever the section's own name ends in.
bool is_called(const Section& section, std::string_view typed) {
    if (typed == section.name) return true;
    if (section.name.ends_with('s')) return typed == section.name.substr(0, section.name.size() - 1);
    return typed.size() == section.name.size() + 1 && typed.starts_with(section.name) && typed.ends_with('s');
}

void read_other_sections(Loader& loader) {
    bool read[std::size(kSections)] = {};
    const auto skip = [&loader] {
        while (loader.next_line()) {
        }
    };
    while (!loader.stopped() && (!loader.section.empty() || !loader.section_as_typed.empty())) {
        const std::string section = std::exchange(loader.section, {}),
                          typed = std::exchange(loader.section_as_typed, {});
        std::size_t which = 0;
        while (which < std::size(kSections) && !is_called(kSections[which], section)) ++which;
        if (which == std::size(kSections)) {
            loader.error_here(wording::unknown_section(typed));
            skip();
        } else if (read[which]) {
            loader.error_here(wording::repeated_section(typed));
            skip();
        } else {
            read[which] = true;
            kSections[which].read(loader);
        }
    }
}

}  // namespace

const NamedList* Configuration::list(ListKind kind, std::string_view name) const {
    return find_named(lists[static_cast<std::size_t>(kind)], name);
}
const TransportInstance* Configuration::transport(std::string_view name) const { return find_named(transports, name); }
const RouterInstance* Configuration::router(std::string_view name) const { return find_named(routers, name); }

namespace {

LoadResult read_sections(Loader& loader, bool opened) {
    if (opened) {
        read_main_section(loader);
        if (!loader.stopped()) check_main_options(loader);
        read_other_sections(loader);
    }
    loader.configuration->macros = loader.macros.macros();
    LoadResult result;
    result.log_file_path = loader.configuration->main.log_file_path.value;
    result.exim_user = loader.configuration->main.exim_user.uid;
    result.exim_group = loader.configuration->main.exim_group.gid;
    result.errors = std::move(loader.errors);
    if (result.errors.empty()) result.configuration = std::move(loader.configuration);
    return result;
}

}  // namespace

LoadResult load_configuration(Os& os, const LoadRequest& request) {
    Loader loader(os, request);
    const bool opened = open_file(loader);
    return read_sections(loader, opened);
}

LoadResult load_configuration_text(Os& os, const LoadRequest& request, std::string name, std::string text) {
    Loader loader(os, request);
    start_reading(loader, std::move(name), std::move(text));
    return read_sections(loader, true);
}

}  // namespace postern
