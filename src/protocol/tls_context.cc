// SPDX-License-Identifier: Apache-2.0
// What a TLS client believes and shows: authorities, revocation lists, its own certificate, cipher suites.
#include <climits>
#include <utility>

#include "base/strings.h"
#include "protocol/tls_session.h"

namespace postern {
namespace {

using Context = TlsOwned<SSL_CTX, &TlsLibrary::SSL_CTX_free>;
using Buffer = TlsOwned<BIO, &TlsLibrary::BIO_free>;
using Certificate = TlsOwned<X509, &TlsLibrary::X509_free>;
using Revocations = TlsOwned<X509_CRL, &TlsLibrary::X509_CRL_free>;
using Key = TlsOwned<EVP_PKEY, &TlsLibrary::EVP_PKEY_free>;

std::optional<TlsFailure> bad(const TlsLibrary& api, std::string_view option, std::string why = {}) {
    if (why.empty()) why = tls_complaint(api);
    return TlsFailure{TlsFailure::Kind::setting, std::string(option) + ": " + why};
}

// A key with a password is an error, not a question at the terminal.
int no_password(char*, int, int, void*) { return -1; }

class ContextMaker {
public:
    ContextMaker(const TlsLibrary& api, const TlsSettings& settings, SSL_CTX* context)
        : api_(api), settings_(settings), context_(context) {}

    std::optional<TlsFailure> make() {
        (void)api_.SSL_CTX_ctrl(context_, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
        // Nothing of one session is of use to another one, and there is nothing to negotiate anew.
        (void)api_.SSL_CTX_set_options(context_, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        const bool required = settings_.verify == TlsSettings::Verify::required;
        api_.SSL_CTX_set_verify(context_, required ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
        if (auto failed = ciphers()) return failed;
        if (auto failed = authorities()) return failed;
        if (auto failed = revocations()) return failed;
        return own_certificate();
    }

private:
    [[nodiscard]] Buffer buffer(const std::string& pem) const {
        const int size = pem.size() > INT_MAX ? INT_MAX : static_cast<int>(pem.size());
        return {api_, api_.BIO_new_mem_buf(pem.data(), size)};
    }

    // OpenSSL keeps suites of TLS 1.3 apart; who names only these wants only these.
    std::optional<TlsFailure> ciphers() {
        if (settings_.ciphers.empty()) return std::nullopt;
        std::string older, suites;
        for (const std::string& name : split_list_fixed(settings_.ciphers, ':')) {
            std::string& into = name.starts_with("TLS_") ? suites : older;
            if (!name.empty()) into.append(into.empty() ? "" : ":").append(name);
        }
        if (older.empty()) (void)api_.SSL_CTX_ctrl(context_, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_3_VERSION, nullptr);
        if (!older.empty() && api_.SSL_CTX_set_cipher_list(context_, older.c_str()) != 1)
            return bad(api_, "tls_require_ciphers");
        if (!suites.empty() && api_.SSL_CTX_set_ciphersuites(context_, suites.c_str()) != 1)
            return bad(api_, "tls_require_ciphers");
        return std::nullopt;
    }

    std::optional<TlsFailure> authorities() {
        constexpr const char* kOption = "tls_verify_certificates";
        if (settings_.system_authorities && api_.SSL_CTX_set_default_verify_paths(context_) != 1)
            return bad(api_, kOption);
        const std::string& directory = settings_.authorities_directory;
        if (!directory.empty() && api_.SSL_CTX_load_verify_dir(context_, directory.c_str()) != 1)
            return bad(api_, kOption);
        if (settings_.authorities.empty()) return std::nullopt;
        return each_certificate(settings_.authorities, kOption, [this](X509* one) {
            return api_.X509_STORE_add_cert(api_.SSL_CTX_get_cert_store(context_), one) == 1;
        });
    }

    std::optional<TlsFailure> revocations() {
        if (settings_.revocations.empty()) return std::nullopt;
        const auto read = [this](BIO* from) {
            return Revocations(api_, api_.PEM_read_bio_X509_CRL(from, nullptr, no_password, nullptr));
        };
        return each_in(settings_.revocations, "tls_crl", "no revocation list", read, [this](X509_CRL* one) {
            return api_.X509_STORE_add_crl(api_.SSL_CTX_get_cert_store(context_), one) == 1;
        });
    }

    // The first certificate is ours, those behind it lead to an authority.
    std::optional<TlsFailure> own_certificate() {
        if (settings_.certificate.empty()) return std::nullopt;
        bool first = true;
        const auto use = [&](X509* one) {
            if (std::exchange(first, false)) return api_.SSL_CTX_use_certificate(context_, one) == 1;
            return api_.SSL_CTX_ctrl(context_, SSL_CTRL_CHAIN_CERT, 1, one) == 1;
        };
        if (auto failed = each_certificate(settings_.certificate, "tls_certificate", use)) return failed;
        const Buffer pem = buffer(settings_.key);
        const Key key(api_, api_.PEM_read_bio_PrivateKey(pem.get(), nullptr, no_password, nullptr));
        if (!key) return bad(api_, "tls_privatekey", "no private key, or one with a password");
        if (api_.SSL_CTX_use_PrivateKey(context_, key.get()) != 1 || api_.SSL_CTX_check_private_key(context_) != 1)
            return bad(api_, "tls_privatekey");
        return std::nullopt;
    }

    // All objects of one kind in a PEM text, each given to `use`; `none`: what is wrong with a text that has none.
    template <class Read, class Use>
    std::optional<TlsFailure> each_in(const std::string& text, std::string_view option, std::string none, Read read,
                                      Use use) const {
        const Buffer pem = buffer(text);
        std::size_t count = 0;
        for (;; ++count) {
            const auto one = read(pem.get());
            if (!one) break;
            if (!use(one.get())) return bad(api_, option);
        }
        if (count > 0 && at_end_of_pem()) return std::nullopt;
        return bad(api_, option, count == 0 ? std::move(none) : std::string());
    }

    template <class Use>
    std::optional<TlsFailure> each_certificate(const std::string& text, std::string_view option, Use use) const {
        const auto read = [this](BIO* from) {
            return Certificate(api_, api_.PEM_read_bio_X509(from, nullptr, no_password, nullptr));
        };
        return each_in(text, option, "no certificate", read, use);
    }

    // Of a file of several objects: it ended where it should, and leaves no error behind.
    [[nodiscard]] bool at_end_of_pem() const {
        const bool ended = ERR_GET_REASON(api_.ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        if (ended) api_.ERR_clear_error();
        return ended;
    }

    const TlsLibrary& api_;
    const TlsSettings& settings_;
    SSL_CTX* context_;
};

}  // namespace

std::string tls_complaint(const TlsLibrary& api) {
    const char* const reason = api.ERR_reason_error_string(api.ERR_peek_last_error());
    return reason == nullptr ? "unknown error" : reason;
}

tl::expected<Context, TlsFailure> make_tls_context(const TlsLibrary& api, const TlsSettings& settings) {
    api.ERR_clear_error();
    Context context(api, api.SSL_CTX_new(api.TLS_client_method()));
    if (!context) return tl::unexpected(TlsFailure{TlsFailure::Kind::library, tls_complaint(api)});
    if (auto failed = ContextMaker(api, settings, context.get()).make()) return tl::unexpected(std::move(*failed));
    return context;
}

}  // namespace postern
