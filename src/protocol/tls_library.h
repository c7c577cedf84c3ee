// SPDX-License-Identifier: Apache-2.0
// protocol/tls_library.h – the functions of OpenSSL's libssl and libcrypto that TLS needs, from the shared libraries,
// which are loaded when the first peer is ready for TLS: deliveries without it do not pay for them. Only tls_*.cc
// include this.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/result.h"

namespace postern {

// One line a function, named as in OpenSSL. Freed objects go through TlsLibrary::Owned.
#define POSTERN_TLS_FUNCTIONS(F)        \
    F(BIO_ctrl_pending)                 \
    F(BIO_free)                         \
    F(BIO_new)                          \
    F(BIO_new_mem_buf)                  \
    F(BIO_read)                         \
    F(BIO_s_mem)                        \
    F(BIO_write)                        \
    F(ERR_clear_error)                  \
    F(ERR_peek_last_error)              \
    F(ERR_reason_error_string)          \
    F(EVP_PKEY_free)                    \
    F(PEM_read_bio_PrivateKey)          \
    F(PEM_read_bio_X509)                \
    F(PEM_read_bio_X509_CRL)            \
    F(SSL_CIPHER_get_bits)              \
    F(SSL_CIPHER_get_name)              \
    F(SSL_CTX_check_private_key)        \
    F(SSL_CTX_ctrl)                     \
    F(SSL_CTX_free)                     \
    F(SSL_CTX_get_cert_store)           \
    F(SSL_CTX_load_verify_dir)          \
    F(SSL_CTX_new)                      \
    F(SSL_CTX_set_cipher_list)          \
    F(SSL_CTX_set_ciphersuites)         \
    F(SSL_CTX_set_default_verify_paths) \
    F(SSL_CTX_set_options)              \
    F(SSL_CTX_set_verify)               \
    F(SSL_CTX_use_PrivateKey)           \
    F(SSL_CTX_use_certificate)          \
    F(SSL_ctrl)                         \
    F(SSL_do_handshake)                 \
    F(SSL_free)                         \
    F(SSL_get0_param)                   \
    F(SSL_get0_peer_certificate)        \
    F(SSL_get_current_cipher)           \
    F(SSL_get_error)                    \
    F(SSL_get_verify_result)            \
    F(SSL_get_version)                  \
    F(SSL_new)                          \
    F(SSL_read_ex)                      \
    F(SSL_set_bio)                      \
    F(SSL_set_connect_state)            \
    F(SSL_shutdown)                     \
    F(SSL_write_ex)                     \
    F(TLS_client_method)                \
    F(X509_CRL_free)                    \
    F(X509_NAME_print_ex)               \
    F(X509_STORE_add_cert)              \
    F(X509_STORE_add_crl)               \
    F(X509_VERIFY_PARAM_set1_host)      \
    F(X509_VERIFY_PARAM_set1_ip_asc)    \
    F(X509_VERIFY_PARAM_set_flags)      \
    F(X509_VERIFY_PARAM_set_hostflags)  \
    F(X509_VERIFY_PARAM_set_time)       \
    F(X509_free)                        \
    F(X509_get_subject_name)            \
    F(X509_verify_cert_error_string)

struct TlsLibrary {
#define POSTERN_TLS_MEMBER(name) decltype(&::name) name = nullptr;
    POSTERN_TLS_FUNCTIONS(POSTERN_TLS_MEMBER)
#undef POSTERN_TLS_MEMBER
};

// The Error's text says what is missing.
[[nodiscard]] Result<const TlsLibrary*> tls_library();

}  // namespace postern
