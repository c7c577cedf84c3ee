// SPDX-License-Identifier: Apache-2.0
#include "protocol/tls_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "protocol/tls_session.h"

namespace postern {
namespace {

constexpr std::size_t kRecord = 16384;   // bytes in one record of TLS at most
constexpr int kMostSilentRecords = 256;  // that has_input() looks through before it leaves the rest to read()
constexpr Seconds kThere{1};             // for bytes that are there already

TlsFailure closed() { return {TlsFailure::Kind::closed, "the server closed the connection"}; }

TlsFailure failure_of(const Error& error) {
    if (error.code == ETIMEDOUT) return {TlsFailure::Kind::timeout, errno_text(error.code)};
    return {TlsFailure::Kind::closed, errno_text(error.code)};
}

}  // namespace

bool is_ip_address(std::string_view host) {
    return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

TlsStream::TlsStream(Clock& clock, Stream& below) : clock_(clock), below_(below) {}
TlsStream::~TlsStream() = default;

tl::expected<TlsPeer, TlsFailure> TlsStream::start(const TlsSettings& settings, Instant deadline) {
    auto made = TlsSession::make(settings);
    if (!made) return tl::unexpected(std::move(made.error()));
    session_ = *std::move(made);
    if (auto shaken = shake_hands(settings.verify, deadline); !shaken) return tl::unexpected(std::move(shaken.error()));
    // With VERIFY_PEER OpenSSL has looked; a session without any certificate is let pass there, but not here.
    TlsPeer peer = session_->peer();
    if (settings.verify == TlsSettings::Verify::required && !peer.verified)
        return tl::unexpected(TlsFailure{TlsFailure::Kind::certificate, "no certificate"});
    if (settings.verify == TlsSettings::Verify::no) peer.verified = false;
    return peer;
}

tl::expected<void, TlsFailure> TlsStream::shake_hands(TlsSettings::Verify verify, Instant deadline) {
    for (;;) {
        const TlsSession::Step step = session_->shake_hands();
        std::string complaint = step == TlsSession::Step::failed ? session_->complaint() : std::string();
        const Status sent = flush(deadline);  // after a failure: the alert that tells the peer
        if (step == TlsSession::Step::done && sent) return {};
        if (step == TlsSession::Step::ended) return tl::unexpected(closed());
        if (step == TlsSession::Step::failed) {
            std::string fault = session_->verification_fault();
            if (verify == TlsSettings::Verify::required && !fault.empty())
                return tl::unexpected(TlsFailure{TlsFailure::Kind::certificate, std::move(fault)});
            return tl::unexpected(TlsFailure{TlsFailure::Kind::handshake, std::move(complaint)});
        }
        if (!sent) return tl::unexpected(failure_of(sent.error()));
        const Result<bool> more = take_more(deadline);
        if (!more) return tl::unexpected(failure_of(more.error()));
        if (!*more) return tl::unexpected(closed());
    }
}

void TlsStream::say_farewell(Instant deadline) {
    if (!session_) return;
    session_->say_farewell();
    (void)flush(deadline).has_value();
}

Status TlsStream::flush(Instant deadline) {
    const std::string output = session_->take_output();
    if (output.empty()) return {};
    return below_.write(output, deadline);
}

Result<bool> TlsStream::take_more(Instant deadline) {
    std::array<char, kRecord> buffer;
    POSTERN_TRY_ASSIGN(const std::size_t count, below_.read(buffer, deadline));
    session_->feed({buffer.data(), count});
    return count > 0;
}

Unexpected TlsStream::broken() {
    if (complaint_.empty()) complaint_ = session_->complaint();
    return failure(EPROTO, "TLS");
}

Result<std::size_t> TlsStream::read(std::span<char> into, Instant deadline) {
    if (!session_) return below_.read(into, deadline);
    if (!plain_.empty()) {
        const std::size_t count = std::min(plain_.size(), into.size());
        std::copy_n(plain_.begin(), count, into.begin());
        plain_.erase(0, count);
        return count;
    }
    while (!ended_) {
        std::size_t count = 0;
        const TlsSession::Step step = session_->read(into, count);
        if (step == TlsSession::Step::done) return count;
        if (step == TlsSession::Step::failed) return broken();
        if (step == TlsSession::Step::ended) break;
        POSTERN_TRY(flush(deadline));  // an answer of TLS's own
        POSTERN_TRY_ASSIGN(const bool more, take_more(deadline));
        if (!more) break;
    }
    ended_ = true;
    return std::size_t{0};
}

Status TlsStream::write(std::string_view bytes, Instant deadline) {
    if (!session_) {
        const std::int64_t before = below_.written();
        Status done = below_.write(bytes, deadline);
        written_ += below_.written() - before;
        return done;
    }
    while (!bytes.empty()) {
        const std::string_view record = bytes.substr(0, kRecord);
        if (session_->write(record) != TlsSession::Step::done) return broken();
        POSTERN_TRY(flush(deadline));
        written_ += static_cast<std::int64_t>(record.size());
        bytes.remove_prefix(record.size());
    }
    return {};
}

bool TlsStream::has_input() {
    if (!session_) return below_.has_input();
    if (!plain_.empty() || ended_) return true;
    std::array<char, kRecord> buffer;
    for (int i = 0; i < kMostSilentRecords; ++i) {
        std::size_t count = 0;
        const TlsSession::Step step = session_->read(buffer, count);
        if (step == TlsSession::Step::done) plain_.assign(buffer.data(), count);
        if (step == TlsSession::Step::failed) (void)broken();  // read() will meet it again
        if (step != TlsSession::Step::wants_more) return true;
        if (!below_.has_input()) return false;
        const Result<bool> more = take_more(deadline_after(clock_, kThere));
        if (!more || !*more) return ended_ = true;
    }
    return false;
}

}  // namespace postern
