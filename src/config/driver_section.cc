// SPDX-License-Identifier: Apache-2.0
// Routers and transports: instances, their options, the checks of their drivers and those after the whole section
// (spec configuration.md §6.2, routing.md §3.1, transport-framework.md §1).
#include <algorithm>

#include "base/strings.h"
#include "config/loader.h"
#include "config/nearest.h"
#include "wording/config.h"

namespace postern {

namespace {

constexpr std::size_t kLongestName = 63;

struct RouterKind {
    using Options = RouterOptions;
    static constexpr std::string_view one = "router", many = "routers";
    static OptionTable table() { return router_option_table(); }
    static auto& instances(Configuration& configuration) { return configuration.routers; }
    static auto drivers(const DriverCatalogue& catalogue) { return catalogue.routers; }
    static auto later(const DriverCatalogue& catalogue) { return catalogue.later_routers; }
    static DriverDescription::InitError initialise(DriverInstance<Options>& instance);
};

struct TransportKind {
    using Options = TransportOptions;
    static constexpr std::string_view one = "transport", many = "transports";
    static OptionTable table() { return transport_option_table(); }
    static auto& instances(Configuration& configuration) { return configuration.transports; }
    static auto drivers(const DriverCatalogue& catalogue) { return catalogue.transports; }
    static auto later(const DriverCatalogue& catalogue) { return catalogue.later_transports; }
    static DriverDescription::InitError initialise(DriverInstance<Options>& instance);
};

DriverDescription::InitError RouterKind::initialise(DriverInstance<Options>& instance) {
    auto& options = instance.options;
    if (!options.log_as_local.set) options.log_as_local.value = instance.driver->log_as_local;
    if (!options.retry_use_local_part.set)
        options.retry_use_local_part.value = options.check_local_user || options.local_parts.set ||
                                             options.condition.set || options.local_part_prefix.set ||
                                             options.local_part_suffix.set || options.senders.set ||
                                             options.require_files.set;
    return instance.driver->init_router != nullptr ? instance.driver->init_router(instance)
                                                   : DriverDescription::InitError{};
}

DriverDescription::InitError TransportKind::initialise(DriverInstance<Options>& instance) {
    auto& retry_use_local_part = instance.options.retry_use_local_part;
    if (!retry_use_local_part.set) retry_use_local_part.value = instance.driver->local;
    return instance.driver->init_transport != nullptr ? instance.driver->init_transport(instance)
                                                      : DriverDescription::InitError{};
}

// Reads one section of drivers. One object a section: it holds the instance being read.
template <class Kind>
class DriverSection {
public:
    explicit DriverSection(Loader& loader) : loader_(loader) {}

    void read() {
        while (loader_.next_line()) {
            std::string_view rest;
            const std::string_view name = instance_name(loader_.line(), rest);
            if (!name.empty()) {
                open(name, rest);
            } else if (is_upper(loader_.line()[0])) {
                finish();
                if (!loader_.stopped()) loader_.define_macro();
            } else if (!open_) {
                loader_.error_here(wording::driver_name_missing(Kind::one));
            } else {
                read_option();
            }
        }
        if (!loader_.stopped()) finish();
    }

private:
    using Instance = DriverInstance<typename Kind::Options>;

    void open(std::string_view name, std::string_view rest) {
        const std::string own(name);
        const std::string own_rest(rest);
        finish();
        if (loader_.stopped()) return;
        instance_ = {};
        instance_.name = own;
        instance_.where = loader_.lines.place();
        seen_.clear();
        unknown_driver_ = false;
        open_ = true;
        errors_before_ = loader_.errors.size();
        auto& known = Kind::instances(*loader_.configuration);
        if (own.size() > kLongestName)
            loader_.error_here(wording::name_too_long(own.substr(0, kLongestName)));
        else if (std::any_of(known.begin(), known.end(), [&](const Instance& other) { return other.name == own; }))
            loader_.error_general(wording::two_drivers_called(Kind::many, own));
        else if (!own_rest.empty())
            loader_.error_here(wording::after_driver_name(own, own_rest));
    }

    // The instance is complete: its driver checks it. After errors in its lines the check would only repeat them.
    void finish() {
        if (!open_) return;
        open_ = false;
        if (instance_.driver == nullptr) {
            if (loader_.errors.size() == errors_before_)
                loader_.error_general(wording::no_driver(Kind::one, instance_.name));
        } else if (loader_.errors.size() == errors_before_) {
            using Frame = DriverDescription::InitError::Frame;
            DriverDescription::InitError error = Kind::initialise(instance_);
            if (error.frame == Frame::general) loader_.error_general(std::move(error.text));
            if (error.frame == Frame::for_instance)
                loader_.error_for(instance_.name + " " + std::string(Kind::one), std::move(error.text));
            if (!error.warning.empty()) loader_.warn(std::move(error.warning));
        }
        Kind::instances(*loader_.configuration).push_back(std::move(instance_));
    }

    void read_option() {
        OptionLine option;
        if (!loader_.split_option(option)) return;
        if (option.name == "driver") return set_driver(option);
        if (const OptionRow* row = find_option(Kind::table(), option.name)) {
            (void)loader_.set_option(option, *row, Kind::table(), &instance_.options, seen_, instance_.hidden);
            return;
        }
        const OptionRow* row =
            instance_.driver != nullptr ? find_option(instance_.driver->options, option.name) : nullptr;
        if (row != nullptr) {
            (void)loader_.set_option(option, *row, instance_.driver->options, instance_.private_options.get(), seen_,
                                     instance_.hidden);
            return;
        }
        if (unknown_driver_) return;  // its options cannot be known either
        loader_.error_here(wording::unknown_option(option.typed, instance_.driver != nullptr), option.typed,
                           nearest_option(option.name));
    }

    void set_driver(const OptionLine& option) {
        const bool was_set = std::find(seen_.begin(), seen_.end(), &kDriverMark) != seen_.end();
        ValueReader reader = loader_.reader_of(option);
        std::string name;
        if (!loader_.open_value(option, {ValueShape::string, false, was_set}, reader)) return;
        if (!read_string(reader, name)) return loader_.value_error(reader);
        seen_.push_back(&kDriverMark);
        if (const DriverCatalogue* catalogue = loader_.request.drivers; catalogue != nullptr)
            for (const DriverDescription* driver : Kind::drivers(*catalogue))
                if (driver->name == name) {
                    instance_.driver = driver;
                    if (driver->make_options != nullptr) instance_.private_options = driver->make_options();
                    return;
                }
        unknown_driver_ = true;
        loader_.error_here(wording::unknown_driver(Kind::one, instance_.name, name), "driver", driver_hint(name));
    }

    [[nodiscard]] std::string driver_hint(const std::string& name) const {
        const DriverCatalogue* catalogue = loader_.request.drivers;
        if (catalogue == nullptr) return {};
        for (const auto later : Kind::later(*catalogue))
            if (later == name) return wording::hint_later_driver(Kind::one, name);
        std::vector<std::string_view> names;
        for (const DriverDescription* driver : Kind::drivers(*catalogue)) names.push_back(driver->name);
        const std::string nearest = nearest_names(name, names);
        return nearest.empty() ? "" : wording::hint_nearest(nearest);
    }

    [[nodiscard]] std::string nearest_option(std::string_view name) const {
        std::vector<std::string_view> names = names_of(Kind::table());
        names.push_back("driver");
        if (instance_.driver != nullptr)
            for (const auto own : names_of(instance_.driver->options)) names.push_back(own);
        const std::string nearest = nearest_names(name, names);
        return nearest.empty() ? "" : wording::hint_nearest(nearest);
    }

    static constexpr char kDriverMark = 0;  // its address stands for "driver" in seen_

    Loader& loader_;
    Instance instance_;
    bool open_ = false, unknown_driver_ = false;
    std::vector<const void*> seen_;
    std::size_t errors_before_ = 0;
};

// --- checks after the section ---

bool valid_self(std::string_view value) {
    for (const std::string_view word : {"freeze", "defer", "fail", "send", "pass"})
        if (value == word) return true;
    return value.starts_with("reroute:");
}

// redirect_router and pass_router name another instance; pass_router a later one.
void check_new_router(Loader& loader, const RouterInstance& router, const PlainString& wanted, bool must_follow) {
    if (!wanted.set) return;
    const auto& routers = loader.configuration->routers;
    const auto found =
        std::find_if(routers.begin(), routers.end(), [&](const auto& r) { return r.name == wanted.value; });
    if (found == routers.end())
        loader.error_general(wording::new_router_not_found(wanted.value, router.name));
    else if (must_follow && &*found <= &router)
        loader.error_general(wording::new_router_not_after(wanted.value, router.name));
}

void check_router(Loader& loader, const RouterInstance& router) {
    using Need = DriverDescription::TransportNeed;
    const auto& options = router.options;
    const std::string what = router.name + " router";
    if (router.driver == nullptr) return;
    if (router.driver->transport == Need::required && !options.transport.set && !options.verify_only)
        loader.error_general(wording::config_error_of(what, wording::transport_required()));
    else if (router.driver->transport == Need::forbidden && options.transport.set)
        loader.error_general(wording::config_error_of(what, wording::transport_forbidden()));
    if (!loader.stopped() && !valid_self(options.self.value))
        loader.error_for(what, wording::bad_self(options.self.value));
    if (!loader.stopped()) check_new_router(loader, router, options.redirect_router, false);
    if (!loader.stopped()) check_new_router(loader, router, options.pass_router, true);
}

void check_transport(Loader& loader, const TransportInstance& transport) {
    const auto& options = transport.options;
    if (transport.driver == nullptr) return;
    if (options.shadow_transport.set && !transport.driver->local)
        loader.error_general(wording::remote_shadow(transport.name));
    if (!loader.stopped() && options.body_only && options.headers_only)
        loader.error_general(wording::body_and_headers_only(transport.name));
}

}  // namespace

void read_routers(Loader& loader) {
    DriverSection<RouterKind>(loader).read();
    for (const auto& router : loader.configuration->routers) {
        if (loader.stopped()) return;
        check_router(loader, router);
    }
}

void read_transports(Loader& loader) {
    DriverSection<TransportKind>(loader).read();
    for (const auto& transport : loader.configuration->transports) {
        if (loader.stopped()) return;
        check_transport(loader, transport);
    }
}

}  // namespace postern
