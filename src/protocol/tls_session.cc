// SPDX-License-Identifier: Apache-2.0
#include "protocol/tls_session.h"

#include "base/strings.h"

namespace postern {
namespace {

constexpr std::size_t kMostOfSubject = 1024;

// In the certificate's order, with commas and quotes in values escaped, and everything that is not printable ASCII.
constexpr unsigned long kSubjectForm =
    ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS;

// What the peer's certificate has to show.
bool ask_for(const TlsLibrary& api, SSL* ssl, const TlsSettings& settings) {
    X509_VERIFY_PARAM* const param = api.SSL_get0_param(ssl);
    api.X509_VERIFY_PARAM_set_time(param, static_cast<time_t>(settings.now));
    // A certificate that the administrator names is trusted also if it is not an authority's own.
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
    if (!settings.revocations.empty()) flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    if (api.X509_VERIFY_PARAM_set_flags(param, flags) != 1) return false;
    if (settings.host.empty() || settings.verify == TlsSettings::Verify::no) return true;
    if (is_ip_address(settings.host)) return api.X509_VERIFY_PARAM_set1_ip_asc(param, settings.host.c_str()) == 1;
    api.X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return api.X509_VERIFY_PARAM_set1_host(param, settings.host.data(), settings.host.size()) == 1;
}

bool set_sni(const TlsLibrary& api, SSL* ssl, const std::string& name) {
    std::string copy = name;  // SSL_ctrl() takes no const
    return name.empty() || api.SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, copy.data()) == 1;
}

}  // namespace

tl::expected<std::unique_ptr<TlsSession>, TlsFailure> TlsSession::make(const TlsSettings& settings) {
    const auto failed = [](TlsFailure::Kind kind, std::string text) {
        return tl::unexpected(TlsFailure{kind, std::move(text)});
    };
    const Result<const TlsLibrary*> library = tls_library();
    if (!library) return failed(TlsFailure::Kind::library, library.error().text);
    const TlsLibrary& api = **library;
    auto context = make_tls_context(api, settings);
    if (!context) return tl::unexpected(std::move(context.error()));
    Connection ssl(api, api.SSL_new(context->get()));
    if (!ssl) return failed(TlsFailure::Kind::library, tls_complaint(api));
    BIO* const in = api.BIO_new(api.BIO_s_mem());
    BIO* const out = api.BIO_new(api.BIO_s_mem());
    if (in == nullptr || out == nullptr) {
        if (in != nullptr) (void)api.BIO_free(in);
        return failed(TlsFailure::Kind::library, tls_complaint(api));
    }
    api.SSL_set_bio(ssl.get(), in, out);
    api.SSL_set_connect_state(ssl.get());
    if (!set_sni(api, ssl.get(), settings.sni)) return failed(TlsFailure::Kind::setting, "tls_sni: not a name");
    if (!ask_for(api, ssl.get(), settings)) return failed(TlsFailure::Kind::setting, "hosts: not a name");
    return std::make_unique<TlsSession>(api, *std::move(context), std::move(ssl), in, out);
}

TlsSession::Step TlsSession::step_of(int result) {
    if (result == 1) return Step::done;
    switch (api_.SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Step::wants_more;
        case SSL_ERROR_ZERO_RETURN:
            return Step::ended;
        default:
            return Step::failed;
    }
}

TlsSession::Step TlsSession::shake_hands() {
    api_.ERR_clear_error();
    return step_of(api_.SSL_do_handshake(ssl_.get()));
}

TlsSession::Step TlsSession::read(std::span<char> into, std::size_t& count) {
    api_.ERR_clear_error();
    return step_of(api_.SSL_read_ex(ssl_.get(), into.data(), into.size(), &count));
}

TlsSession::Step TlsSession::write(std::string_view bytes) {
    api_.ERR_clear_error();
    std::size_t count = 0;
    const Step step = step_of(api_.SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count));
    return step == Step::done && count != bytes.size() ? Step::failed : step;
}

void TlsSession::feed(std::string_view from_peer) {
    (void)api_.BIO_write(in_, from_peer.data(), static_cast<int>(from_peer.size()));
}

std::string TlsSession::take_output() {
    std::string out(api_.BIO_ctrl_pending(out_), '\0');
    const int count = out.empty() ? 0 : api_.BIO_read(out_, out.data(), static_cast<int>(out.size()));
    out.resize(static_cast<std::size_t>(count > 0 ? count : 0));
    return out;
}

std::string TlsSession::complaint() const { return tls_complaint(api_); }

std::string TlsSession::verification_fault() const {
    const long result = api_.SSL_get_verify_result(ssl_.get());
    return result == X509_V_OK ? std::string() : api_.X509_verify_cert_error_string(result);
}

TlsPeer TlsSession::peer() const {
    TlsPeer peer;
    const SSL_CIPHER* const cipher = api_.SSL_get_current_cipher(ssl_.get());
    std::string version = api_.SSL_get_version(ssl_.get());  // "TLSv1.3"
    if (version.starts_with("TLSv")) version.erase(3, 1);
    peer.cipher = version + ":" + api_.SSL_CIPHER_get_name(cipher) + ":" +
                  std::to_string(api_.SSL_CIPHER_get_bits(cipher, nullptr));
    peer.verified = has_certificate() && verification_fault().empty();
    const X509* const certificate = api_.SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr) return peer;
    const TlsOwned<BIO, &TlsLibrary::BIO_free> text(api_, api_.BIO_new(api_.BIO_s_mem()));
    if (!text || api_.X509_NAME_print_ex(text.get(), api_.X509_get_subject_name(certificate), 0, kSubjectForm) < 0)
        return peer;
    peer.subject.resize(kMostOfSubject);
    const int count = api_.BIO_read(text.get(), peer.subject.data(), static_cast<int>(peer.subject.size()));
    peer.subject.resize(static_cast<std::size_t>(count > 0 ? count : 0));
    return peer;
}

}  // namespace postern
