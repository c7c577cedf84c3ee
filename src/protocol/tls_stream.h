// SPDX-License-Identifier: Apache-2.0
// protocol/tls_stream.h – TLS as a client over another stream, from the moment on when start() is called; before that
// everything goes through as it is.
//
// OpenSSL sees memory only: every byte to and from the peer goes through the stream below, with its deadlines. TLS 1.2
// is the least. A peer that ends without TLS's own farewell has ended; what it said before counts, which are whole
// lines to whoever reads replies. has_input() is about what the peer has said, not about records that hold nothing or
// are not all there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "protocol/stream.h"

namespace postern {

// Values; files have been read by whoever may read them.
struct TlsSettings {
    enum class Verify : std::uint8_t { no, but_go_on, required } verify = Verify::required;
    std::string host;  // name or IP address that the certificate has to be for; empty: any
    std::string sni;   // empty: none is sent
    bool system_authorities = false;
    std::string authorities;            // PEM: certificates that are trusted, with what they have signed
    std::string authorities_directory;  // the same as a directory in OpenSSL's form
    std::string revocations;            // PEM: revocation lists, one for each authority; empty: none is asked for
    std::string certificate, key;       // PEM: our own certificate with its chain; empty: none
    std::string ciphers;                // OpenSSL's cipher list, names of TLS 1.3 suites too; empty: the library's
    std::int64_t now = 0;               // seconds: for the certificate's dates
};

struct TlsFailure {
    enum class Kind : std::uint8_t { library, setting, certificate, handshake, timeout, closed } kind = Kind::handshake;
    std::string text;  // what the library or the system says; of a setting: its name first
};

struct TlsPeer {
    std::string cipher;     // "TLS1.3:TLS_AES_256_GCM_SHA384:256", as Exim with OpenSSL logs it
    std::string subject;    // of its certificate: "C=XX,O=Org\, Inc,CN=mx", printable ASCII
    bool verified = false;  // by an authority, for the host
    bool operator==(const TlsPeer&) const = default;
};

// No name: certificates for addresses say so in another way, and there is no SNI for them.
[[nodiscard]] bool is_ip_address(std::string_view host);

// Whether the library is there; the Error's text names it.
[[nodiscard]] Status tls_is_available();

class TlsSession;

class TlsStream final : public Stream {
public:
    TlsStream(Clock& clock, Stream& below);
    ~TlsStream() override;

    [[nodiscard]] tl::expected<TlsPeer, TlsFailure> start(const TlsSettings& settings, Instant deadline);
    [[nodiscard]] bool active() const { return session_ != nullptr; }
    void say_farewell(Instant deadline);  // close_notify; nothing can be written after it

    [[nodiscard]] Result<std::size_t> read(std::span<char> into, Instant deadline) override;
    [[nodiscard]] Status write(std::string_view bytes, Instant deadline) override;
    [[nodiscard]] bool has_input() override;
    [[nodiscard]] const std::string& complaint() const { return complaint_; }  // of the library, if a call got EPROTO

private:
    [[nodiscard]] Status flush(Instant deadline);
    [[nodiscard]] Result<bool> take_more(Instant deadline);  // false: the peer has ended
    [[nodiscard]] tl::expected<void, TlsFailure> shake_hands(TlsSettings::Verify verify, Instant deadline);
    [[nodiscard]] Unexpected broken();

    Clock& clock_;
    Stream& below_;
    std::unique_ptr<TlsSession> session_;
    std::string plain_;  // read by has_input() and not yet by read()
    std::string complaint_;
    bool ended_ = false;
};

}  // namespace postern
