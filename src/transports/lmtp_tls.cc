// SPDX-License-Identifier: Apache-2.0
#include "transports/lmtp_tls.h"

#include <algorithm>
#include <cerrno>

#include "base/strings.h"
#include "sys/trusted_file.h"
#include "wording/lmtp.h"
#include "wording/tls.h"

namespace postern {
namespace {

constexpr std::size_t kLongestFile = 16U << 20;
constexpr std::string_view kTlsFromStart = "lmtps";

using Problem = tl::unexpected<std::string>;

// Expanded; not set, and a forced failure, are the same: empty.
tl::expected<Text, std::string> value_of(DeliveryContext& context, const Scope& scope, const Expandable& option,
                                         std::string_view name) {
    if (option.source.empty()) return Text();
    Expansion value = context.expander.expand(option, scope);
    if (value) return *std::move(value);
    if (value.error().forced) return Text();
    return Problem(wording::tls_option_failed(name, value.error().message));
}

// A path that the administrator alone has chosen.
tl::expected<std::string, std::string> path_of(DeliveryContext& context, const Scope& scope, const Expandable& option,
                                               std::string_view name) {
    auto value = value_of(context, scope, option, name);
    if (!value) return Problem(std::move(value.error()));
    const std::string& path = value->bytes;
    if (value->tainted) return Problem(wording::tls_tainted_path(name, printable(path)));
    if (std::ranges::any_of(path, is_cntrl)) return Problem(wording::tls_unsayable(name));
    if (!path.empty() && !path.starts_with('/')) return Problem(wording::tls_relative_path(name, path));
    return path;
}

tl::expected<std::string, std::string> read_as_root(DeliveryContext& context, const std::string& path,
                                                    std::string_view name) {
    const uid_t owner = context.configuration.main.exim_user.uid.value_or(0);
    auto content = read_trusted_file(context.os, path, owner, kLongestFile);
    if (content) return *std::move(content);
    if (content.error().code == EPERM) return Problem(wording::tls_unsafe(name, path, content.error().object));
    return Problem(wording::tls_unreadable(name, path, content.error().code));
}

// As the recipient: what everybody may read.
Result<std::string> read_plain_file(Os& os, const std::string& path) {
    POSTERN_TRY_ASSIGN(const UniqueFd fd, os.open(AtPath(path), O_RDONLY | O_NONBLOCK));
    POSTERN_TRY_ASSIGN(const FileStat stat, os.stat(fd.get()));
    if (stat.kind == FileKind::directory) return failure(EISDIR, "open", path);
    if (stat.kind != FileKind::regular) return failure(EINVAL, "open", path);
    return read_all(os, fd.get(), kLongestFile);
}

// Everything that is worked out for one server, as the recipient.
class Settings {
public:
    Settings(DeliveryContext& context, const LmtpOptions& options, const LmtpHost& host)
        : context_(context), options_(options), host_(host), scope_(context.scope) {
        scope_.extra["host"] = host.name;
        scope_.extra["host_address"] = Text(host.ip);
        out_.now = context.clock.now().seconds;
    }

    tl::expected<bool, std::string> lists(const Expandable& list, std::string_view name) const {
        if (list.source.empty()) return false;
        const MatchResult match =
            context_.expander.match_ip(host_.ip.substr(0, host_.ip.find('%')), list.source, scope_,
                                       {.option_name = std::string(name), .host_name = host_.name.bytes});
        if (match.verdict == MatchVerdict::defer) return Problem(wording::tls_list_undecided(name, match.message));
        return match.verdict == MatchVerdict::yes;
    }

    tl::expected<TlsSettings, std::string> make() {
        using Step = tl::expected<void, std::string> (Settings::*)();
        for (const Step step : {&Settings::verification, &Settings::authorities, &Settings::revocations,
                                &Settings::server_name, &Settings::ciphers}) {
            if (auto done = (this->*step)(); !done) return Problem(std::move(done.error()));
        }
        return std::move(out_);
    }

private:
    using Done = tl::expected<void, std::string>;

    // tls_verify_hosts is not set: all servers but those that tls_try_verify_hosts names.
    Done verification() {
        using Verify = TlsSettings::Verify;
        const auto must = lists(options_.tls_verify_hosts, "tls_verify_hosts");
        if (!must) return Problem(must.error());
        const auto may = lists(options_.tls_try_verify_hosts, "tls_try_verify_hosts");
        if (!may) return Problem(may.error());
        const bool strict = options_.tls_verify_hosts.set ? *must : !*may;
        out_.verify = strict ? Verify::required : *may ? Verify::but_go_on : Verify::no;
        const auto by_name = lists(options_.tls_verify_cert_hostnames, "tls_verify_cert_hostnames");
        if (!by_name) return Problem(by_name.error());
        if (*by_name) out_.host = name();
        return {};
    }
    Done authorities() {
        if (out_.verify == TlsSettings::Verify::no) return {};
        constexpr std::string_view kOption = "tls_verify_certificates";
        if (trim(options_.tls_verify_certificates.source) == "system") {
            out_.system_authorities = true;
            return {};
        }
        auto path = path_of(context_, scope_, options_.tls_verify_certificates, kOption);
        if (!path) return Problem(std::move(path.error()));
        if (path->empty()) return {};
        auto content = read_plain_file(context_.os, *path);
        if (content) {
            out_.authorities = *std::move(content);
        } else if (content.error().code == EISDIR) {
            out_.authorities_directory = *std::move(path);
        } else {
            return Problem(wording::tls_unreadable(kOption, *path, content.error().code));
        }
        return {};
    }
    Done revocations() {
        const auto path = path_of(context_, scope_, options_.tls_crl, "tls_crl");
        if (!path) return Problem(path.error());
        if (path->empty()) return {};
        auto content = read_plain_file(context_.os, *path);
        if (!content) return Problem(wording::tls_unreadable("tls_crl", *path, content.error().code));
        if (content->empty()) return Problem(wording::tls_option_failed("tls_crl", "no revocation list"));
        out_.revocations = *std::move(content);
        return {};
    }
    Done server_name() {
        if (!options_.tls_sni.set) {
            if (!is_ip_address(name())) out_.sni = name();
            return {};
        }
        auto sni = value_of(context_, scope_, options_.tls_sni, "tls_sni");
        if (!sni) return Problem(std::move(sni.error()));
        if (std::ranges::any_of(sni->bytes, is_cntrl)) return Problem(wording::tls_unsayable("tls_sni"));
        out_.sni = std::move(sni->bytes);
        return {};
    }
    Done ciphers() {
        auto ciphers = value_of(context_, scope_, options_.tls_require_ciphers, "tls_require_ciphers");
        if (!ciphers) return Problem(std::move(ciphers.error()));
        if (std::ranges::any_of(ciphers->bytes, is_cntrl))
            return Problem(wording::tls_unsayable("tls_require_ciphers"));
        out_.ciphers = std::move(ciphers->bytes);
        return {};
    }
    [[nodiscard]] std::string name() const {
        std::string name = host_.name.bytes;
        if (name.ends_with('.')) name.pop_back();
        return name;
    }

    DeliveryContext& context_;
    const LmtpOptions& options_;
    const LmtpHost& host_;
    Scope scope_;
    TlsSettings out_;
};

std::string text_of(const TlsFailure& failure) {
    switch (failure.kind) {
        case TlsFailure::Kind::library:
        case TlsFailure::Kind::setting:
            return wording::tls_failed(failure.text);
        case TlsFailure::Kind::certificate:
            return wording::tls_certificate_refused(failure.text);
        case TlsFailure::Kind::handshake:
        case TlsFailure::Kind::timeout:
        case TlsFailure::Kind::closed:
            break;
    }
    return wording::tls_handshake_failed(failure.text);
}

Dialogue::Trouble trouble_of(std::string text) {
    return {.kind = Dialogue::Trouble::Kind::tls, .code = 0, .text = std::move(text)};
}

}  // namespace

std::string LmtpHost::text() const { return ip.empty() ? std::string() : wording::host_text(name.bytes, ip); }

std::optional<SetupFailure> LmtpTls::read_own_certificate(DeliveryContext& context) {
    const auto failed = [](const std::string& why) { return SetupFailure{true, wording::tls_failed(why)}; };
    const auto certificate = path_of(context, context.scope, options_.tls_certificate, "tls_certificate");
    if (!certificate) return failed(certificate.error());
    if (certificate->empty()) return std::nullopt;
    auto content = read_as_root(context, *certificate, "tls_certificate");
    if (!content) return failed(content.error());
    certificate_ = *std::move(content);
    if (certificate_.empty()) return failed(wording::tls_option_failed("tls_certificate", "no certificate"));
    const auto key = path_of(context, context.scope, options_.tls_privatekey, "tls_privatekey");
    if (!key) return failed(key.error());
    if (key->empty()) {
        key_ = certificate_;
        return std::nullopt;
    }
    content = read_as_root(context, *key, "tls_privatekey");
    if (!content) return failed(content.error());
    key_ = *std::move(content);
    return std::nullopt;
}

tl::expected<Dialogue::Tls, Outcome> LmtpTls::wanted_with(DeliveryContext& context, const LmtpHost& host) {
    using Tls = Dialogue::Tls;
    handshake_failed_ = false;
    if (host.ip.empty()) return Tls::no;
    if (options_.protocol.value == kTlsFromStart) return Tls::from_start;
    const Settings settings(context, options_, host);
    const auto undecided = [](const std::string& why) {
        return tl::unexpected(
            Outcome{.verdict = Verdict::defer, .code = code::kTlsFailed, .message = wording::tls_failed(why)});
    };
    const auto required = settings.lists(options_.hosts_require_tls, "hosts_require_tls");
    if (!required) return undecided(required.error());
    if (*required) return Tls::required;
    const auto avoided = settings.lists(options_.hosts_avoid_tls, "hosts_avoid_tls");
    if (!avoided) return undecided(avoided.error());
    return *avoided ? Tls::no : Tls::if_offered;
}

std::optional<Dialogue::Trouble> LmtpTls::start(DeliveryContext& context, const LmtpHost& host, TlsStream& stream,
                                                Instant deadline) {
    peer_.reset();
    auto settings = Settings(context, options_, host).make();
    if (!settings) return trouble_of(wording::tls_failed(settings.error()));
    settings->certificate = certificate_;
    settings->key = key_;
    auto started = stream.start(*settings, deadline);
    if (started) {
        peer_ = *std::move(started);
        return std::nullopt;
    }
    const TlsFailure::Kind kind = started.error().kind;
    handshake_failed_ =
        kind == TlsFailure::Kind::handshake || kind == TlsFailure::Kind::timeout || kind == TlsFailure::Kind::closed;
    return trouble_of(text_of(started.error()));
}

std::optional<TlsFacts> LmtpTls::facts() const {
    if (!peer_) return std::nullopt;
    return TlsFacts{.cipher = peer_->cipher, .subject = peer_->subject, .verified = peer_->verified};
}

bool LmtpTls::forbids_reuse() const {
    return options_.protocol.value == kTlsFromStart || !options_.hosts_require_tls.source.empty();
}

std::string LmtpTls::plan() const {
    const auto shown = [](const Expandable& list) { return list.source.empty() ? "none" : list.source; };
    if (options_.protocol.value == kTlsFromStart) {
        return "begin with TLS; check certificates with tls_verify_certificates = " +
               shown(options_.tls_verify_certificates);
    }
    return "begin TLS where the server offers it (avoided: " + shown(options_.hosts_avoid_tls) +
           "; required: " + shown(options_.hosts_require_tls) +
           "); check certificates with tls_verify_certificates = " + shown(options_.tls_verify_certificates);
}

}  // namespace postern
