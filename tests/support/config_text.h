// SPDX-License-Identifier: Apache-2.0
// support/config_text.h – loads configurations from text over a FakeOs, with a small catalogue of made-up drivers.
// Only for tests of folders that link config.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/configuration.h"
#include "support/fake_os.h"

namespace postern {

// Transport "box" (local) and "wire" (remote); routers "take" (needs a transport) and "share" (must have none).
struct BoxOptions {
    Expandable file, directory;
    Octal mode{0600};
    Interval wait{3};
    Integer tries{10};
    OptionalBool lock{true, false};
    ExpandableBool size_file;
    bool strict = true;
};
struct ShareOptions {
    Expandable data;
    UidList owners;
    GidList owngroups;
    bool one_time = false;
};

inline constexpr OptionRow kBoxRows[] = {
    opt<&BoxOptions::directory>("directory"), opt<&BoxOptions::file>("file"),
    opt<&BoxOptions::lock>("lock"),           opt<&BoxOptions::mode>("mode"),
    opt<&BoxOptions::size_file>("size_file"), opt<&BoxOptions::strict>("strict"),
    opt<&BoxOptions::tries>("tries"),         opt<&BoxOptions::wait>("wait"),
};
static_assert(sorted_and_unique(kBoxRows));
inline constexpr OptionRow kShareRows[] = {
    opt<&ShareOptions::data>("data"),
    opt<&ShareOptions::one_time>("one_time"),
    opt<&ShareOptions::owners>("owners"),
    opt<&ShareOptions::owngroups>("owngroups"),
};
static_assert(sorted_and_unique(kShareRows));

struct ConfigText {
    ConfigText() {
        os.set_node_name("host.example");
        os.add_user("root", 0, 0, "/root");
        os.add_group("root", 0);
        os.add_user("mail", 8, 8);
        os.add_group("mail", 8);
        os.add_user("joe", 1000, 100, "/home/joe");
        os.add_group("users", 100);
        request.files = {"/etc/test.conf"};
        request.drivers = &catalogue();
        request.expand = [](const std::string& source, const Configuration&) -> Result<std::string> {
            if (source.find("${if") != std::string::npos) return failure("condition name expected, but found \"\"");
            std::string out = source;  // the only variable that these tests know
            for (auto at = out.find("$who"); at != std::string::npos; at = out.find("$who")) out.replace(at, 4, "mail");
            return out;
        };
    }

    LoadResult load(const std::string& text) {
        os.put_file("/etc/test.conf", text);
        return load_configuration(os, request);
    }
    // The one error's record, or "" when all is well.
    std::string error(const std::string& text) {
        const LoadResult result = load(text);
        return result.errors.empty() ? "" : result.errors.front().text;
    }
    // Its last part only.
    std::string message(const std::string& text) {
        const LoadResult result = load(text);
        return result.errors.empty() ? "" : result.errors.front().message;
    }

    static const DriverCatalogue& catalogue() {
        using Init = DriverDescription::InitError;
        using Need = DriverDescription::TransportNeed;
        static const DriverDescription box{
            .name = "box",
            .options = kBoxRows,
            .make_options = []() -> std::shared_ptr<void> { return std::make_shared<BoxOptions>(); },
            .init_transport = [](const DriverInstance<TransportOptions>& instance) -> Init {
                const auto& own = *static_cast<const BoxOptions*>(instance.private_options.get());
                if (own.file.set && own.directory.set)
                    return {Init::Frame::for_instance, "only one of \"file\" or \"directory\" can be specified"};
                if (instance.options.user.uid && !instance.options.group.set())
                    return {Init::Frame::general, "user set without group for the " + instance.name + " transport"};
                return {};
            }};
        static const DriverDescription wire{.name = "wire", .make_options = nullptr, .local = false};
        static const DriverDescription take{
            .name = "take", .make_options = nullptr, .log_as_local = true, .transport = Need::required};
        static const DriverDescription share{
            .name = "share",
            .options = kShareRows,
            .make_options = []() -> std::shared_ptr<void> { return std::make_shared<ShareOptions>(); },
            .init_router = [](DriverInstance<RouterOptions>& instance) -> Init {
                const auto& own = *static_cast<const ShareOptions*>(instance.private_options.get());
                if (!own.data.set) return {Init::Frame::for_instance, "one of \"file\" or \"data\" must be specified"};
                return {};
            },
            .transport = Need::forbidden};
        static const DriverDescription* const transports[] = {&box, &wire};
        static const DriverDescription* const routers[] = {&share, &take};
        static constexpr std::string_view later_routers[] = {"dnslookup"}, later_transports[] = {"smtp"};
        static const DriverCatalogue all{routers, transports, later_routers, later_transports};
        return all;
    }

    FakeClock clock;
    FakeOs os{clock};
    LoadRequest request;
};

}  // namespace postern
