// SPDX-License-Identifier: Apache-2.0
// intake/reception.h – the state of one message on its way in, for the .cc files of this folder only. Each of them has
// one part of the work; intake.cc has the order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "intake/intake.h"
#include "wording/intake.h"

namespace postern {

class Reception {
public:
    Reception(const Intake::Parts& parts, const SubmissionRequest& request, ByteSource& source, TimePoint now)
        : p_(parts), main_(parts.configuration.main), request_(request), source_(source) {
        message_.received = now;
    }

    [[nodiscard]] SubmissionResult run();

private:
    using Refused = std::optional<Refusal>;  // nullopt: go on

    // envelope.cc
    [[nodiscard]] Refused size_limit();
    void caller();
    [[nodiscard]] Refused sender();
    [[nodiscard]] Refused set_sender(const std::string& text);
    [[nodiscard]] Refused recipients();
    [[nodiscard]] Refused add_recipients(std::string_view argument);
    [[nodiscard]] Refused refuse_recipient(std::string_view argument, std::string_view why);
    [[nodiscard]] Refused add_recipient(const ParsedAddress& address);
    void rewrite_sender();
    void rewrite_recipients();

    // from_line.cc
    [[nodiscard]] bool is_from_line(const std::string& text);
    void use_from_line(const std::string& text);

    // intake.cc
    [[nodiscard]] Refused space();
    [[nodiscard]] Refused read_headers();
    [[nodiscard]] Refused begin_spooling();
    [[nodiscard]] Refused read_body();
    [[nodiscard]] Refused finish();
    [[nodiscard]] Status commit();
    void write_log();
    [[nodiscard]] std::string logged_message_id() const;
    [[nodiscard]] std::optional<std::string> logged_subject() const;
    [[nodiscard]] Refused refuse(Refusal::Why why, std::string text) const { return Refusal{why, std::move(text), 1}; }
    [[nodiscard]] Refused input_failure();
    [[nodiscard]] Refused spool_failure(const std::string& log_text);
    [[nodiscard]] Refused refuse_as_too_big();
    [[nodiscard]] std::string from_whom() const;  // the caller, in log lines
    [[nodiscard]] Scope scope() const;
    [[nodiscard]] Text expanded(const Expandable& option, std::string_view name, std::string& why_not);

    // header_recipients.cc: -t
    struct BadAddresses {
        std::vector<wording::BadAddress> named;
        std::size_t more = 0;
    };
    [[nodiscard]] Refused extract_recipients(BadAddresses& bad);
    [[nodiscard]] Refused judge_extracted(const BadAddresses& bad);
    [[nodiscard]] Refused extract_from(const HeaderLine& line, BadAddresses& bad);

    // header_fixes.cc
    void classify_headers();
    void add_missing_headers();
    void add_message_id();
    void add_from_and_sender();
    void rewrite_headers();
    [[nodiscard]] bool from_is_caller(const HeaderLine& from) const;
    [[nodiscard]] Refused add_received();
    [[nodiscard]] const HeaderLine* find(HeaderType type, bool resent) const;
    void append(HeaderType type, std::string text) { message_.headers.push_back({type, std::move(text)}); }
    [[nodiscard]] bool is_local() const { return !request_host_; }  // header lines are completed

    const Intake::Parts& p_;
    const MainOptions& main_;
    const SubmissionRequest& request_;
    ByteSource& source_;

    Message message_;
    std::unique_ptr<HeldMessage> held_;
    std::int64_t size_limit_ = 0;
    bool request_host_ = false;   // -oMa: comes from a host, the headers are that host's affair
    bool sender_forced_ = false;  // a trusted caller set it
    std::string full_name_;       // for From:, Sender:
    std::string raw_sender_;      // before rewriting
    std::vector<std::string> raw_recipients_;
    std::string login_address_;      // login@qualify_domain
    bool resent_ = false;            // has Resent- headers
    std::string created_id_;         // of the Message-Id: that we made
    bool had_id_ = false;            // it came with the message
    std::string body_start_;         // the line that ended the headers without being blank
    bool ended_in_headers_ = false;  // there is no body
    bool extracted_any_ = false;     // -t found an address, wanted or not
    std::int64_t bytes_read_ = 0;
};

}  // namespace postern
