// SPDX-License-Identifier: Apache-2.0
#include "app/check.h"

#include <unistd.h>
#include <algorithm>

#include <nlohmann/json.hpp>

#include "config/driver_options.h"
#include "wording/pipe.h"
#include "wording/tls.h"

namespace postern {
namespace {

struct Finding {
    SourcePlace where;
    std::string option, message, hint;
    bool warning = false;
};

Finding finding_of(const ConfigError& error) {
    return {.where = error.where, .option = error.option, .message = error.message, .hint = error.hint};
}

// Syntax errors in texts that would only be met when mail comes.
class TemplateCheck {
public:
    explicit TemplateCheck(std::vector<Finding>& findings) : findings_(findings) {}

    void table(OptionTable rows, const void* block, const std::string& owner, const SourcePlace& owner_place) {
        for (const OptionRow& row : rows) {
            const OptionRow::ExpandedText expanded = row.expanded_text(block);
            if (expanded.text.empty()) continue;
            const std::optional<std::string> error = syntax_error(expanded.text);
            if (!error) continue;
            const bool placed = expanded.where && expanded.where->line > 0;
            findings_.push_back({.where = placed ? *expanded.where : owner_place,
                                 .option = std::string(row.name),
                                 .message = (owner.empty() ? "" : owner + ": ") + *error,
                                 .hint = "the value would fail each time it is expanded"});
        }
    }

    template <class Instance>
    void instances(const std::vector<Instance>& all, std::string_view kind, OptionTable generic) {
        for (const Instance& instance : all) {
            const std::string owner = std::string(kind) + " " + instance.name;
            table(generic, &instance.options, owner, instance.where);
            table(instance.driver->options, instance.private_options.get(), owner, instance.where);
        }
    }

private:
    std::vector<Finding>& findings_;
};

// A command that cannot be confined is not run: better to hear it before mail waits for it.
void check_confinement(const Configuration& configuration, ProcessRunner& processes, std::vector<Finding>& findings) {
    for (const TransportInstance& instance : configuration.transports) {
        const OptionRow* row = find_option(instance.driver->options, "confine");
        if (row == nullptr || row->print(instance.private_options.get(), "confine") != "confine") continue;
        const ConfinementSupport support = processes.confinement_support();
        if (support.enough()) continue;
        findings.push_back(
            {.where = instance.where,
             .message = wording::kernel_cannot_confine(instance.name, support.seccomp ? "Landlock" : "seccomp filters"),
             .warning = true});
    }
}

// Files of TLS that are named as they are: better to hear it before a server wants them.
void check_tls_files(const Configuration& configuration, Os& os, std::vector<Finding>& findings) {
    constexpr std::string_view kOptions[] = {"tls_certificate", "tls_crl", "tls_privatekey", "tls_verify_certificates"};
    for (const TransportInstance& instance : configuration.transports) {
        for (const std::string_view name : kOptions) {
            const OptionRow* row = find_option(instance.driver->options, name);
            if (row == nullptr) continue;
            const std::string path(row->expanded_text(instance.private_options.get()).text);
            if (!path.starts_with('/') || path.find_first_of("$\\") != std::string::npos) continue;
            const Result<FileStat> there = os.stat(AtPath(path), Follow::yes);
            if (there) continue;
            const std::string why = wording::tls_unreadable(name, path, there.error().code);
            findings.push_back(
                {.where = instance.where, .message = "transport " + instance.name + ": " + why, .warning = true});
        }
    }
}

std::vector<Finding> look(Workplace::World world, const CommandLine& line) {
    LoadRequest request;
    request.files = line.configuration_files;
    request.macros = line.macros;
    request.keep_going = true;
    request.drivers = &driver_catalogue();
    request.expand = [&world](const std::string& source, const Configuration& so_far) -> Result<std::string> {
        Expander expander(
            {.configuration = &so_far, .os = &world.os, .clock = &world.clock, .processes = &world.processes});
        Expansion value = expander.expand(source, Scope{});
        if (!value) return failure(value.error().message);
        return std::move(value->bytes);
    };
    const LoadResult loaded = load_configuration(world.os, request);
    std::vector<Finding> findings;
    for (const ConfigError& error : loaded.errors) findings.push_back(finding_of(error));
    if (!loaded.configuration) return findings;
    TemplateCheck templates(findings);
    templates.table(main_option_table(), &loaded.configuration->main, "", {loaded.configuration->file, 0});
    templates.instances(loaded.configuration->routers, "router", router_option_table());
    templates.instances(loaded.configuration->transports, "transport", transport_option_table());
    for (const TransportInstance& transport : loaded.configuration->transports) {
        const auto advise = transport.driver->advise_transport;
        const std::string advice = advise ? advise(transport) : std::string();
        if (!advice.empty())
            findings.push_back(
                {.where = transport.where, .message = "transport " + transport.name + ": " + advice, .warning = true});
    }
    check_confinement(*loaded.configuration, world.processes, findings);
    check_tls_files(*loaded.configuration, world.os, findings);
    std::ranges::stable_sort(findings, {}, [](const Finding& f) { return f.where.line; });
    for (const std::string& warning : loaded.configuration->warnings)
        findings.push_back({.message = warning, .warning = true});
    return findings;
}

std::string in_words(const std::vector<Finding>& findings, const std::string& file) {
    std::string out;
    std::size_t errors = 0, warnings = 0;
    for (const Finding& finding : findings) {
        out += finding.where.file.empty() ? file : finding.where.file;
        if (finding.where.line > 0) out += ":" + std::to_string(finding.where.line);
        out += finding.warning ? ": warning: " : ": error: ";
        if (!finding.option.empty()) out += "option " + finding.option + ": ";
        out += finding.message + "\n";
        if (!finding.hint.empty()) out += "    " + finding.hint + "\n";
        ++(finding.warning ? warnings : errors);
    }
    if (findings.empty()) return file + ": no errors\n";
    return out + file + ": " + std::to_string(errors) + (errors == 1 ? " error, " : " errors, ") +
           std::to_string(warnings) + (warnings == 1 ? " warning\n" : " warnings\n");
}

std::string in_json(const std::vector<Finding>& findings) {
    nlohmann::json out = {{"errors", nlohmann::json::array()}, {"warnings", nlohmann::json::array()}};
    for (const Finding& finding : findings) {
        nlohmann::json entry = {{"message", finding.message}};
        if (!finding.where.file.empty()) entry["file"] = finding.where.file;
        if (finding.where.line > 0) entry["line"] = finding.where.line;
        if (!finding.option.empty()) entry["option"] = finding.option;
        if (!finding.hint.empty()) entry["hint"] = finding.hint;
        out[finding.warning ? "warnings" : "errors"].push_back(std::move(entry));
    }
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

int check_configuration(Workplace::World world, const CommandLine& line, bool json) {
    const std::vector<Finding> findings = look(world, line);
    const std::string file = line.configuration_files.empty() ? std::string() : line.configuration_files.front();
    (void)write_all(world.os, STDOUT_FILENO, json ? in_json(findings) : in_words(findings, file)).has_value();
    return std::ranges::any_of(findings, [](const Finding& f) { return !f.warning; }) ? 1 : 0;
}

}  // namespace postern
