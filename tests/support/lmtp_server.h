// SPDX-License-Identifier: Apache-2.0
// support/lmtp_server.h – an LMTP server at the other end of a FakeOs socket that answers from a script and breaks
// where it is told to.
//
// It understands enough to know what it is asked: lines, the message behind DATA up to its dot, BDAT. Its answers are
// `answer(question)`, where a question is "greeting", a command line, "RCPT before MAIL" and "DATA for nobody" for what
// is out of order, or "message N" for the N-th accepted recipient.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/fake_peer.h"

namespace postern {

class LmtpServer : public FakePeer {
public:
    using Answer = std::function<std::string(const std::string& question)>;

    // What a good server says; `offer`: further lines of the answer to LHLO.
    static Answer obliging(std::vector<std::string> offer = {}) {
        return [offer](const std::string& question) -> std::string {
            if (question == "greeting") return "220 mx ready";
            if (question.starts_with("LHLO")) {
                std::string text = offer.empty() ? "250 mx" : "250-mx";
                for (std::size_t i = 0; i < offer.size(); ++i)
                    text += (i + 1 < offer.size() ? "\r\n250-" : "\r\n250 ") + offer[i];
                return text;
            }
            if (question == "DATA") return "354 go on";
            if (question == "RCPT before MAIL") return "503 5.5.1 whose?";
            if (question == "DATA for nobody") return "503 5.5.1 no valid recipients";
            if (question.starts_with("message")) return "250 2.0.0 kept " + question.substr(8);
            if (question == "QUIT") return "221 bye";
            return "250 2.1.0 ok";
        };
    }

    explicit LmtpServer(Answer answer = obliging(), bool greets = true) : answer_(std::move(answer)) {
        if (greets) reply("greeting");
    }

    // What happens instead of the n-th answer (the greeting is number 0), after which nothing is said any more.
    enum class Break { hang_up, reset, silence, garbage, nul, half_a_line, chatter };
    void break_at(std::size_t n, Break how) {
        break_at_ = n;
        how_ = how;
        if (n == 0) {
            discard();
            break_now();
        }
    }

    void take(std::string_view bytes) override {
        FakePeer::take(bytes);
        input_ += bytes;
        while (step()) {
        }
    }

    std::vector<std::string> commands;    // as they came
    std::vector<std::string> messages;    // each with its dot, or the BDAT bytes
    std::vector<std::string> recipients;  // accepted, of the transaction under way
    std::vector<std::string> kept;        // every recipient for whom a 2xx was said after a message
    std::vector<std::string> mailboxes;   // every recipient of every message that came whole, whatever was said then
    std::function<void(LmtpServer&)> on_data;  // when the first byte of a message is there

private:
    bool step() {
        if (chunk_left_) return take_chunk();
        return in_message_ ? take_message() : take_command();
    }

    bool take_command() {
        const std::size_t end = input_.find("\r\n");
        if (end == std::string::npos) return false;
        const std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        commands.push_back(line);
        if (line.starts_with("BDAT ")) {
            chunk_left_ = std::stoul(line.substr(5));
            return true;
        }
        if (line == "RSET" || line.starts_with("MAIL")) recipients.clear();
        const std::string said = reply(question_of(line));
        if (line == "RSET" || line.starts_with("MAIL")) has_sender_ = line != "RSET" && said.starts_with("2");
        if (line.starts_with("RCPT TO:<") && said.starts_with("2"))
            recipients.push_back(line.substr(9, line.find('>') - 9));
        if (line == "DATA") in_message_ = said.starts_with("3");
        if (line == "QUIT" && !broken_) hang_up();
        return true;
    }

    [[nodiscard]] std::string question_of(const std::string& line) const {
        if (line == "DATA" && recipients.empty()) return "DATA for nobody";
        return line.starts_with("RCPT") && !has_sender_ ? "RCPT before MAIL" : line;
    }

    bool take_message() {
        if (on_data && !input_.empty()) std::exchange(on_data, {})(*this);
        const std::size_t end = input_.starts_with(".\r\n") ? 0 : input_.find("\r\n.\r\n");
        if (end == std::string::npos) return false;
        const std::size_t length = end == 0 ? 3 : end + 5;
        finish_message(length);
        in_message_ = false;
        return true;
    }

    bool take_chunk() {
        if (on_data && !input_.empty()) std::exchange(on_data, {})(*this);
        if (input_.size() < *chunk_left_) return false;
        finish_message(*chunk_left_);
        chunk_left_.reset();
        return true;
    }

    void finish_message(std::size_t length) {
        messages.push_back(input_.substr(0, length));
        input_.erase(0, length);
        mailboxes.insert(mailboxes.end(), recipients.begin(), recipients.end());
        for (std::size_t i = 0; i < recipients.size(); ++i) {
            if (reply("message " + std::to_string(i)).starts_with("2")) kept.push_back(recipients[i]);
        }
        recipients.clear();
    }

    std::string reply(const std::string& question) {
        if (broken_) return "";
        if (break_at_ && said_ == *break_at_) {
            break_now();
            return "";
        }
        ++said_;
        const std::string text = answer_(question);
        say(text + "\r\n");
        return text;
    }

    void break_now() {
        broken_ = true;
        switch (how_) {
            case Break::hang_up:
                return hang_up();
            case Break::reset:
                return reset();
            case Break::silence:
                return;
            case Break::garbage:
                return say("\xff\xfe what?\r\n250 ok\r\n");
            case Break::nul:
                return say(std::string_view("250 ok\0\r\n250 ok\r\n", 18));
            case Break::half_a_line:
                say("250 o");
                return hang_up();
            case Break::chatter:
                for (int i = 0; i < 1000; ++i) say("250-and another thing\r\n");
                return;
        }
    }

    Answer answer_;
    std::string input_;
    std::size_t said_ = 0;
    std::optional<std::size_t> break_at_, chunk_left_;
    Break how_ = Break::hang_up;
    bool in_message_ = false, broken_ = false, has_sender_ = false;
};

}  // namespace postern
