// SPDX-License-Identifier: Apache-2.0
// app/generated_mail.h – NewMessages over intake/: what the engine writes is taken in as from the program's own user, a
// trusted caller, and delivered by a child.
//
// Its spool files are always synced, even while a message is delivered on the spot: nobody else has a copy.
#pragma once

#include <optional>

#include "app/workplace.h"
#include "deliver/new_message.h"
#include "intake/intake.h"

namespace postern {

class GeneratedMail final : public NewMessages {
public:
    explicit GeneratedMail(Workplace& place) : place_(place) {}

    [[nodiscard]] std::optional<std::string> submit(const NewMessage& message) override;
    void deliver(const std::string& id) override;
    [[nodiscard]] bool held_back() override;

private:
    void prepare();
    [[nodiscard]] SubmissionRequest request_for(const NewMessage& message) const;
    void write_as(const Author& author, SubmissionRequest& request) const;

    Workplace& place_;
    std::unique_ptr<Spool> spool_;
    std::optional<Intake> intake_;
    std::string login_, gecos_;
    int depth_ = 0;  // of messages about messages that are delivered right now
};

}  // namespace postern
