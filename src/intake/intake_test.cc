// SPDX-License-Identifier: Apache-2.0
// Whole submissions into a FakeOs. Expected headers are those that exim4 4.96 stored for the same input.
#include "intake/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fault_sweep.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

// One program's view of a world: configuration, logs, spool, intake.
class Submitter {
public:
    Submitter(Os& os, FakeClock& clock) : log_(os, clock, log_settings(), 2), spool_(os, spool_settings()) {
        MainOptions& main = configuration.main;
        main.primary_hostname = {"mx.test.example", true};
        main.qualify_domain = main.qualify_recipient = {"test.example", true};
        Expander::Environment environment;
        environment.configuration = &configuration;
        environment.os = &os;
        environment.clock = &clock;
        expander_ = std::make_unique<Expander>(std::move(environment));
        rewriter_ =
            std::make_unique<Rewriter>(*expander_, main,
                                       Rewriter::Hooks{[this](const std::string& t) { log_.main(t); },
                                                       [this](const std::string& t) { log_.main_and_panic(t); }, true});
        intake_ = std::make_unique<Intake>(
            Intake::Parts{os, clock, configuration, *expander_, *rewriter_, spool_, log_, selectors});
        request.login = "joe";
        request.gecos = "Joe User";
        request.uid = request.gid = 1000;
        request.trusted = true;
        request.recipients = {"a@b"};
    }

    SubmissionResult submit(std::string_view text) {
        ByteSource source(text);
        return intake_->accept(request, source);
    }

    Configuration configuration;
    SelectorSet selectors;
    SubmissionRequest request;
    Intake& intake() { return *intake_; }
    Spool& spool() { return spool_; }

private:
    static LogSettings log_settings() {
        LogSettings out;
        out.path_template = "/log/%slog";
        return out;
    }
    static SpoolSettings spool_settings() {
        SpoolSettings out;
        out.directory = "/spool";
        return out;
    }
    Log log_;
    Spool spool_;
    std::unique_ptr<Expander> expander_;
    std::unique_ptr<Rewriter> rewriter_;
    std::unique_ptr<Intake> intake_;
};

class IntakeTest : public testing::Test {
protected:
    IntakeTest() {
        os_.put_directory("/spool");
        os_.put_directory("/log");
    }

    // The stored header lines as "F From: x", without the ones that are always there and never change.
    std::vector<std::string> headers(std::string_view text) {
        const auto result = submitter_.submit(text);
        EXPECT_TRUE(result) << result.error().text;
        std::vector<std::string> out;
        if (!result) return out;
        message_ = result->message;
        body_ = submitter_.spool().raw(message_.id, 'D')->substr(19);
        for (const HeaderLine& line : message_.headers) {
            const bool always =
                header_is(line.text, "Received") || header_is(line.text, "Date") || header_is(line.text, "Message-Id");
            if (!always || line.type == HeaderType::removed)
                out.push_back(std::string(1, static_cast<char>(line.type)) + " " +
                              line.text.substr(0, line.text.size() - 1));
        }
        return out;
    }
    Refusal refused(std::string_view text) {
        const auto result = submitter_.submit(text);
        EXPECT_FALSE(result);
        EXPECT_THAT(os_.names_in("/spool/input"), IsEmpty());
        return result ? Refusal{} : result.error();
    }
    std::vector<std::string> recipients() const {
        std::vector<std::string> out;
        for (const Recipient& recipient : message_.recipients) out.push_back(recipient.address);
        return out;
    }
    std::string main_log() { return os_.content("/log/mainlog"); }

    FakeClock clock_;
    FakeOs os_{clock_};
    Submitter submitter_{os_, clock_};
    Message message_;
    std::string body_;
};

TEST_F(IntakeTest, StoresAWholeMessage) {
    const auto result = submitter_.submit("Subject: x\n\nbody\n");
    ASSERT_TRUE(result);
    const std::string id = result->message.id;
    EXPECT_EQ(id, "1xUyck-0001Dz-0O");
    EXPECT_EQ(os_.content("/spool/input/" + id + "-D"), id + "-D\nbody\n");
    EXPECT_EQ(
        os_.content("/spool/input/" + id + "-H"),
        id +
            "-H\njoe 1000 1000\n<joe@test.example>\n1795319538 0\n-received_time_usec .123456\n"
            "-received_time_complete 1795319538.123456\n-ident joe\n-received_protocol local\n-body_linecount 1\n"
            "-max_received_linelength 10\n-auth_id joe\n-auth_sender joe@test.example\n-allow_unqualified_recipient\n"
            "-allow_unqualified_sender\n-deliver_firsttime\n-local\n-tls_resumption A\nXX\n1\na@b\n\n"
            "161P Received: from joe by mx.test.example with local (Exim 4.96)\n\t(envelope-from <joe@test.example>)\n"
            "\tid " +
            id +
            "\n\tfor a@b;\n\tSun, 22 Nov 2026 03:52:18 +0000\n011  Subject: x\n"
            "048I Message-Id: <E" +
            id +
            "@mx.test.example>\n034F From: Joe User <joe@test.example>\n"
            "038  Date: Sun, 22 Nov 2026 03:52:18 +0000\n");
    EXPECT_EQ(main_log(), "2026-11-22 03:52:18 " + id + " <= joe@test.example U=joe P=local S=298\n");
    EXPECT_EQ(os_.content("/spool/msglog/" + id),
              "2026-11-22 03:52:18 Received from joe@test.example U=joe P=local S=298\n");
    // It is still locked for whoever delivers it.
    EXPECT_EQ(os_.locks_held(), 1U);
}

TEST_F(IntakeTest, TwoMessagesOfOneProcessHaveDifferentIds) {
    const auto first = submitter_.submit("\n"), second = submitter_.submit("\n");
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->message.id, second->message.id);
    EXPECT_EQ(clock_.sleeps.empty(), false);
}

TEST_F(IntakeTest, MissingHeaders) {
    EXPECT_THAT(headers("X: y\n\n"), ElementsAre("  X: y", "F From: Joe User <joe@test.example>"));
    EXPECT_THAT(headers("From: other@x.y\n\n"), ElementsAre("F From: other@x.y"));
    EXPECT_THAT(headers("Message-Id: <1@x>\nMessage-Id: <2@x>\nDate: d\nFrom: x@y\n\n"), ElementsAre("F From: x@y"));
    EXPECT_EQ(message_.headers[1].type, HeaderType::message_id);
    EXPECT_EQ(message_.headers[2].type, HeaderType::other);
    submitter_.request.sender = "<>";
    EXPECT_THAT(headers("X: y\n\n"), ElementsAre("  X: y"));
    EXPECT_EQ(message_.sender, "");
    submitter_.request.host_address = "10.0.0.1";
    EXPECT_THAT(headers("X: y\n\n"), ElementsAre("  X: y"));
    EXPECT_EQ(message_.headers.size(), 2U);  // a host's message is not completed
}

TEST_F(IntakeTest, ResentHeaders) {
    const auto stored = headers("Resent-To: r@x\nTo: q@y\n\n");
    EXPECT_THAT(stored, ElementsAre("  Resent-Date: Sun, 22 Nov 2026 03:52:18 +0000",
                                    "I Resent-Message-Id: <E" + message_.id + "@mx.test.example>", "T Resent-To: r@x",
                                    "T To: q@y", "F Resent-From: Joe User <joe@test.example>"));
}

TEST_F(IntakeTest, HeadersThatAreTakenOut) {
    EXPECT_THAT(headers("Return-path: <o@x>\nEnvelope-to: e@x\nDelivery-date: d\nFrom: x@y\n\n"),
                ElementsAre("* Return-path: <o@x>", "* Envelope-to: e@x", "* Delivery-date: d", "F From: x@y"));
    submitter_.configuration.main.return_path_remove = false;
    EXPECT_THAT(headers("Return-path: <o@x>\nFrom: x@y\n\n"), ElementsAre("  Return-path: <o@x>", "F From: x@y"));
}

TEST_F(IntakeTest, UntrustedCallersCanNotPretend) {
    submitter_.request.trusted = false;
    submitter_.request.sender = "boss@x";
    submitter_.request.protocol = "esmtp";
    submitter_.request.host_address = "10.0.0.1";
    EXPECT_THAT(headers("From: boss@x\nSender: s@x\n\n"),
                ElementsAre("F From: boss@x", "* Sender: s@x", "S Sender: Joe User <joe@test.example>"));
    EXPECT_EQ(message_.sender, "joe@test.example");
    EXPECT_EQ(message_.received_protocol, "local");
    EXPECT_EQ(message_.host_address, "");
    EXPECT_THAT(headers("From: (me) JOE@Test.Example\n\n"), ElementsAre("F From: (me) JOE@Test.Example"));

    submitter_.request.sender = "<>";
    EXPECT_THAT(headers("X: y\n\n"), ElementsAre("  X: y", "F From: Joe User <joe@test.example>"));
    EXPECT_EQ(message_.sender, "");
    EXPECT_TRUE(message_.sender_set_untrusted);

    submitter_.request.sender = "boss@x";
    submitter_.configuration.main.untrusted_set_sender = {"*@x", true, {}};
    EXPECT_THAT(headers("X: y\n\n"),
                ElementsAre("  X: y", "F From: Joe User <boss@x>", "S Sender: Joe User <joe@test.example>"));
    EXPECT_EQ(message_.sender, "boss@x");
    submitter_.configuration.main.local_from_check = false;
    EXPECT_THAT(headers("From: boss@x\n\n"), ElementsAre("F From: boss@x"));
}

TEST_F(IntakeTest, LocalFromAffixes) {
    submitter_.request.trusted = false;
    submitter_.configuration.main.local_from_prefix = {"*-", true};
    submitter_.configuration.main.local_from_suffix = {"+*", true};
    EXPECT_THAT(headers("From: list-joe+x@test.example\n\n"), ElementsAre("F From: list-joe+x@test.example"));
    EXPECT_THAT(headers("From: listjoe@test.example\n\n"), testing::SizeIs(2));
}

TEST_F(IntakeTest, TrustedOverrides) {
    submitter_.request.sender = "Joe <s@b>";
    submitter_.request.protocol = "esmtp";
    submitter_.request.ident = "ident";
    submitter_.request.host_address = "10.0.0.1";
    submitter_.request.host_name = "host.ex";
    ASSERT_THAT(headers("X: y\n\n"), ElementsAre("  X: y"));
    EXPECT_THAT(message_.headers[0].text,
                HasSubstr("from host.ex ([10.0.0.1] ident=ident)\n\tby mx.test.example with esmtp"));
    EXPECT_THAT(
        format_header_file(message_),
        HasSubstr("--host_address [10.0.0.1]:0\n--host_name host.ex\n--ident ident\n--received_protocol esmtp\n"));
    EXPECT_THAT(main_log(), EndsWith(" <= s@b H=host.ex [10.0.0.1] U=ident P=esmtp S=184\n"));
}

TEST_F(IntakeTest, Names) {
    struct Case {
        std::optional<std::string> full_name;
        std::string gecos, want;
    };
    const Case cases[] = {
        {std::nullopt, "& the User", "F From: Joe the User <joe@test.example>"},
        {"R. \"N\" (x)", "", "F From: \"R.\" \"N\" (x) <joe@test.example>"},
        {"", "Joe", "F From: joe@test.example"},
        {"J\303\274rgen", "", "F From: =?UTF-8?Q?J=C3=BCrgen?= <joe@test.example>"},
    };
    for (const Case& c : cases) {
        submitter_.request.full_name = c.full_name;
        submitter_.request.gecos = c.gecos;
        EXPECT_THAT(headers("\n"), ElementsAre(c.want));
    }
    submitter_.request.full_name.reset();
    submitter_.request.gecos = "Joe User,Room 1";
    submitter_.configuration.main.gecos_pattern = {"^([^,]*)", true};
    submitter_.configuration.main.gecos_name = {"$1", true, {}};
    EXPECT_THAT(headers("\n"), ElementsAre("F From: Joe User <joe@test.example>"));
}

TEST_F(IntakeTest, FromLine) {
    EXPECT_THAT(headers("From c@d Fri Jan  5 12:35 GMT 1996\nFrom a@b Fri Jan  5 12:35 GMT 1996\nX: y\n\n"),
                ElementsAre("  X: y", "F From: a@b"));
    EXPECT_EQ(message_.sender, "a@b");
    EXPECT_THAT(headers("From nobody in particular\nX: y\n\n"), testing::SizeIs(1));
    EXPECT_EQ(body_, "From nobody in particular\nX: y\n\n");
    submitter_.request.sender = "me@x";
    EXPECT_THAT(headers("From a@b Fri Jan  5 12:35 GMT 1996\nX: y\n\n"), testing::SizeIs(2));
    EXPECT_EQ(message_.sender, "me@x");
}

// Refused as a whole, on standard error: D-intake-errors.
TEST_F(IntakeTest, CommandLineRecipients) {
    submitter_.request.recipients = {"a@b, c@d", "\"odd one\"@x.ex", "Joe <j@x>", "unqualified", "j@[1.2.3.4]", "a@b"};
    (void)headers("X: y\n\n");
    EXPECT_THAT(recipients(),
                ElementsAre("a@b", "c@d", "\"odd one\"@x.ex", "j@x", "unqualified@test.example", "j@[1.2.3.4]", "a@b"));

    struct Case {
        std::vector<std::string> recipients;
        std::string want;
    };
    const Case cases[] = {
        {{"a@@b", "c@d"}, "exim: bad recipient address \"a@@b\": domain missing or malformed\n"},
        {{"ok@x,c@d e@f"},
         "exim: bad recipient address \"ok@x,c@d e@f\": malformed address: e@f may not follow c@d \n"},
        {{""}, "exim: no recipients in message\n"},
        {{std::string(300, 'x') + "@y"},
         "exim: bad recipient address \"" + std::string(300, 'x') +
             "@y\": address is ridiculously long: " + std::string(64, 'x') + "...\n"},
        {{"a\nb@@c"},
         "exim: bad recipient address \"a\\nb@@c\": missing or malformed local part (expected word or \"<\")\n"},
    };
    for (const Case& c : cases) {
        os_.remove("/spool/input");
        submitter_.request.recipients = c.recipients;
        EXPECT_EQ(refused("X: y\n\n").text, c.want);
    }
    submitter_.request.recipients = {"unqualified"};
    submitter_.request.allow_unqualified = false;
    EXPECT_EQ(refused("X: y\n\n").text,
              "exim: bad recipient address \"unqualified\": unqualified recipient address not allowed\n");
}

// Exim would mail the error to <>, so the log alone has it.
TEST_F(IntakeTest, BadRecipientOfNobody) {
    submitter_.request.sender = "<>";
    submitter_.request.recipients = {"ok@x", "a@@b"};
    EXPECT_EQ(refused("X: y\n\n").text, "");
    EXPECT_THAT(main_log(),
                EndsWith(" Error while reading message with no usable sender address: at least one malformed recipient "
                         "address: a@@b - domain missing or malformed\n"));
    submitter_.request.errors_on_stderr = true;
    EXPECT_EQ(refused("X: y\n\n").text, "exim: bad recipient address \"a@@b\": domain missing or malformed\n");
}

TEST_F(IntakeTest, EightBitAddressesMakeSmtputf8) {
    (void)headers("From: \xc3\xbc@x\n\n");
    EXPECT_FALSE(message_.smtputf8);
    submitter_.request.recipients = {"a@b", "\xc3\xbc@x"};
    (void)headers("\n");
    EXPECT_TRUE(message_.smtputf8);
    submitter_.request.recipients = {"a@b"};
    submitter_.request.sender = "\xc3\xbc@x";
    (void)headers("\n");
    EXPECT_TRUE(message_.smtputf8);
}

TEST_F(IntakeTest, LoggedSizeCountsDigitsOfLongHeaders) {
    struct Case {
        std::size_t header;
        std::int64_t want_extra;
    };
    for (const Case& c : {Case{999, 0}, Case{1000, 1}, Case{9999, 1}, Case{10000, 2}, Case{100000, 3}}) {
        (void)headers("X: " + std::string(c.header - 4, 'x') + "\n\n");
        EXPECT_THAT(main_log(), HasSubstr(" S=" + std::to_string(message_.size() + c.want_extra) + "\n")) << c.header;
    }
}

TEST_F(IntakeTest, NulBeforeTheColonIsNoHeader) {
    EXPECT_THAT(headers(std::string_view("A: b\0c\nSub\0ject: x\nbody\n", 24)),
                ElementsAre("  A: b?c", "F From: Joe User <joe@test.example>"));
    EXPECT_EQ(body_, std::string("Sub\0ject: x\nbody\n", 17));
    EXPECT_EQ(message_.body_zerocount, 1);
}

// D-address-newline
TEST_F(IntakeTest, AddressesAreOneLine) {
    submitter_.request.recipients = {"\"a\nX-Evil: 1\"@x.ex"};
    submitter_.request.sender = "\"s\nb\"@x.ex";
    (void)headers("\n");
    for (const HeaderLine& line : message_.headers)
        EXPECT_EQ(line.text.find("\nX-Evil"), std::string::npos) << line.text;
    EXPECT_EQ(message_.recipients.front().address, "\"a X-Evil: 1\"@x.ex");
    EXPECT_EQ(message_.sender, "\"s b\"@x.ex");
}

TEST_F(IntakeTest, RecipientsFromHeaders) {
    submitter_.request.extract_recipients = true;
    submitter_.request.recipients = {};
    EXPECT_THAT(headers("To: a@x.ex, T: b@x.ex;\nCc: c\nBcc: d@x.ex\nBcc: e@x\nFrom: f@x\n\n"),
                ElementsAre("T To: a@x.ex, T: b@x.ex;", "* Cc: c", "C Cc: c@test.example", "* Bcc: d@x.ex",
                            "* Bcc: e@x", "F From: f@x"));
    EXPECT_THAT(recipients(), ElementsAre("a@x.ex", "b@x.ex", "c@test.example", "d@x.ex", "e@x"));
    (void)headers("To: a@x.ex\nResent-To: r@x.ex\nResent-Bcc: s@x.ex\nBcc: z@z\n\n");
    EXPECT_THAT(recipients(), ElementsAre("r@x.ex", "s@x.ex"));

    submitter_.request.recipients = {"a@x.ex"};
    (void)headers("To: a@x.ex, b@x.ex\n\n");
    EXPECT_THAT(recipients(), ElementsAre("b@x.ex"));
    EXPECT_THAT(message_.non_recipient_order, ElementsAre("a@x.ex"));
    submitter_.configuration.main.extract_addresses_remove_arguments = false;
    (void)headers("To: b@x.ex\n\n");
    EXPECT_THAT(recipients(), ElementsAre("a@x.ex", "b@x.ex"));
}

// As exim4 4.96 does.
TEST_F(IntakeTest, BackslashesInRecipients) {
    submitter_.request.recipients = {"a\\", "\\", "\\\\", "a\\\\", "a\\@b", "\\@b", "\"a@b\""};
    (void)headers("\n");
    EXPECT_THAT(recipients(),
                ElementsAre("a\\@test.example@test.example", "\\@test.example", "\\\\@test.example@test.example",
                            "a\\\\@test.example", "a\\@b@test.example", "\\@b", "\"a@b\"@test.example"));
    submitter_.request.extract_recipients = true;
    submitter_.request.recipients = {};
    (void)headers("To: \"a\n b\"@c, d\\\n e, f\\\n\n");
    EXPECT_THAT(recipients(), ElementsAre("\"a b\"@c", "d\\ e@test.example", "f\\@test.example@test.example"));
}

TEST_F(IntakeTest, RecipientsFromHeadersThatAreNone) {
    submitter_.request.extract_recipients = true;
    submitter_.request.recipients = {};
    EXPECT_EQ(refused("Subject: x\n\n").text, "exim: no recipients in message\n");
    EXPECT_THAT(os_.content("/log/paniclog"), HasSubstr(" no recipients found in headers\n"));
    EXPECT_EQ(refused("To: a@@b, c@x.ex\n\n").text,
              "exim: invalid address:  a@@b, c@x.ex: domain missing or malformed\n");
    EXPECT_EQ(refused("To: ok@x, a@@b\nCc: <c@d\n\n").text,
              "exim: invalid addresses:\n  a@@b: domain missing or malformed\n  <c@d: '>' missing at end of address\n");
    EXPECT_EQ(refused("To: a@x,\n T: b@@c\x01\n d;\n\n").text,
              "exim: invalid address:  T: b@@c\\001\\n d;: domain missing or malformed\n");
    EXPECT_EQ(refused("To: a@b\n c@d\n\n").text,
              "exim: invalid address:  a@b\\n c@d: malformed address: c@d may not follow a@b \n");
    submitter_.request.recipients = {"a@x.ex"};
    EXPECT_EQ(refused("Subject: x\n\n").text, "exim: no recipients in message\n");
    EXPECT_EQ(refused("To: a@x.ex\n\n").text, "exim: all -t recipients overridden by command line\n");
}

// D-spool-recipients
TEST_F(IntakeTest, ManyRecipients) {
    submitter_.request.extract_recipients = true;
    submitter_.request.recipients = {};
    const auto list = [](std::size_t count) {
        std::string text = "To: ";
        for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? ",\n u" : "u") + std::to_string(i) + "@x.ex";
        return text + "\n\n";
    };
    submitter_.configuration.main.header_maxsize = {10'000'000};
    (void)headers(list(kSpoolRecipientsMax));
    EXPECT_EQ(message_.recipients.size(), kSpoolRecipientsMax);
    EXPECT_TRUE(parse_header_file(*submitter_.spool().raw(message_.id, 'H')));
    os_.remove("/spool/input");
    // Exim takes them, can't read its own file, and deletes it after four days.
    EXPECT_EQ(refused(list(100'000)).text, "exim: message rejected: too many recipients\n");
    submitter_.configuration.main.recipients_max = {2};
    EXPECT_EQ(refused(list(3)).why, Refusal::Why::too_many_recipients);
}

TEST_F(IntakeTest, Limits) {
    submitter_.configuration.main.message_size_limit = {"100", true, {}};
    EXPECT_EQ(headers("X: y\n\n" + std::string(93, 'b') + "\n").size(), 2U);
    os_.remove("/spool/input");
    EXPECT_EQ(refused("X: y\n\n" + std::string(94, 'b') + "\n").text,
              "exim: message rejected: message too big (max=100)\n");
    EXPECT_THAT(main_log(), EndsWith(" rejected from <joe@test.example> U=joe: message too big: read=101 max=100\n"));
    EXPECT_THAT(os_.content("/log/rejectlog"),
                HasSubstr("max=100\nEnvelope-from: <joe@test.example>\nEnvelope-to: <a@b>\n  X: y\nI Message-Id:"));

    submitter_.configuration.main.header_maxsize = {80};
    EXPECT_EQ(refused("X: " + std::string(100, 'y') + "\n\n").text,
              "exim: message header longer than 80 characters received: message not accepted\n");
    EXPECT_THAT(
        main_log(),
        EndsWith("ridiculously long message header received from joe (more than 80 characters): message abandoned\n"));
    submitter_.configuration.main.message_size_limit = {"abc", true, {}};
    EXPECT_EQ(refused("X: y\n\n").why, Refusal::Why::configuration);
    EXPECT_THAT(os_.content("/log/paniclog"),
                EndsWith("invalid value for message_size_limit: integer expected but \"abc\" found\n"));
}

TEST_F(IntakeTest, OneMegabyteHeaderLine) {
    submitter_.configuration.main.header_maxsize = {2'000'000};
    const std::string line = "Subject: " + std::string(1'000'000, 's');
    EXPECT_THAT(headers(line + "\nFrom: x@y\n\n"), ElementsAre("  " + line, "F From: x@y"));
    EXPECT_EQ(message_.max_received_linelength, 1'000'009);
    EXPECT_EQ(submitter_.spool().load(message_.id, false)->message.headers, message_.headers);
}

TEST_F(IntakeTest, ReceivedHeaderTexts) {
    submitter_.configuration.main.received_header_text = {"", true, {}};
    (void)headers("X: y\n\n");
    EXPECT_EQ(message_.headers[0], (HeaderLine{HeaderType::removed, "Received: ; Sun, 22 Nov 2026 03:52:18 +0000\n"}));
    os_.remove("/spool/input");
    submitter_.configuration.main.received_header_text = {"${nosuch:x}", true, {}};
    EXPECT_EQ(refused("X: y\n\n").why, Refusal::Why::configuration);
    EXPECT_THAT(
        os_.content("/log/paniclog"),
        EndsWith(
            "Expansion of \"${nosuch:x}\" (received_header_text) failed: unknown expansion operator \"nosuch\"\n"));
}

TEST_F(IntakeTest, Rewriting) {
    submitter_.configuration.rewrite = {{"a@b", "new@r", kRewriteEnvTo, {}},
                                        {"joe@test.example", "boss@z", kRewriteEnvFrom | kRewriteFrom, {}}};
    EXPECT_THAT(headers("X: y\n\n"),
                ElementsAre("  X: y", "* X-rewrote-original-recipient: a@b", "* From: Joe User <joe@test.example>",
                            "F From: Joe User <boss@z>", "* X-rewrote-sender: joe@test.example"));
    EXPECT_EQ(message_.sender, "boss@z");
    EXPECT_THAT(recipients(), ElementsAre("new@r"));
}

TEST_F(IntakeTest, LogSelectors) {
    ASSERT_TRUE(submitter_.selectors.apply(
        "+subject +received_sender +received_recipients +msg_id_created +8bitmime +receive_time +millisec"));
    submitter_.request.recipients = {"u", "a@b"};
    (void)headers("Subject: =?utf-8?q?=C3=A9?= \"q\"\n\n");
    EXPECT_THAT(main_log(),
                EndsWith(" M8S=0 RT=0.000s id*=E" + message_.id +
                         "@mx.test.example T=\"\\303\\251 \\\"q\\\"\" from <joe@test.example> for u a@b\n"));
}

TEST_F(IntakeTest, NoSpace) {
    os_.set_free_space(1'000'000);
    EXPECT_EQ(refused("X: y\n\n").text, "exim: insufficient disk space\n");
    EXPECT_THAT(main_log(), HasSubstr("spool directory space check failed: space="));
}

TEST_F(IntakeTest, InputThatFailsIsNoMessage) {
    os_.put_file("/in", "X: y\n\n" + std::string(200'000, 'b'));
    FaultOs faulty(os_);
    Submitter submitter(faulty, clock_);
    for (const long n : {1L, 3L}) {
        auto in = faulty.open("/in", O_RDONLY);
        faulty.fail_only({Call::read});
        faulty.fail_at(n, EIO);
        ByteSource source(faulty, in->get());
        const auto result = submitter.intake().accept(submitter.request, source);
        ASSERT_FALSE(result) << n;
        EXPECT_EQ(result.error().why, Refusal::Why::input);
        faulty.disarm();
    }
    EXPECT_THAT(submitter.spool().list().value(), IsEmpty());
    EXPECT_THAT(main_log(), EndsWith("input from joe failed: Input/output error: message abandoned\n"));
}

constexpr std::string_view kText = "To: c@d\nSubject: x\n\nbody\n";

TEST(IntakeFault, AcceptedMeansThereAsAWhole) {
    for_every_fault({ENOSPC, EIO, EACCES}, [](World& w) {
        w.fake.put_directory("/spool");
        w.fake.put_directory("/log");
        bool accepted = false;
        {
            Submitter submitter(w.os, w.clock);
            const auto result = submitter.submit(kText);
            accepted = result.has_value();
        }
        Submitter after(w.fake, w.clock);
        const auto list = after.spool().list();
        ASSERT_TRUE(list);
        ASSERT_EQ(list->size(), accepted ? 1U : 0U) << w.fake.tree_text();
        if (!accepted) return;
        EXPECT_EQ(after.spool().load(list->front().id, true)->message.body_size, 5);
    });
}

TEST(IntakeCrash, WhatWasAcceptedIsThere) {
    bool accepted = false;
    for_every_crash(
        [&](World& w) {
            accepted = false;
            w.fake.put_directory("/spool");
            w.fake.put_directory("/log");
        },
        [&](World& w) {
            Submitter submitter(w.os, w.clock);
            accepted = submitter.submit(kText).has_value();
        },
        [&](World& w) {
            Submitter after(w.os, w.clock);
            const auto list = after.spool().list();
            ASSERT_TRUE(list);
            EXPECT_TRUE(!accepted || list->size() == 1) << w.fake.tree_text();
            for (const auto& entry : *list) {
                const auto loaded = after.spool().load(entry.id, true);
                ASSERT_TRUE(loaded);
                EXPECT_TRUE(loaded->has_data);
                EXPECT_EQ(after.spool().raw(entry.id, 'D'), entry.id + "-D\nbody\n");
            }
        });
}

}  // namespace
}  // namespace postern
