// SPDX-License-Identifier: Apache-2.0
// support/tls_lmtp_server.h – an LmtpServer that also speaks TLS, after STARTTLS or from the start, and breaks where it
// is told to. Header only: the including test links OpenSSL.
#pragma once

#include <openssl/ssl.h>

#include <climits>
#include <memory>
#include <utility>

#include "support/lmtp_server.h"
#include "support/tls_certificates.h"

namespace postern {

class TlsLmtpServer final : public FakePeer {
public:
    struct Script {
        TestAuthority::Issued identity;
        bool offers = true;                // STARTTLS, in the answer to LHLO in the clear
        bool from_start = false;           // TLS at once, no STARTTLS
        std::string answer = "220 go on";  // to STARTTLS; what comes behind the line is said in the clear, too
        std::string client_authority;      // PEM: asks the client for a certificate …
        std::time_t now = 0;               // … that is valid then
        int highest_version = 0;           // TLS1_2_VERSION …; 0: the library's
        std::vector<std::string> clear_offer, secure_offer;  // further lines of the answers to LHLO
        LmtpServer::Answer lmtp = LmtpServer::obliging();    // behind TLS and before it
        std::size_t cut_after = SIZE_MAX;                    // bytes of TLS, then:
        enum class Cut { hang_up, reset, silence, garbage } cut = Cut::hang_up;
    };

    explicit TlsLmtpServer(Script script)
        : script_(std::move(script)),
          secure_(script_.from_start),
          lmtp([this](const std::string& question) { return answer(question); }) {
        if (script_.from_start) begin_tls();
        move();
    }
    ~TlsLmtpServer() override {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }

    void take(std::string_view bytes) override {
        FakePeer::take(bytes);
        if (cut_) return;
        if (secure_) {
            BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
        } else {
            line_ += bytes;
        }
        move();
    }

    [[nodiscard]] std::size_t tls_bytes() const { return tls_bytes_; }  // said so far
    [[nodiscard]] bool got_farewell() const {
        return ssl_ != nullptr && (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN);
    }
    [[nodiscard]] std::string sni() const {
        const char* name = ssl_ == nullptr ? nullptr : SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }
    [[nodiscard]] bool knows_client() const { return ssl_ != nullptr && SSL_get0_peer_certificate(ssl_) != nullptr; }
    std::vector<std::string> heard_in_the_clear;  // lines

private:
    Script script_;
    bool secure_ = false, shaken_ = false, cut_ = false;

public:
    LmtpServer lmtp;  // what it heard, in the clear and behind TLS

private:
    std::string answer(const std::string& question) {
        const std::string said = script_.lmtp(question);
        if (!question.starts_with("LHLO") || !said.starts_with("250")) return said;
        std::vector<std::string> offer = secure_ ? script_.secure_offer : script_.clear_offer;
        if (!secure_ && script_.offers) offer.emplace_back("STARTTLS");
        return LmtpServer::obliging(offer)(question);
    }

    void begin_tls() {
        secure_ = true;
        context_ = SSL_CTX_new(TLS_server_method());
        if (script_.highest_version != 0) SSL_CTX_set_max_proto_version(context_, script_.highest_version);
        SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
        SSL_CTX_set_security_level(context_, 0);  // so that it would talk to clients that should not
        use_identity();
        ssl_ = SSL_new(context_);
        in_ = BIO_new(BIO_s_mem());
        out_ = BIO_new(BIO_s_mem());
        SSL_set_bio(ssl_, in_, out_);
        SSL_set_accept_state(ssl_);
    }
    void use_identity() {
        const auto read = [](const std::string& pem) {
            return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
        };
        BIO* bio = read(script_.identity.certificate);
        X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
        SSL_CTX_use_certificate(context_, certificate);
        X509_free(certificate);
        BIO_free(bio);
        bio = read(script_.identity.key);
        EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
        SSL_CTX_use_PrivateKey(context_, key);
        EVP_PKEY_free(key);
        BIO_free(bio);
        if (script_.client_authority.empty()) return;
        bio = read(script_.client_authority);
        X509* const authority = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), authority);
        X509_free(authority);
        BIO_free(bio);
        X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context_), script_.now);
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }

    void move() {
        if (!secure_) move_in_the_clear();
        if (secure_) move_behind_tls();
    }
    void move_in_the_clear() {
        pass_on();
        for (std::size_t end = 0; !secure_ && (end = line_.find("\r\n")) != std::string::npos;) {
            const std::string line = line_.substr(0, end + 2);
            line_.erase(0, end + 2);
            heard_in_the_clear.push_back(line.substr(0, end));
            if (line != "STARTTLS\r\n") {
                lmtp.take(line);
                pass_on();
                continue;
            }
            say(script_.answer + "\r\n");
            if (!script_.answer.starts_with("220")) continue;
            begin_tls();
            BIO_write(in_, line_.data(), static_cast<int>(line_.size()));
        }
    }
    void move_behind_tls() {
        if (!shaken_) shaken_ = SSL_do_handshake(ssl_) == 1;
        if (shaken_) pass_on();
        char buffer[4096];
        for (int count = 0; shaken_ && (count = SSL_read(ssl_, buffer, sizeof buffer)) > 0;) {
            lmtp.take({buffer, static_cast<std::size_t>(count)});
            pass_on();
        }
        flush();
    }
    // What the LMTP server has said goes on to the client.
    void pass_on() {
        char buffer[4096];
        for (std::size_t count = 0; (count = lmtp.give(buffer)) > 0;) {
            if (secure_) {
                SSL_write(ssl_, buffer, static_cast<int>(count));
            } else {
                say({buffer, count});
            }
        }
        if (secure_) flush();
        if (lmtp.read_error() != EAGAIN) hang_up();
    }
    void flush() {
        std::string out(BIO_ctrl_pending(out_), '\0');
        if (out.empty() || cut_) return;
        BIO_read(out_, out.data(), static_cast<int>(out.size()));
        const std::size_t room = script_.cut_after - tls_bytes_;
        tls_bytes_ += out.size();
        if (out.size() <= room) return say(out);
        cut_ = true;
        say(out.substr(0, room));
        if (script_.cut == Script::Cut::hang_up) hang_up();
        if (script_.cut == Script::Cut::reset) reset();
        if (script_.cut == Script::Cut::garbage) {
            say(std::string(4096, '\xff'));
            hang_up();
        }
    }

    std::string line_;
    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
    BIO *in_ = nullptr, *out_ = nullptr;
    std::size_t tls_bytes_ = 0;
};

}  // namespace postern
