// SPDX-License-Identifier: Apache-2.0
#include "app/generated_mail.h"

#include "app/submission.h"
#include "mail/message_id.h"
#include "wording/intake.h"

namespace postern {
namespace {

// A message about a message about a message …: from here on they wait for a queue run.
constexpr int kDeepest = 8;

std::string reason_of(const Refusal& refusal) {
    switch (refusal.why) {
        case Refusal::Why::no_recipients:
            return wording::unusable_without_recipients();
        case Refusal::Why::bad_recipient:
            return wording::unusable_bad_recipient();
        default:
            return refusal.text.substr(0, refusal.text.find('\n'));
    }
}

}  // namespace

void GeneratedMail::prepare() {
    if (intake_) return;
    spool_ = std::make_unique<Spool>(place_.os(), place_.spool_settings(SpoolSettings::Durability::full));
    intake_.emplace(Intake::Parts{.os = place_.os(),
                                  .clock = place_.clock(),
                                  .configuration = place_.configuration(),
                                  .expander = place_.expander(),
                                  .rewriter = place_.rewriter(),
                                  .spool = *spool_,
                                  .log = place_.log(),
                                  .selectors = place_.selectors()});
    const uid_t uid = place_.os().ids().effective_uid;
    if (uid == place_.caller().uid) {
        login_ = place_.caller().login;
        gecos_ = place_.caller().gecos;
    } else if (const auto user = place_.os().user(uid); user && *user) {
        login_ = (*user)->name;
        gecos_ = (*user)->gecos;
    }
}

SubmissionRequest GeneratedMail::request_for(const NewMessage& message) const {
    SubmissionRequest request{.login = login_,
                              .gecos = gecos_,
                              .uid = static_cast<std::int64_t>(place_.os().ids().effective_uid),
                              .gid = static_cast<std::int64_t>(place_.engine().exim_gid),
                              .trusted = true,
                              .sender = message.sender,
                              .recipients = message.to,
                              .extract_recipients = message.to.empty(),
                              .dot_terminates = false,
                              .auth_sender = message.authenticated_sender,
                              .errors_on_stderr = true,
                              .references = message.about.id,
                              .local_error = true,
                              .record = message.record};
    if (message.author) write_as(*message.author, request);
    return request;
}

// As if that user had called sendmail: also with the header lines that tell who did.
void GeneratedMail::write_as(const Author& author, SubmissionRequest& request) const {
    request.uid = author.uid;
    request.gid = author.gid;
    request.login = std::to_string(author.uid);
    request.gecos.clear();
    std::vector<gid_t> groups;
    if (const auto user = place_.os().user(author.uid); user && *user) {
        request.login = (*user)->name;
        request.gecos = (*user)->gecos;
        if (auto found = place_.os().groups_of(**user)) groups = *std::move(found);
    }
    request.trusted = place_.is_trusted(author.uid, author.gid, groups);
}

std::optional<std::string> GeneratedMail::submit(const NewMessage& message) {
    prepare();
    // The message that this one is about may have got its id from this very process.
    wait_for_next_tick(place_.clock(), message.about.received, kMessageIdTick);
    ByteSource source(message.text);
    SubmissionResult taken = intake_->accept(request_for(message), source);
    if (taken) return taken->message.id;
    place_.log().main(wording::unusable_message(message.about.id, reason_of(taken.error())));
    return std::nullopt;
}

void GeneratedMail::deliver(const std::string& id) {
    prepare();
    if (depth_ >= kDeepest) return;
    const Result<pid_t> child = place_.processes().fork_child(
        [&]() -> int {
            ++depth_;
            const Engine engine = place_.engine_over(*spool_);
            (void)deliver_from_spool(engine, id, {});
            --depth_;  // a test runs this inline
            return 0;
        },
        false);
    if (!child) {
        place_.log().main_and_panic(wording::delivery_not_started(id, child.error().to_string()));
        return;
    }
    (void)place_.processes().wait(*child).has_value();
}

bool GeneratedMail::held_back() { return messages_held_back(place_); }

}  // namespace postern
