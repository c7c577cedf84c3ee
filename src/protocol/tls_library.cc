// SPDX-License-Identifier: Apache-2.0
#include "protocol/tls_library.h"

#include <dlfcn.h>

#include "protocol/tls_stream.h"

namespace postern {
namespace {

constexpr const char* kName = "libssl.so.3";

template <class Function>
bool find(void* library, const char* name, Function& into) {
    into = reinterpret_cast<Function>(::dlsym(library, name));
    return into != nullptr;
}

bool find_all(void* library, TlsLibrary& functions) {
    bool found = true;
#define POSTERN_TLS_FIND(name) found = found && find(library, #name, functions.name);
    POSTERN_TLS_FUNCTIONS(POSTERN_TLS_FIND)
#undef POSTERN_TLS_FIND
    return found;
}

}  // namespace

Result<const TlsLibrary*> tls_library() {
    static TlsLibrary functions;
    static bool loaded = false;
    if (loaded) return &functions;
    // dlsym() looks into libcrypto, too, on which libssl depends.
    void* library = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr || !find_all(library, functions)) return failure(std::string(kName) + " is not installed");
    loaded = true;
    return &functions;
}

Status tls_is_available() {
    POSTERN_TRY(tls_library());
    return {};
}

}  // namespace postern
