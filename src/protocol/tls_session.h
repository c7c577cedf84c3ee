// SPDX-License-Identifier: Apache-2.0
// protocol/tls_session.h – one TLS session in OpenSSL, between two memory buffers; owns everything of it. Only for
// tls_stream.cc.
#pragma once

#include "protocol/tls_library.h"
#include "protocol/tls_stream.h"

namespace postern {

// What OpenSSL handed out, freed by the function that it names.
template <class Object, auto Free>
class TlsOwned {
public:
    TlsOwned(const TlsLibrary& api, Object* object) : api_(&api), object_(object) {}
    TlsOwned(const TlsOwned&) = delete;
    TlsOwned& operator=(const TlsOwned&) = delete;
    TlsOwned(TlsOwned&& other) noexcept : api_(other.api_), object_(std::exchange(other.object_, nullptr)) {}
    TlsOwned& operator=(TlsOwned&&) = delete;
    ~TlsOwned() {
        if (object_ != nullptr) (void)(api_->*Free)(object_);
    }
    [[nodiscard]] Object* get() const { return object_; }
    Object* release() { return std::exchange(object_, nullptr); }
    explicit operator bool() const { return object_ != nullptr; }

private:
    const TlsLibrary* api_;
    Object* object_;
};

class TlsSession {
public:
    [[nodiscard]] static tl::expected<std::unique_ptr<TlsSession>, TlsFailure> make(const TlsSettings& settings);

    enum class Step : std::uint8_t { done, wants_more, ended, failed };
    [[nodiscard]] Step shake_hands();
    [[nodiscard]] Step read(std::span<char> into, std::size_t& count);
    [[nodiscard]] Step write(std::string_view bytes);
    void say_farewell() { (void)api_.SSL_shutdown(ssl_.get()); }

    void feed(std::string_view from_peer);
    [[nodiscard]] std::string take_output();  // for the peer

    [[nodiscard]] std::string complaint() const;  // why the last step failed
    // What is wrong with the peer's certificate as far as it was looked at; empty: nothing.
    [[nodiscard]] std::string verification_fault() const;
    [[nodiscard]] bool has_certificate() const { return api_.SSL_get0_peer_certificate(ssl_.get()) != nullptr; }
    [[nodiscard]] TlsPeer peer() const;

    using Context = TlsOwned<SSL_CTX, &TlsLibrary::SSL_CTX_free>;
    using Connection = TlsOwned<SSL, &TlsLibrary::SSL_free>;
    TlsSession(const TlsLibrary& api, Context context, Connection ssl, BIO* in, BIO* out)
        : api_(api), context_(std::move(context)), ssl_(std::move(ssl)), in_(in), out_(out) {}

private:
    [[nodiscard]] Step step_of(int result);

    const TlsLibrary& api_;
    Context context_;
    Connection ssl_;
    BIO* in_;   // owned by ssl_
    BIO* out_;  // owned by ssl_
};

// A context with all that `settings` say; tls_context.cc.
[[nodiscard]] tl::expected<TlsSession::Context, TlsFailure> make_tls_context(const TlsLibrary& api,
                                                                             const TlsSettings& settings);
[[nodiscard]] std::string tls_complaint(const TlsLibrary& api);  // the library's last error in words

}  // namespace postern
