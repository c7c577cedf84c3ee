// SPDX-License-Identifier: Apache-2.0
#include "app/mailbox_command.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "doctor/repair.h"

namespace postern {
namespace {

constexpr int kInOrder = 0, kProblems = 1, kNotLookedAt = 2;

std::string place_of(const Finding& finding, const std::string& mailbox) {
    std::string out = mailbox;
    if (!finding.file.empty()) out += "/" + finding.file;
    if (finding.offset) out += ":" + std::to_string(*finding.offset);
    return printable(out);
}

std::string in_words(const Report& report, const std::string& mailbox) {
    std::string out;
    for (const Finding& finding : report.findings) {
        out += place_of(finding, mailbox) + (finding.note ? ": note: " : ": problem: ");
        out += std::string(name_of(finding.fault)) + ": " + std::string(sentence(finding.fault));
        if (!finding.detail.empty()) out += " (" + printable(finding.detail) + ")";
        out += "\n";
        if (!finding.repaired.empty()) out += "    repaired: " + printable(finding.repaired) + "\n";
        if (!finding.left.empty()) out += "    left: " + printable(finding.left) + "\n";
    }
    if (report.not_listed > 0) out += "… and " + std::to_string(report.not_listed) + " more problems\n";
    const std::int64_t problems = report.problems();
    return out + printable(mailbox) + ": " + std::string(name_of(report.format)) + ", " +
           std::to_string(report.messages) + (report.messages == 1 ? " message, " : " messages, ") +
           (problems == 0 ? "no problems" : std::to_string(problems) + (problems == 1 ? " problem" : " problems")) +
           "\n";
}

std::string in_json(const Report& report, const std::string& mailbox) {
    using Json = nlohmann::ordered_json;
    Json out = {{"path", mailbox},
                {"format", name_of(report.format)},
                {"messages", report.messages},
                {"problems", report.problems()},
                {"not_listed", report.not_listed},
                {"findings", Json::array()}};
    for (const Finding& finding : report.findings) {
        Json entry = {{"kind", name_of(finding.fault)},
                      {"severity", finding.note ? "note" : "problem"},
                      {"message", sentence(finding.fault)}};
        if (!finding.file.empty()) entry["file"] = finding.file;
        if (finding.offset) entry["offset"] = *finding.offset;
        if (!finding.detail.empty()) entry["detail"] = finding.detail;
        if (!finding.repaired.empty()) entry["repaired"] = finding.repaired;
        if (!finding.left.empty()) entry["left"] = finding.left;
        out["findings"].push_back(std::move(entry));
    }
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// As whoever the mailbox belongs to, if we are root.
Result<Patient> admit(Os& os, const MailboxRequest& request) {
    const std::optional<MailboxFormat> format = request.format.empty() ? std::nullopt : mailbox_format(request.format);
    POSTERN_TRY_ASSIGN(const std::string path, resolved_path(os, request.path));
    POSTERN_TRY_ASSIGN(const std::optional<Identity> identity, identity_for(os, path));
    if (identity) {
        if (const auto became = become(os, *identity); !became) return Unexpected(became.error().error);
    }
    return find_patient(os, path, format);
}

int not_looked_at(Os& os, const Error& error) {
    (void)write_all(os, STDERR_FILENO, "postern mailbox: " + error.to_string() + "\n").has_value();
    return kNotLookedAt;
}

int answer(Os& os, const Report& report, const MailboxRequest& request) {
    (void)write_all(os, STDOUT_FILENO, request.json ? in_json(report, request.path) : in_words(report, request.path))
        .has_value();
    return report.problems() == 0 ? kInOrder : kProblems;
}

}  // namespace

int check_mailbox(Workplace::World world, const MailboxRequest& request) {
    const Result<Patient> patient = admit(world.os, request);
    if (!patient) return not_looked_at(world.os, patient.error());
    const Result<Report> report = examine(world.os, world.clock, *patient);
    if (!report) return not_looked_at(world.os, report.error());
    return answer(world.os, *report, request);
}

int repair_mailbox(Workplace::World world, const MailboxRequest& request) {
    const Result<Patient> patient = admit(world.os, request);
    if (!patient) return not_looked_at(world.os, patient.error());
    const RepairSettings settings{.hostname = world.os.node_name().value_or("localhost"),
                                  .set_stale_aside = request.set_stale_aside};
    const Result<Report> report = repair(world.os, world.clock, *patient, settings);
    if (!report) return not_looked_at(world.os, report.error());
    return answer(world.os, *report, request);
}

}  // namespace postern
