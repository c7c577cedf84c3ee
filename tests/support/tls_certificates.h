// SPDX-License-Identifier: Apache-2.0
// support/tls_certificates.h – an authority for tests and the certificates that it issues, made on the spot with keys
// of their own. Header only: the including test links OpenSSL.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace postern {

class TestAuthority {
public:
    // Valid from a year before `now` to a year after it.
    explicit TestAuthority(std::time_t now, const char* name = "Test Authority")
        : now_(now), key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
        fill(*certificate_, key_.get(), {name}, now - kYear, now + kYear);
        add(*certificate_, NID_basic_constraints, "critical,CA:TRUE");
        X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    }
    [[nodiscard]] std::string pem() const { return pem_of(certificate_.get()); }

    struct Wanted {
        std::vector<std::string> subject{"mx.test.ex"};  // the last is the common name, one before it the organisation
        std::string alternative_names = "DNS:mx.test.ex";  // empty: none
        std::time_t not_before = -kDay, not_after = kDay;  // after now
        bool self_signed = false;
    };
    struct Issued {
        std::string certificate, key;  // PEM
    };
    [[nodiscard]] Issued issue(const Wanted& wanted) {
        const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const Certificate leaf(X509_new(), X509_free);
        fill(*leaf, key.get(), wanted.subject, now_ + wanted.not_before, now_ + wanted.not_after);
        if (!wanted.alternative_names.empty()) add(*leaf, NID_subject_alt_name, wanted.alternative_names.c_str());
        if (!wanted.self_signed) X509_set_issuer_name(leaf.get(), X509_get_subject_name(certificate_.get()));
        X509_sign(leaf.get(), wanted.self_signed ? key.get() : key_.get(), EVP_sha256());
        revoked_.push_back(ASN1_INTEGER_get(X509_get0_serialNumber(leaf.get())));
        return {pem_of(leaf.get()), pem_of(key.get())};
    }
    // A revocation list with the certificates issued so far, or an empty one.
    [[nodiscard]] std::string revocations(bool with_them) const {
        const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list(X509_CRL_new(), X509_CRL_free);
        X509_CRL_set_version(list.get(), 1);
        X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
        const Time last(ASN1_TIME_set(nullptr, now_ - kDay), ASN1_TIME_free);
        const Time next(ASN1_TIME_set(nullptr, now_ + kDay), ASN1_TIME_free);
        X509_CRL_set1_lastUpdate(list.get(), last.get());
        X509_CRL_set1_nextUpdate(list.get(), next.get());
        for (const long serial : revoked_) {
            if (!with_them) break;
            X509_REVOKED* const entry = X509_REVOKED_new();
            const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number(ASN1_INTEGER_new(),
                                                                                     ASN1_INTEGER_free);
            ASN1_INTEGER_set(number.get(), serial);
            X509_REVOKED_set_serialNumber(entry, number.get());
            X509_REVOKED_set_revocationDate(entry, last.get());
            X509_CRL_add0_revoked(list.get(), entry);
        }
        X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
        return printed([&](BIO* bio) { PEM_write_bio_X509_CRL(bio, list.get()); });
    }

    static constexpr std::time_t kDay = 86400, kYear = 366 * kDay;

private:
    using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
    using Time = std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)>;

    void fill(X509& certificate, EVP_PKEY* key, const std::vector<std::string>& subject, std::time_t from,
              std::time_t until) {
        X509_set_version(&certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(&certificate), ++serial_);
        const Time start(ASN1_TIME_set(nullptr, from), ASN1_TIME_free);
        const Time end(ASN1_TIME_set(nullptr, until), ASN1_TIME_free);
        X509_set1_notBefore(&certificate, start.get());
        X509_set1_notAfter(&certificate, end.get());
        X509_set_pubkey(&certificate, key);
        X509_NAME* const name = X509_get_subject_name(&certificate);
        for (std::size_t i = 0; i < subject.size(); ++i)
            X509_NAME_add_entry_by_txt(name, i + 1 < subject.size() ? "O" : "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(subject[i].data()),
                                       static_cast<int>(subject[i].size()), -1, 0);
        X509_set_issuer_name(&certificate, name);
    }
    static void add(X509& certificate, int nid, const char* value) {
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
        ASSERT_NE(extension, nullptr) << value;
        X509_add_ext(&certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    template <class Print>
    static std::string printed(Print print) {
        BIO* const bio = BIO_new(BIO_s_mem());
        print(bio);
        std::string text(BIO_ctrl_pending(bio), '\0');
        BIO_read(bio, text.data(), static_cast<int>(text.size()));
        BIO_free(bio);
        return text;
    }
    static std::string pem_of(X509* certificate) {
        return printed([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
    }
    static std::string pem_of(EVP_PKEY* key) {
        return printed([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
    }

    std::time_t now_;
    long serial_ = 0;
    Key key_;
    Certificate certificate_;
    std::vector<long> revoked_;
};

}  // namespace postern
