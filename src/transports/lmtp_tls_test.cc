// SPDX-License-Identifier: Apache-2.0
// lmtp behind TLS: which server gets it, what is verified, what happens when it does not come about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/delivery_world.h"
#include "support/lmtp_server.h"
#include "support/tls_lmtp_server.h"
#include "transports/lmtp_run.h"

namespace postern {

extern const TransportDriver lmtp_driver;

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Cut = TlsLmtpServer::Script::Cut;

const SocketAddress kServer{.path = {}, .ip = "10.0.0.2", .port = 24};
const SocketAddress kLoopback{.path = {}, .ip = "127.0.0.1", .port = 24};

Expandable text(std::string source) { return {std::move(source), true, {}}; }

// A server mx.test.ex with a good certificate, and a transport that believes its authority.
struct LmtpTlsTest : testing::Test {
    using Change = std::function<void(LmtpOptions&)>;

    std::unique_ptr<DeliveryWorld> owner = std::make_unique<DeliveryWorld>();
    DeliveryWorld& world = *owner;
    const std::time_t now = static_cast<std::time_t>(world.clock.now().seconds);
    TestAuthority authority{now};
    TlsLmtpServer::Script script{.identity = authority.issue({.alternative_names = "DNS:mx.test.ex,IP:127.0.0.1"})};
    std::vector<std::shared_ptr<TlsLmtpServer>> servers;  // one a connection

    LmtpTlsTest() {
        script.now = now;
        prepare(world);
        configure([](LmtpOptions&) {});
    }
    void prepare(DeliveryWorld& at) {
        at.fake.put_file("/etc/ca.pem", authority.pem());
        at.fake.set_host("mx.test.ex", {"10.0.0.2"});
        at.fake.set_host("127.0.0.1", {"127.0.0.1"});
        const auto accept = [this] { return servers.emplace_back(std::make_shared<TlsLmtpServer>(script)); };
        at.fake.set_peer(kServer, accept);
        at.fake.set_peer(kLoopback, accept);
    }
    DriverDescription::InitError configure(const Change& change) { return configure(world, change); }
    DriverDescription::InitError configure(DeliveryWorld& at, const Change& change) {
        return at.use<LmtpOptions>(lmtp_driver, [&](LmtpOptions& o) {
            o.hosts = text("mx.test.ex");
            o.tls_verify_certificates = text("/etc/ca.pem");
            change(o);
        });
    }
    DeliveryReport deliver() { return deliver(world); }
    static DeliveryReport deliver(DeliveryWorld& at) {
        DeliveryContext context = at.context();
        at.fake.run_as_root();
        const auto failed = at.transport->setup(context);
        at.fake.run_as(DeliveryWorld::kUser, DeliveryWorld::kGroup);
        if (failed)
            return same_for_all(
                context, {.verdict = failed->defer ? Verdict::defer : Verdict::panic, .message = failed->message});
        return at.transport->deliver(context);
    }
    Outcome outcome() { return deliver().addresses[0].outcome; }
    [[nodiscard]] bool mail_in_the_clear() const {
        for (const auto& server : servers)
            if (server->heard.find("MAIL FROM") != std::string::npos) return true;
        return false;
    }
};

const Outcome kDelivered{.verdict = Verdict::ok, .code = 0};

TEST_F(LmtpTlsTest, DeliversBehindTls) {
    const DeliveryReport report = deliver();
    const AddressReport& address = report.addresses[0];
    EXPECT_EQ(address.outcome, kDelivered);
    EXPECT_EQ(address.host, "mx.test.ex [10.0.0.2]");
    EXPECT_EQ(address.tls, (TlsFacts{"TLS1.3:TLS_AES_256_GCM_SHA384:256", "CN=mx.test.ex", true}));
    EXPECT_GT(address.bytes_written, 0);
    EXPECT_EQ(servers[0]->sni(), "mx.test.ex");
    EXPECT_THAT(servers[0]->heard_in_the_clear, ElementsAre("LHLO host.test.ex", "STARTTLS"));
    EXPECT_EQ(servers[0]->lmtp.commands.back(), "QUIT");
    world.body_fd.reset();
    EXPECT_EQ(world.fake.open_descriptors(), 0u);
}

TEST_F(LmtpTlsTest, FromTheStart) {
    script.from_start = true;
    configure([](LmtpOptions& o) { o.protocol = {"lmtps", true}; });
    EXPECT_EQ(outcome(), kDelivered);
    EXPECT_THAT(servers[0]->heard, Not(HasSubstr("LHLO")));
}

TEST_F(LmtpTlsTest, TheSystemsAuthoritiesByDefault) {
    configure([](LmtpOptions& o) { o.tls_verify_certificates = LmtpOptions().tls_verify_certificates; });
    EXPECT_EQ(outcome().message,
              "TLS session: (certificate verification failed): unable to get local issuer certificate");
}

struct WantedCase {
    const char* name;
    std::function<void(LmtpOptions&)> change;
    bool offers;
    Outcome want;
    bool want_tls;
};
class LmtpTlsWanted : public LmtpTlsTest, public testing::WithParamInterface<WantedCase> {};
TEST_P(LmtpTlsWanted, ByHost) {
    const WantedCase& c = GetParam();
    script.offers = c.offers;
    configure(c.change);
    const AddressReport report = deliver().addresses[0];
    EXPECT_EQ(report.outcome, c.want);
    EXPECT_EQ(report.tls.has_value(), c.want_tls);
    EXPECT_EQ(mail_in_the_clear(), c.want == kDelivered && !c.want_tls);
}
const Outcome kNotOffered{.code = code::kTlsRequired,
                          .message = "a TLS session is required, but the server did not offer TLS support"};
INSTANTIATE_TEST_SUITE_P(
    All, LmtpTlsWanted,
    testing::Values(
        WantedCase{"Offered", [](LmtpOptions&) {}, true, kDelivered, true},
        WantedCase{"NotOffered", [](LmtpOptions&) {}, false, kDelivered, false},
        WantedCase{"Avoided", [](LmtpOptions& o) { o.hosts_avoid_tls = text("mx.test.ex"); }, true, kDelivered, false},
        WantedCase{"AvoidedByAddress", [](LmtpOptions& o) { o.hosts_avoid_tls = text("10.0.0.0/8"); }, true, kDelivered,
                   false},
        WantedCase{"AnotherAvoided", [](LmtpOptions& o) { o.hosts_avoid_tls = text("!mx.test.ex : *"); }, true,
                   kDelivered, true},
        WantedCase{"Required", [](LmtpOptions& o) { o.hosts_require_tls = text("*.test.ex"); }, true, kDelivered, true},
        WantedCase{"RequiredNotOffered", [](LmtpOptions& o) { o.hosts_require_tls = text("*"); }, false, kNotOffered,
                   false},
        WantedCase{"RequiredNotOfferedTryClear",
                   [](LmtpOptions& o) {
                       o.hosts_require_tls = text("*");
                       o.tls_tempfail_tryclear = true;
                   },
                   false, kNotOffered, false},
        WantedCase{"RequiredAndAvoided",
                   [](LmtpOptions& o) {
                       o.hosts_require_tls = text("*");
                       o.hosts_avoid_tls = text("*");
                   },
                   true, kDelivered, true},
        WantedCase{"Loopback", [](LmtpOptions& o) { o.hosts = text("127.0.0.1"); }, true, kDelivered, false},
        WantedCase{"LoopbackRequired",
                   [](LmtpOptions& o) {
                       o.hosts = text("127.0.0.1");
                       o.hosts_require_tls = text("*");
                   },
                   true, kDelivered, true},
        WantedCase{"LoopbackNotAvoided",
                   [](LmtpOptions& o) {
                       o.hosts = text("127.0.0.1");
                       o.hosts_avoid_tls = text("");
                   },
                   true, kDelivered, true},
        WantedCase{"ListUndecided", [](LmtpOptions& o) { o.hosts_require_tls = text("${nosuch:x}"); }, true,
                   Outcome{.code = code::kTlsFailed, .message = "TLS session: hosts_require_tls cannot be decided now"},
                   false}),
    [](const auto& c) { return c.param.name; });

struct VerifiedCase {
    const char* name;
    std::function<void(LmtpOptions&)> change;
    std::string want;  // the message's end; empty: delivered
    bool want_verified;
};
class LmtpTlsVerified : public LmtpTlsTest, public testing::WithParamInterface<VerifiedCase> {};
// The certificate is for another name.
TEST_P(LmtpTlsVerified, AsTheListsSay) {
    const VerifiedCase& c = GetParam();
    script.identity = authority.issue({.alternative_names = "DNS:other.test.ex"});
    configure(c.change);
    const AddressReport report = deliver().addresses[0];
    if (c.want.empty()) {
        EXPECT_EQ(report.outcome, kDelivered);
        ASSERT_TRUE(report.tls);
        EXPECT_EQ(report.tls->verified, c.want_verified);
    } else {
        EXPECT_EQ(report.outcome.verdict, Verdict::defer);
        EXPECT_EQ(report.outcome.code, code::kTlsFailed);
        EXPECT_EQ(report.outcome.message, "TLS session: " + c.want);
        EXPECT_FALSE(report.tls);
    }
    EXPECT_FALSE(mail_in_the_clear());
    EXPECT_EQ(servers.size(), 1u);
}
const char* const kMismatch = "(certificate verification failed): hostname mismatch";
INSTANTIATE_TEST_SUITE_P(
    All, LmtpTlsVerified,
    testing::Values(
        VerifiedCase{"Default", [](LmtpOptions&) {}, kMismatch, false},
        VerifiedCase{"TryClearIsNoWayOut", [](LmtpOptions& o) { o.tls_tempfail_tryclear = true; }, kMismatch, false},
        VerifiedCase{"Try", [](LmtpOptions& o) { o.tls_try_verify_hosts = text("*"); }, "", false},
        VerifiedCase{"TryAnother", [](LmtpOptions& o) { o.tls_try_verify_hosts = text("b.ex"); }, kMismatch, false},
        VerifiedCase{"MustAndTry",
                     [](LmtpOptions& o) {
                         o.tls_verify_hosts = text("*");
                         o.tls_try_verify_hosts = text("*");
                     },
                     kMismatch, false},
        VerifiedCase{"MustAnother", [](LmtpOptions& o) { o.tls_verify_hosts = text("b.ex"); }, "", false},
        VerifiedCase{"Nobody", [](LmtpOptions& o) { o.tls_verify_hosts = text(""); }, "", false},
        VerifiedCase{"AnyName", [](LmtpOptions& o) { o.tls_verify_cert_hostnames = text(""); }, "", true},
        VerifiedCase{"NamesOfOthers", [](LmtpOptions& o) { o.tls_verify_cert_hostnames = text("!mx.test.ex : *"); }, "",
                     true},
        VerifiedCase{"NoAuthorities", [](LmtpOptions& o) { o.tls_verify_certificates = text(""); },
                     "(certificate verification failed): unable to get local issuer certificate", false},
        VerifiedCase{"AuthoritiesMissing", [](LmtpOptions& o) { o.tls_verify_certificates = text("/none"); },
                     "tls_verify_certificates: /none: No such file or directory", false},
        VerifiedCase{"AuthoritiesRelative", [](LmtpOptions& o) { o.tls_verify_certificates = text("ca.pem"); },
                     "tls_verify_certificates: not an absolute path: \"ca.pem\"", false},
        VerifiedCase{"AuthoritiesTainted", [](LmtpOptions& o) { o.tls_verify_certificates = text("/etc/$local_part"); },
                     "Tainted name '/etc/joe' for tls_verify_certificates not permitted", false},
        VerifiedCase{"AuthoritiesControl", [](LmtpOptions& o) { o.tls_verify_certificates = text("/etc/a\\nb"); },
                     "tls_verify_certificates has control characters", false},
        VerifiedCase{"AuthoritiesNotExpanded", [](LmtpOptions& o) { o.tls_verify_certificates = text("${nosuch:x}"); },
                     "tls_verify_certificates: unknown expansion operator \"nosuch\"", false},
        VerifiedCase{"NoRevocations", [](LmtpOptions& o) { o.tls_crl = text("/none"); },
                     "tls_crl: /none: No such file or directory", false},
        VerifiedCase{"SniControl", [](LmtpOptions& o) { o.tls_sni = text("a\\nb"); }, "tls_sni has control characters",
                     false},
        VerifiedCase{"Ciphers", [](LmtpOptions& o) { o.tls_require_ciphers = text("NONSENSE"); },
                     "tls_require_ciphers: no cipher match", false}),
    [](const auto& c) { return c.param.name; });

TEST_F(LmtpTlsTest, OptionsKnowTheHost) {
    world.fake.put_file("/etc/mx.test.ex-10.0.0.2", authority.pem());
    configure([](LmtpOptions& o) {
        o.tls_verify_certificates = text("/etc/$host-$host_address");
        o.tls_sni = text("for-$host");
    });
    EXPECT_EQ(outcome(), kDelivered);
    EXPECT_EQ(servers[0]->sni(), "for-mx.test.ex");
}

TEST_F(LmtpTlsTest, NoSniIfTheOptionIsEmpty) {
    configure([](LmtpOptions& o) { o.tls_sni = text(""); });
    EXPECT_EQ(outcome(), kDelivered);
    EXPECT_EQ(servers[0]->sni(), "");
}

// --- our own certificate ---

TEST_F(LmtpTlsTest, ShowsItsCertificateThatOnlyRootCanRead) {
    script.client_authority = authority.pem();
    const TestAuthority::Issued own = authority.issue({.subject = {"client"}});
    world.fake.put_file("/etc/ssl/private/own.key", own.key, 0600);
    world.fake.put_file("/etc/ssl/own.pem", own.certificate, 0600);
    world.fake.put_file("/etc/ssl/both.pem", own.certificate + own.key, 0600);
    configure([](LmtpOptions& o) {
        o.tls_certificate = text("/etc/ssl/own.pem");
        o.tls_privatekey = text("/etc/ssl/private/own.key");
    });
    EXPECT_EQ(outcome(), kDelivered);
    EXPECT_TRUE(servers.back()->knows_client());
    configure([](LmtpOptions& o) { o.tls_certificate = text("/etc/ssl/both.pem"); });
    EXPECT_EQ(outcome(), kDelivered);
    EXPECT_TRUE(servers.back()->knows_client());
    // Without one the server ends the session as its first word behind TLS.
    configure([](LmtpOptions&) {});
    const Outcome without = outcome();
    EXPECT_EQ(without.verdict, Verdict::defer);
    EXPECT_EQ(without.message,
              "LMTP connection closed after LHLO host.test.ex (TLS: tlsv13 alert certificate required)");
}

TEST_F(LmtpTlsTest, OwnCertificatesThatCannotBeUsed) {
    world.fake.put_file("/etc/own.pem", authority.issue({}).certificate);
    world.fake.put_file("/home/joe/own.pem", authority.pem(), 0644, DeliveryWorld::kUser);
    world.fake.put_file("/etc/empty.pem", "");
    world.fake.put_file("/etc/open.pem", authority.pem(), 0666);
    world.fake.put_symlink("/home/joe/link", "/etc/own.pem", DeliveryWorld::kUser);
    const struct {
        const char* certificate;
        const char* key;
        std::string want;
    } cases[] = {
        {"/none", "", "tls_certificate: /none: No such file or directory"},
        {"/etc/own.pem", "/none", "tls_privatekey: /none: No such file or directory"},
        {"/etc/own.pem", "", "tls_privatekey: no private key, or one with a password"},
        {"/etc/open.pem", "", "tls_certificate: /etc/open.pem: others than its owner can change \"open.pem\""},
        {"/home/joe/own.pem", "", "tls_certificate: /home/joe/own.pem: others than its owner can change \"joe\""},
        {"/home/joe/link", "", "tls_certificate: /home/joe/link: others than its owner can change \"joe\""},
        {"/etc/$local_part", "", "Tainted name '/etc/joe' for tls_certificate not permitted"},
        {"/etc/own.pem", "/etc/$local_part", "Tainted name '/etc/joe' for tls_privatekey not permitted"},
        {"/etc/empty.pem", "", "tls_certificate: no certificate"},
        {"own.pem", "", "tls_certificate: not an absolute path: \"own.pem\""},
        {"${nosuch:x}", "", "tls_certificate: unknown expansion operator \"nosuch\""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.certificate);
        configure([&](LmtpOptions& o) {
            o.tls_certificate = text(c.certificate);
            if (*c.key != '\0') o.tls_privatekey = text(c.key);
        });
        const Outcome got = outcome();
        EXPECT_EQ(got.verdict, Verdict::defer);
        EXPECT_EQ(got.message, "TLS session: " + c.want);
        EXPECT_FALSE(mail_in_the_clear());
    }
}

// --- when it does not come about ---

struct RefusedCase {
    const char* name;
    std::string answer;
    bool try_clear, required;
    Outcome want;
};
class LmtpTlsRefused : public LmtpTlsTest, public testing::WithParamInterface<RefusedCase> {};
TEST_P(LmtpTlsRefused, StartTls) {
    const RefusedCase& c = GetParam();
    script.answer = c.answer;
    configure([&](LmtpOptions& o) {
        o.tls_tempfail_tryclear = c.try_clear;
        if (c.required) o.hosts_require_tls = text("*");
    });
    EXPECT_EQ(outcome(), c.want);
    EXPECT_EQ(mail_in_the_clear(), c.want == kDelivered);
    EXPECT_EQ(servers.size(), 1u);
}
const Outcome kNotStarted{.code = code::kTlsRequired,
                          .message = "a TLS session is required, but an attempt to start TLS failed"};
INSTANTIATE_TEST_SUITE_P(
    All, LmtpTlsRefused,
    testing::Values(
        RefusedCase{"Later", "454 later", false, false, {.message = "LMTP error after STARTTLS: 454 later"}},
        RefusedCase{"Never", "554 no", false, false, {.message = "LMTP error after STARTTLS: 554 no"}},
        RefusedCase{"LaterClear", "454 later", true, false, kDelivered},
        RefusedCase{"LaterRequired", "454 later", true, true, kNotStarted},
        RefusedCase{"NeverRequired", "554 no", false, true, kNotStarted},
        RefusedCase{"Injected",
                    "220 go\r\n250 ok",
                    true,
                    false,
                    {.code = code::kSmtpFormat, .message = "LMTP response before TLS: 250 ok"}}),
    [](const auto& c) { return c.param.name; });

TEST_F(LmtpTlsTest, AHandshakeThatBreaksIsADeferral) {
    for (const std::size_t after : {0U, 1U, 5U, 100U, 300U, 600U}) {
        for (const Cut cut : {Cut::hang_up, Cut::reset, Cut::silence, Cut::garbage}) {
            servers.clear();
            script.cut_after = after;
            script.cut = cut;
            const Outcome got = outcome();
            EXPECT_EQ(got.verdict, Verdict::defer);
            EXPECT_EQ(got.code, code::kTlsFailed);
            EXPECT_THAT(got.message, StartsWith("TLS session: (handshake): "));
            EXPECT_FALSE(mail_in_the_clear());
            EXPECT_EQ(servers.size(), 1u);
        }
    }
}

// The first address serves once and breaks; the second one must have TLS.
TEST_F(LmtpTlsTest, TryClearGoesToTheSameAddress) {
    script.cut_after = 300;
    world.fake.set_host("mx.test.ex", {"10.0.0.2", "10.0.0.3"});
    world.fake.set_peer(kServer, [this] {
        world.fake.set_connect_error(kServer, ECONNREFUSED);
        return servers.emplace_back(std::make_shared<TlsLmtpServer>(script));
    });
    const auto other = std::make_shared<LmtpServer>();
    world.fake.set_peer({.path = {}, .ip = "10.0.0.3", .port = 24}, [&] { return other; });
    configure([](LmtpOptions& o) {
        o.tls_tempfail_tryclear = true;
        o.hosts_require_tls = text("10.0.0.3");
    });
    EXPECT_EQ(outcome().verdict, Verdict::defer);
    EXPECT_THAT(other->commands, Not(Contains(HasSubstr("MAIL"))));
}

TEST_F(LmtpTlsTest, TryClearIsASecondConnection) {
    script.cut_after = 300;
    configure([](LmtpOptions& o) { o.tls_tempfail_tryclear = true; });
    DeliveryContext context = world.context();
    bool kept = false;
    context.keep_connection = [&](const UniqueFd&, std::string_view) { kept = true; };
    const DeliveryReport report = world.transport->deliver(context);
    EXPECT_EQ(report.addresses[0].outcome, kDelivered);
    EXPECT_FALSE(report.addresses[0].tls);
    EXPECT_THAT(report.main_lines,
                ElementsAre("TLS session: (handshake): the server closed the connection: delivering unencrypted to "
                            "H=mx.test.ex [10.0.0.2] (not in hosts_require_tls)"));
    ASSERT_EQ(servers.size(), 2u);
    EXPECT_THAT(servers[0]->heard, Not(HasSubstr("MAIL")));
    EXPECT_FALSE(kept) << "the next message tries TLS again";
    // Where it is required there is no such way.
    configure([](LmtpOptions& o) {
        o.tls_tempfail_tryclear = true;
        o.hosts_require_tls = text("*");
    });
    servers.clear();
    EXPECT_EQ(outcome().code, code::kTlsFailed);
    EXPECT_EQ(servers.size(), 1u);
    // Nor with TLS from the start.
    script.from_start = true;
    configure([](LmtpOptions& o) {
        o.tls_tempfail_tryclear = true;
        o.protocol = {"lmtps", true};
    });
    servers.clear();
    EXPECT_EQ(outcome().code, code::kTlsFailed);
    EXPECT_EQ(servers.size(), 1u);
}

// Lists have addresses, not links.
TEST_F(LmtpTlsTest, AServerOnALinkIsInListsByItsAddress) {
    script.offers = false;
    world.fake.set_host("mx.test.ex", {"fe80::2%eth0"});
    world.fake.set_peer({.path = {}, .ip = "fe80::2%eth0", .port = 24},
                        [this] { return servers.emplace_back(std::make_shared<TlsLmtpServer>(script)); });
    configure([](LmtpOptions& o) { o.hosts_require_tls = text("<; fe80::2"); });
    EXPECT_EQ(outcome(), kNotOffered);
}

TEST_F(LmtpTlsTest, AServerWhoseTlsFailsIsPassedOver) {
    world.fake.set_host("mx.test.ex", {"10.0.0.3", "10.0.0.2"});
    world.fake.set_peer({.path = {}, .ip = "10.0.0.3", .port = 24}, [this] {
        TlsLmtpServer::Script broken = script;
        broken.cut_after = 300;
        return std::make_shared<TlsLmtpServer>(broken);
    });
    const DeliveryReport report = deliver();
    EXPECT_EQ(report.addresses[0].outcome, kDelivered);
    EXPECT_EQ(report.addresses[0].host, "mx.test.ex [10.0.0.2]");
    EXPECT_TRUE(report.addresses[0].tls);
    EXPECT_THAT(report.main_lines,
                ElementsAre("H=mx.test.ex [10.0.0.3]: TLS session: (handshake): the server closed the connection"));
}

// --- connections that are handed on ---

TEST_F(LmtpTlsTest, SessionsBehindTlsAreNotHandedOn) {
    DeliveryContext context = world.context();
    bool kept = false;
    context.keep_connection = [&](const UniqueFd&, std::string_view) { kept = true; };
    EXPECT_EQ(world.transport->deliver(context).addresses[0].outcome, kDelivered);
    EXPECT_FALSE(kept);
    EXPECT_EQ(servers[0]->lmtp.commands.back(), "QUIT");
}

TEST_F(LmtpTlsTest, WhereTlsIsRequiredNoSessionInTheClearIsTakenUp) {
    script.offers = false;
    IdleConnections::Connection idle;
    DeliveryContext first = world.context();
    first.keep_connection = [&](UniqueFd fd, std::string_view label) { idle = {std::move(fd), std::string(label)}; };
    EXPECT_EQ(world.transport->deliver(first).addresses[0].outcome, kDelivered);
    ASSERT_TRUE(idle.fd);
    DeliveryContext again = world.context();
    again.idle = &idle;
    EXPECT_EQ(world.transport->deliver(again).addresses[0].outcome, kDelivered);
    EXPECT_EQ(servers.size(), 1u);
    configure([](LmtpOptions& o) { o.hosts_require_tls = text("*"); });
    DeliveryContext third = world.context();
    third.idle = &idle;
    EXPECT_EQ(world.transport->deliver(third).addresses[0].outcome, kNotOffered);
    EXPECT_EQ(servers.size(), 2u);
}

// hosts_avoid_tls may say otherwise for the next message.
TEST_F(LmtpTlsTest, ASessionInTheClearIsNotTakenUpWhereTlsIsTried) {
    configure([](LmtpOptions& o) { o.hosts_avoid_tls = text("*"); });
    IdleConnections::Connection idle;
    DeliveryContext first = world.context();
    first.keep_connection = [&](UniqueFd fd, std::string_view label) { idle = {std::move(fd), std::string(label)}; };
    EXPECT_FALSE(world.transport->deliver(first).addresses[0].tls);
    ASSERT_TRUE(idle.fd);
    configure([](LmtpOptions&) {});
    DeliveryContext again = world.context();
    again.idle = &idle;
    const DeliveryReport report = world.transport->deliver(again);
    EXPECT_EQ(report.addresses[0].outcome, kDelivered);
    EXPECT_TRUE(report.addresses[0].tls);
    EXPECT_EQ(servers.size(), 2u);
}

// --- faults ---

TEST_F(LmtpTlsTest, FaultsNeverDeliverTwiceOrLose) {
    for (const int code : {EIO, EINTR, EAGAIN, ECONNRESET}) {
        for (long n = 1;; ++n) {
            ASSERT_LT(n, 1000);
            DeliveryWorld fresh;
            servers.clear();
            prepare(fresh);
            fresh.fake.put_file("/etc/own.pem", script.identity.certificate + script.identity.key, 0600);
            configure(fresh, [](LmtpOptions& o) { o.tls_certificate = text("/etc/own.pem"); });
            fresh.add_address("b@test.ex");
            fresh.os.fail_at(n, code);
            const DeliveryReport report = deliver(fresh);
            const bool hit = fresh.os.hit();
            fresh.os.disarm();
            ASSERT_EQ(report.addresses.size(), 2u);
            std::size_t kept = 0;
            for (const auto& server : servers) kept += server->lmtp.kept.size();
            EXPECT_LE(kept, 2u) << "call " << n;
            for (std::size_t i = 0; i < 2; ++i) {
                const Outcome& outcome = report.addresses[i].outcome;
                EXPECT_TRUE(outcome.verdict == Verdict::defer || (outcome == kDelivered && kept > i))
                    << "call " << n << ": " << fresh.os.hit_at();
            }
            EXPECT_FALSE(mail_in_the_clear());
            if (!hit) break;
        }
    }
}

// --- the configuration ---

struct ConfiguredCase {
    const char* name;
    std::function<void(LmtpOptions&)> change;
    std::string want_error;
};
class LmtpTlsConfigured : public LmtpTlsTest, public testing::WithParamInterface<ConfiguredCase> {};
TEST_P(LmtpTlsConfigured, IsChecked) { EXPECT_EQ(configure(GetParam().change).text, GetParam().want_error); }
void behind_a_socket(LmtpOptions& o) {
    o.hosts = {};
    o.socket = text("/run/lmtp");
}
INSTANTIATE_TEST_SUITE_P(
    All, LmtpTlsConfigured,
    testing::Values(ConfiguredCase{"Lmtp",
                                   [](LmtpOptions& o) {
                                       o.protocol = {"lmtp", true};
                                   },
                                   ""},
                    ConfiguredCase{"Lmtps",
                                   [](LmtpOptions& o) {
                                       o.protocol = {"lmtps", true};
                                   },
                                   ""},
                    ConfiguredCase{"Smtp",
                                   [](LmtpOptions& o) {
                                       o.protocol = {"smtp", true};
                                   },
                                   "protocol \"smtp\" is not supported by the t1 transport: lmtp or lmtps"},
                    ConfiguredCase{"KeyAlone", [](LmtpOptions& o) { o.tls_privatekey = text("/k"); },
                                   "tls_privatekey is set without tls_certificate for the t1 transport"},
                    ConfiguredCase{"SocketLmtp",
                                   [](LmtpOptions& o) {
                                       behind_a_socket(o);
                                       o.protocol = {"lmtp", true};
                                   },
                                   ""},
                    ConfiguredCase{"SocketLmtps",
                                   [](LmtpOptions& o) {
                                       behind_a_socket(o);
                                       o.protocol = {"lmtps", true};
                                   },
                                   "protocol = lmtps is set without hosts for the t1 transport"},
                    ConfiguredCase{"SocketRequire",
                                   [](LmtpOptions& o) {
                                       behind_a_socket(o);
                                       o.hosts_require_tls = text("*");
                                   },
                                   "hosts_require_tls is set without hosts for the t1 transport"},
                    ConfiguredCase{"SocketCertificate",
                                   [](LmtpOptions& o) {
                                       behind_a_socket(o);
                                       o.tls_certificate = text("/c");
                                   },
                                   "tls_certificate is set without hosts for the t1 transport"}),
    [](const auto& c) { return c.param.name; });

TEST_F(LmtpTlsTest, ThePlanSaysWhenTlsBegins) {
    DeliveryContext context = world.context();
    EXPECT_THAT(world.transport->plan(context).steps,
                Contains("begin TLS where the server offers it (avoided: <; 127.0.0.0/8 ; ::1; required: none); check "
                         "certificates with tls_verify_certificates = /etc/ca.pem"));
    configure([](LmtpOptions& o) { o.protocol = {"lmtps", true}; });
    EXPECT_THAT(world.transport->plan(context).steps,
                Contains("begin with TLS; check certificates with tls_verify_certificates = /etc/ca.pem"));
    EXPECT_THAT(servers, IsEmpty());
}

}  // namespace
}  // namespace postern
