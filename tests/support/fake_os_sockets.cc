// SPDX-License-Identifier: Apache-2.0
// Sockets to scripted peers.
#include "support/fake_os.h"
#include "support/fake_os_inode.h"

namespace postern {

void FakeOs::set_peer(const SocketAddress& at, std::function<std::shared_ptr<FakePeer>()> accept) {
    peers_[at.text()] = std::move(accept);
}

void FakeOs::set_connect_error(const SocketAddress& at, int code) { connect_errors_[at.text()] = code; }

Result<UniqueFd> FakeOs::connect(const SocketAddress& to, std::chrono::milliseconds at_most) {
    const std::string name = to.text();
    if (const auto error = connect_errors_.find(name); error != connect_errors_.end()) {
        if (error->second == ETIMEDOUT) clock_.advance(at_most);
        return failure(error->second, "connect", name);
    }
    const auto found = peers_.find(name);
    if (found == peers_.end()) return failure(to.path.empty() ? ECONNREFUSED : ENOENT, "connect", name);
    auto open = std::make_shared<OpenFile>();
    open->node = make_inode(FileKind::socket, 0777, process_.ids.effective_uid, process_.ids.effective_gid);
    open->flags = O_RDWR;
    open->peer = found->second();
    return add_descriptor(std::move(open));
}

Status FakeOs::hang_up(int socket) {
    const auto open = process_.descriptors.find(socket);
    if (open == process_.descriptors.end()) return failure(EBADF, "shutdown", std::to_string(socket));
    if (!open->second->peer) return failure(ENOTSOCK, "shutdown", std::to_string(socket));
    open->second->peer->left();
    return {};
}

Result<std::vector<std::string>> FakeOs::addresses_of(const std::string& host) {
    if (hosts_error_ != 0) return failure(hosts_error_, "getaddrinfo", host);
    const auto found = hosts_.find(host);
    return found == hosts_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace postern
