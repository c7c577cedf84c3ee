// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration file: all sections, every error at once, then printed. No file is there to be included.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "config/configuration.h"
#include "config/print.h"
#include "sys/real_os.h"

namespace {

using namespace postern;

struct Options {
    Expandable file;
    Octal mode{0600};
    Interval wait{3};
    Integer tries{10};
    SizeInteger size;
    Kilobytes space;
    FixedPoint load;
    OptionalBool lock;
    ExpandableBool more;
    RewriteRules rules;
};
constexpr OptionRow kRows[] = {
    opt<&Options::file>("file"), opt<&Options::load>("load"),   opt<&Options::lock>("lock"),
    opt<&Options::mode>("mode"), opt<&Options::more>("more"),   opt<&Options::rules>("rules"),
    opt<&Options::size>("size"), opt<&Options::space>("space"), opt<&Options::tries>("tries"),
    opt<&Options::wait>("wait"),
};
static_assert(sorted_and_unique(kRows));

const DriverCatalogue& catalogue() {
    static const DriverDescription driver{.name = "d", .options = kRows, .make_options = []() -> std::shared_ptr<void> {
                                              return std::make_shared<Options>();
                                          }};
    static const DriverDescription* const drivers[] = {&driver};
    static const DriverCatalogue all{drivers, drivers, {}, {}};
    return all;
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    RealOs os;  // only accounts and the host name are asked for
    LoadRequest request;
    request.keep_going = true;
    request.for_printing = true;
    request.drivers = &catalogue();
    request.read_included = [](const std::string& path) -> Result<std::string> {
        return failure(ENOENT, "open", path);
    };
    const LoadResult result = load_configuration_text(os, request, "/etc/fuzz.conf", text);
    require((result.configuration == nullptr) == !result.errors.empty());
    for (const ConfigError& error : result.errors)
        require(!error.message.empty() && error.text.ends_with(error.message));
    if (!result.configuration) return 0;
    for (const char* what : {"routers", "transports", "config", "macros"}) {
        const auto printed = print_options(*result.configuration, {what}, {});
        require(printed.ok);
    }
    const std::string main = print_options(*result.configuration, {}, {}).text;
    require(main.starts_with("accept_8bitmime\n") || main.starts_with("no_accept_8bitmime\n"));
    return 0;
}
