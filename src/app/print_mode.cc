// SPDX-License-Identifier: Apache-2.0
// -bV and -bP.
#include "app/modes.h"
#include "config/print.h"
#include "wording/command.h"

namespace postern {
namespace {

template <class Drivers>
std::string names_of(const Drivers& drivers) {
    std::string out;
    for (const auto* driver : drivers) {
        out += ' ';
        out += driver->description.name;
    }
    return out;
}

}  // namespace

int show_version(Workplace& place) {
    std::string text = "Postern version " + std::string(wording::kVersion) +
                       " (speaks Exim 4.96 configuration, spool and log formats)\n";
    text += "Lookups (built-in): lsearch wildlsearch nwildlsearch iplsearch dsearch passwd\n";
    text += "Routers:" + names_of(place.drivers().routers) + "\n";
    text += "Transports:" + names_of(place.drivers().transports) + "\n";
    text += "Fixed never_users: 0\n";
    text += "Size of off_t: " + std::to_string(sizeof(off_t)) + "\n";
    text += "Configuration file is " + place.configuration().file + "\n";
    place.out(text);
    return 0;
}

int print_option_values(Workplace& place) {
    PrintRequest request{.admin = place.caller().admin, .no_labels = place.line().no_labels};
    request.environment = place.environment();
    const PrintResult printed = print_options(place.configuration(), place.line().arguments, request);
    place.out(printed.text);
    if (printed.denied) place.err(wording::permission_denied() + "\n");
    return printed.ok && !printed.denied ? 0 : 1;
}

}  // namespace postern
