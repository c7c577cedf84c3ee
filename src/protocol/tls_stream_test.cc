// SPDX-License-Identifier: Apache-2.0
#include "protocol/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/fake_os.h"
#include "support/fault_os.h"
#include "support/tls_lmtp_server.h"

namespace postern {
namespace {

using testing::HasSubstr;
using Verify = TlsSettings::Verify;
using Kind = TlsFailure::Kind;
using Cut = TlsLmtpServer::Script::Cut;

const SocketAddress kSocket{.path = "/run/lmtp", .ip = {}, .port = 0};

// A client and a server that begins with TLS at once; the greeting is the first thing behind it.
struct TlsStreamTest : testing::Test {
    FakeClock clock;
    FakeOs fake{clock};
    FaultOs os{fake};
    const std::time_t clock_now = static_cast<std::time_t>(clock.now().seconds);
    TestAuthority authority{clock_now};
    TestAuthority::Issued good = authority.issue({});
    std::shared_ptr<TlsLmtpServer> server;
    UniqueFd socket;
    std::unique_ptr<FdStream> below;
    std::unique_ptr<TlsStream> stream;

    [[nodiscard]] TlsLmtpServer::Script script() const {
        TlsLmtpServer::Script out;
        out.identity = good;
        out.from_start = true;
        out.now = clock_now;
        return out;
    }
    [[nodiscard]] TlsSettings settings() {
        TlsSettings out;
        out.host = "mx.test.ex";
        out.authorities = authority.pem();
        out.now = clock.now().seconds;
        return out;
    }
    void connect(TlsLmtpServer::Script with) {
        server = std::make_shared<TlsLmtpServer>(std::move(with));
        fake.set_peer(kSocket, [this] { return server; });
        stream.reset();
        socket = *fake.connect(kSocket, std::chrono::milliseconds(0));
        below = std::make_unique<FdStream>(os, clock, socket.get(), socket.get());
        stream = std::make_unique<TlsStream>(clock, *below);
    }
    [[nodiscard]] Instant soon() { return clock.steady() + Seconds{10}; }
    auto start(const TlsSettings& with) { return stream->start(with, soon()); }
    [[nodiscard]] std::string read() {
        std::array<char, 4096> buffer{};
        const auto count = stream->read(buffer, soon());
        return count ? std::string(buffer.data(), *count) : "error " + std::to_string(count.error().code);
    }
};

TEST_F(TlsStreamTest, TalksThroughTls) {
    connect(script());
    const auto peer = start(settings());
    ASSERT_TRUE(peer) << peer.error().text;
    EXPECT_EQ(*peer, (TlsPeer{"TLS1.3:TLS_AES_256_GCM_SHA384:256", "CN=mx.test.ex", true}));
    EXPECT_EQ(read(), "220 mx ready\r\n");
    ASSERT_TRUE(stream->write("LHLO me\r\n", soon()));
    EXPECT_EQ(read(), "250 mx\r\n");
    EXPECT_EQ(stream->written(), 9);
    EXPECT_THAT(server->heard, Not(HasSubstr("LHLO")));
    stream->say_farewell(soon());
    EXPECT_TRUE(server->got_farewell());
}

TEST_F(TlsStreamTest, BeforeTlsEverythingGoesThroughAsItIs) {
    TlsLmtpServer::Script plain = script();
    plain.from_start = false;
    connect(plain);
    EXPECT_TRUE(stream->has_input());
    EXPECT_EQ(read(), "220 mx ready\r\n");
    EXPECT_FALSE(stream->has_input());
    ASSERT_TRUE(stream->write("NOOP\r\n", soon()));
    EXPECT_EQ(server->heard, "NOOP\r\n");
    EXPECT_EQ(stream->written(), 6);
    EXPECT_FALSE(stream->active());
}

TEST_F(TlsStreamTest, LargeWritesArriveWhole) {
    connect(script());
    ASSERT_TRUE(start(settings()));
    std::string line(100'000, 'x');
    ASSERT_TRUE(stream->write(line + "\r\n", soon()));
    ASSERT_EQ(server->lmtp.commands.size(), 1u);
    EXPECT_EQ(server->lmtp.commands[0], line);
    EXPECT_EQ(stream->written(), 100'002);
}

struct CertificateCase {
    const char* name;
    TestAuthority::Wanted certificate;
    std::string host;
    std::string want_fault;  // empty: it is good
};
class Certificates : public TlsStreamTest, public testing::WithParamInterface<CertificateCase> {};
TEST_P(Certificates, AreVerified) {
    const CertificateCase& c = GetParam();
    for (const int version : {0, TLS1_2_VERSION}) {
        TlsLmtpServer::Script with = script();
        with.identity = authority.issue(c.certificate);
        with.highest_version = version;
        TlsSettings ours = settings();
        ours.host = c.host;
        connect(with);
        const auto strict = start(ours);
        EXPECT_EQ(strict.has_value(), c.want_fault.empty());
        if (!strict) {
            EXPECT_EQ(strict.error().kind, Kind::certificate);
            EXPECT_EQ(strict.error().text, c.want_fault);
            EXPECT_TRUE(server->lmtp.commands.empty());
        }
        connect(with);
        ours.verify = Verify::but_go_on;
        const auto lenient = start(ours);
        ASSERT_TRUE(lenient) << lenient.error().text;
        EXPECT_EQ(lenient->verified, c.want_fault.empty());
        connect(with);
        ours.verify = Verify::no;
        const auto careless = start(ours);
        ASSERT_TRUE(careless) << careless.error().text;
        EXPECT_FALSE(careless->verified);
    }
}
constexpr std::time_t kDay = TestAuthority::kDay;
INSTANTIATE_TEST_SUITE_P(
    All, Certificates,
    testing::Values(
        CertificateCase{"Good", {}, "mx.test.ex", ""}, CertificateCase{"NameInCapitals", {}, "MX.Test.EX", ""},
        CertificateCase{"WildCard", {.alternative_names = "DNS:*.test.ex"}, "mx.test.ex", ""},
        CertificateCase{"PartOfAWildCard", {.alternative_names = "DNS:m*.test.ex"}, "mx.test.ex", "hostname mismatch"},
        CertificateCase{"WildCardTooDeep", {.alternative_names = "DNS:*.ex"}, "mx.test.ex", "hostname mismatch"},
        CertificateCase{"OnlyCommonName", {.alternative_names = ""}, "mx.test.ex", ""},
        CertificateCase{
            "CommonNameBesideAlternatives", {.alternative_names = "DNS:other.ex"}, "mx.test.ex", "hostname mismatch"},
        CertificateCase{"OtherName", {}, "other.test.ex", "hostname mismatch"}, CertificateCase{"AnyName", {}, "", ""},
        CertificateCase{"Address", {.alternative_names = "IP:127.0.0.1"}, "127.0.0.1", ""},
        CertificateCase{"AddressV6", {.alternative_names = "IP:::1"}, "::1", ""},
        CertificateCase{"OtherAddress", {.alternative_names = "IP:127.0.0.2"}, "127.0.0.1", "IP address mismatch"},
        CertificateCase{"AddressAsName", {.alternative_names = "DNS:127.0.0.1"}, "127.0.0.1", "IP address mismatch"},
        CertificateCase{
            "Expired", {.not_before = -2 * kDay, .not_after = -kDay}, "mx.test.ex", "certificate has expired"},
        CertificateCase{
            "NotYet", {.not_before = kDay, .not_after = 2 * kDay}, "mx.test.ex", "certificate is not yet valid"},
        CertificateCase{"SelfSigned", {.self_signed = true}, "mx.test.ex", "self-signed certificate"}),
    [](const auto& c) { return c.param.name; });

TEST_F(TlsStreamTest, AnUnknownAuthorityIsNotBelieved) {
    TestAuthority other(clock_now, "Other");
    connect(script());
    TlsSettings ours = settings();
    ours.authorities = other.pem();
    auto peer = start(ours);
    ASSERT_FALSE(peer);
    EXPECT_EQ(peer.error().text, "unable to get local issuer certificate");
    connect(script());
    ours.authorities.clear();
    peer = start(ours);
    ASSERT_FALSE(peer) << "nobody is trusted";
    connect(script());
    ours.authorities = other.pem() + authority.pem();
    EXPECT_TRUE(start(ours)) << "one of several";
    connect(script());
    ours.authorities = good.certificate;
    EXPECT_TRUE(start(ours)) << "the very certificate";
}

TEST_F(TlsStreamTest, RevokedCertificatesAreRefused) {
    TlsSettings ours = settings();
    ours.revocations = authority.revocations(false);
    connect(script());
    EXPECT_TRUE(start(ours));
    ours.revocations = authority.revocations(true);
    connect(script());
    const auto peer = start(ours);
    ASSERT_FALSE(peer);
    EXPECT_EQ(peer.error().text, "certificate revoked");
}

TEST_F(TlsStreamTest, SubjectsKeepTheirOrderAndAreEscaped) {
    TlsLmtpServer::Script with = script();
    with.identity = authority.issue({.subject = {"A, \"B\"", "x\ny\xc3\xa4"}});
    connect(with);
    const auto peer = start(settings());
    ASSERT_TRUE(peer) << peer.error().text;
    EXPECT_EQ(peer->subject, "O=A\\, \\\"B\\\",CN=x\\0Ay\\C3\\A4");
}

TEST_F(TlsStreamTest, SaysWhichServerItMeans) {
    TlsSettings ours = settings();
    ours.sni = "mx.test.ex";
    connect(script());
    ASSERT_TRUE(start(ours));
    EXPECT_EQ(server->sni(), "mx.test.ex");
    ours.sni.clear();
    connect(script());
    ASSERT_TRUE(start(ours));
    EXPECT_EQ(server->sni(), "");
}

TEST_F(TlsStreamTest, ShowsItsOwnCertificate) {
    TlsLmtpServer::Script with = script();
    with.client_authority = authority.pem();
    const TestAuthority::Issued own = authority.issue({.subject = {"client"}});
    TlsSettings ours = settings();
    ours.certificate = own.certificate;
    ours.key = own.key;
    connect(with);
    ASSERT_TRUE(start(ours));
    EXPECT_EQ(read(), "220 mx ready\r\n");
    EXPECT_TRUE(server->knows_client());
    // Without one TLS 1.3 says so only when the client thinks that all is well.
    connect(with);
    ASSERT_TRUE(start(settings()));
    EXPECT_EQ(read(), "error " + std::to_string(EPROTO));
    EXPECT_EQ(stream->complaint(), "tlsv13 alert certificate required");
    with.highest_version = TLS1_2_VERSION;
    connect(with);
    const auto peer = start(settings());
    ASSERT_FALSE(peer);
    EXPECT_EQ(peer.error().kind, Kind::handshake);
    EXPECT_THAT(peer.error().text, HasSubstr("handshake failure"));
}

TEST_F(TlsStreamTest, OldVersionsAreRefused) {
    TlsLmtpServer::Script with = script();
    with.highest_version = TLS1_1_VERSION;
    connect(with);
    const auto peer = start(settings());
    ASSERT_FALSE(peer);
    EXPECT_EQ(peer.error().kind, Kind::handshake);
}

struct CiphersCase {
    const char* name;
    std::string ciphers;
    int server_version;
    std::string want;  // the cipher, or the failure's text
};
class Ciphers : public TlsStreamTest, public testing::WithParamInterface<CiphersCase> {};
TEST_P(Ciphers, AreTheAdministratorsChoice) {
    const CiphersCase& c = GetParam();
    TlsLmtpServer::Script with = script();
    with.highest_version = c.server_version;
    connect(with);
    TlsSettings ours = settings();
    ours.ciphers = c.ciphers;
    const auto peer = start(ours);
    EXPECT_EQ(peer ? peer->cipher : peer.error().text, c.want);
}
INSTANTIATE_TEST_SUITE_P(
    All, Ciphers,
    testing::Values(CiphersCase{"Default12", "", TLS1_2_VERSION, "TLS1.2:ECDHE-ECDSA-AES256-GCM-SHA384:256"},
                    CiphersCase{"One12", "ECDHE-ECDSA-AES128-GCM-SHA256", TLS1_2_VERSION,
                                "TLS1.2:ECDHE-ECDSA-AES128-GCM-SHA256:128"},
                    CiphersCase{"Only12KeepsTheSuitesOf13", "ECDHE-ECDSA-AES128-GCM-SHA256", 0,
                                "TLS1.3:TLS_AES_256_GCM_SHA384:256"},
                    CiphersCase{"One13", "TLS_AES_128_GCM_SHA256", 0, "TLS1.3:TLS_AES_128_GCM_SHA256:128"},
                    CiphersCase{"Only13MeansIt", "TLS_AES_128_GCM_SHA256", TLS1_2_VERSION,
                                "tlsv1 alert protocol version"},
                    CiphersCase{"Both", "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256", TLS1_2_VERSION,
                                "TLS1.2:ECDHE-ECDSA-AES128-GCM-SHA256:128"},
                    CiphersCase{"Nonsense", "NONSENSE", 0, "tls_require_ciphers: no cipher match"},
                    CiphersCase{"Nonsense13", "TLS_NONSENSE", 0, "tls_require_ciphers: no cipher match"}),
    [](const auto& c) { return c.param.name; });

TEST_F(TlsStreamTest, SettingsThatCannotBeUsed) {
    const TestAuthority::Issued other = authority.issue({});
    struct {
        const char* name;
        std::function<void(TlsSettings&)> change;
        std::string want;
    } const cases[] = {
        {"authorities", [](TlsSettings& s) { s.authorities = "x"; }, "tls_verify_certificates: no certificate"},
        {"torn authorities", [](TlsSettings& s) { s.authorities.resize(s.authorities.size() / 2); },
         "tls_verify_certificates: no certificate"},
        {"second authority", [](TlsSettings& s) { s.authorities += "-----BEGIN CERTIFICATE-----\nx\n"; },
         "tls_verify_certificates: bad end line"},
        {"revocations", [&](TlsSettings& s) { s.revocations = s.authorities; }, "tls_crl: no revocation list"},
        {"certificate", [](TlsSettings& s) { s.certificate = "x"; }, "tls_certificate: no certificate"},
        {"no key", [&](TlsSettings& s) { s.certificate = good.certificate; },
         "tls_privatekey: no private key, or one with a password"},
        {"other key",
         [&](TlsSettings& s) {
             s.certificate = good.certificate;
             s.key = other.key;
         },
         "tls_privatekey: key values mismatch"},
        {"long sni", [](TlsSettings& s) { s.sni = std::string(300, 'x'); }, "tls_sni: not a name"},
        {"NUL in host", [](TlsSettings& s) { s.host = std::string("mx\0.ex", 6); }, "hosts: not a name"},
        {"bad address", [](TlsSettings& s) { s.host = "1.2.3.4.5"; }, "hosts: not a name"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        connect(script());
        TlsSettings ours = settings();
        c.change(ours);
        const auto peer = start(ours);
        ASSERT_FALSE(peer);
        EXPECT_EQ(peer.error().kind, Kind::setting);
        EXPECT_EQ(peer.error().text, c.want);
        EXPECT_EQ(server->heard, "") << "nothing was said to the server";
    }
}

// A peer that breaks after so many bytes of its handshake, in every way: after each of the first ones, which hold all
// kinds of records, and after some of the rest.
TEST_F(TlsStreamTest, BreaksAnywhereInTheHandshake) {
    connect(script());
    ASSERT_TRUE(start(settings()));
    const std::size_t all = server->tls_bytes();
    ASSERT_GT(all, 500u);
    for (const Cut cut : {Cut::hang_up, Cut::reset, Cut::silence, Cut::garbage}) {
        for (std::size_t n = 0; n < all; n += cut == Cut::hang_up && n < 160 ? 1 : 19) {
            TlsLmtpServer::Script with = script();
            with.cut_after = n;
            with.cut = cut;
            connect(with);
            const Instant before = clock.steady();
            const auto peer = start(settings());
            EXPECT_LE(clock.steady() - before, Seconds{10});
            // What comes behind the server's last word (its greeting, tickets) may be missing.
            if (peer) {
                const std::string said = read();
                EXPECT_TRUE(said == "" || said.starts_with("error ") || said == "220 mx ready\r\n") << said;
                continue;
            }
            const bool timeout = cut == Cut::silence;
            EXPECT_EQ(peer.error().kind == Kind::timeout, timeout) << n << " " << peer.error().text;
            if (cut == Cut::hang_up) {
                EXPECT_EQ(peer.error().kind, Kind::closed) << n << " " << peer.error().text;
            }
            EXPECT_TRUE(server->lmtp.commands.empty());
        }
    }
}

TEST_F(TlsStreamTest, AFarewellInsteadOfAHandshake) {
    TlsLmtpServer::Script silent = script();
    silent.cut_after = 0;
    silent.cut = Cut::silence;
    connect(silent);
    server->say(std::string("\x15\x03\x03\x00\x02\x01\x00", 7));
    const auto peer = start(settings());
    ASSERT_FALSE(peer);
    EXPECT_EQ(peer.error().kind, Kind::closed);
    EXPECT_EQ(peer.error().text, "the server closed the connection");
}

TEST_F(TlsStreamTest, EveryCallMayFail) {
    for (const int code : {EIO, ECONNRESET, EINTR, EAGAIN}) {
        for (long n = 1; n < 1000; ++n) {
            connect(script());
            os.fail_at(n, code);
            const auto peer = start(settings());
            const std::string said = peer ? read() : "";
            const bool hit = os.hit();
            os.disarm();
            if (code == EINTR || code == EAGAIN) {
                EXPECT_TRUE(peer) << n;
            }
            EXPECT_TRUE(said.empty() || said.starts_with("error ") || said == "220 mx ready\r\n") << said;
            if (!hit) {
                EXPECT_EQ(said, "220 mx ready\r\n");
                break;
            }
        }
    }
}

TEST_F(TlsStreamTest, AnEndWithoutFarewellIsAnEnd) {
    connect(script());
    ASSERT_TRUE(start(settings()));
    EXPECT_EQ(read(), "220 mx ready\r\n");
    server->hang_up();
    EXPECT_EQ(read(), "");
    EXPECT_EQ(read(), "");
    EXPECT_TRUE(stream->has_input());
}

TEST_F(TlsStreamTest, TicketsAreNoInput) {
    connect(script());
    ASSERT_TRUE(start(settings()));
    EXPECT_TRUE(stream->has_input()) << "the greeting";
    EXPECT_TRUE(stream->has_input()) << "still";
    EXPECT_EQ(read(), "220 mx ready\r\n");
    EXPECT_FALSE(stream->has_input());
    ASSERT_TRUE(stream->write("LHLO me\r\n", soon()));
    EXPECT_TRUE(stream->has_input());
    std::array<char, 3> few{};
    ASSERT_TRUE(stream->read(few, soon()));
    EXPECT_EQ(read(), " mx\r\n") << "nothing is lost between the two";
}

TEST_F(TlsStreamTest, ForgedRecordsEndIt) {
    connect(script());
    ASSERT_TRUE(start(settings()));
    EXPECT_EQ(read(), "220 mx ready\r\n");
    server->say(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
    EXPECT_TRUE(stream->has_input());
    EXPECT_EQ(read(), "error " + std::to_string(EPROTO));
    EXPECT_EQ(stream->complaint(), "decryption failed or bad record mac");
    EXPECT_FALSE(stream->write("LHLO me\r\n", soon()));
}

}  // namespace
}  // namespace postern
