# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages that Postern stands on, by purpose, and need_packages, which installs what is missing.
# Sourced by ./dev, which uses the lists.
# shellcheck disable=SC2034

packages_build=(
    g++ cmake ninja-build pkgconf mold ccache python3
    libfmt-dev libexpected-dev libpcre2-dev libsqlite3-dev libssl-dev libcli11-dev nlohmann-json3-dev
)
# exim4-daemon-heavy is what the compatibility tests compare with; without it they fail.
packages_test=(
    libgtest-dev libgmock-dev
    python3-pytest python3-pytest-xdist
    exim4-daemon-heavy procps strace
    dovecot-core dovecot-lmtpd procmail openssl
    libical3 libxapian30 libjansson4 libnsl2 libpcre3 libwrap0  # of Cyrus, which is not installed (tools/unpacked.sh)
)
packages_lint=(clang-format-14 shellcheck)
packages_fuzz=(clang-19 libclang-rt-19-dev lld-19)
packages_coverage=(gcovr)

# need_packages PACKAGE...: returns at once when all are installed.
need_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null; then
        echo "dev: this is not Debian; I take it that these are installed: $*" >&2
        return 0
    fi
    for package in "$@"; do
        if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            missing+=("$package")
        fi
    done
    if ((${#missing[@]} == 0)); then
        return 0
    fi

    local as_root=()
    if ((EUID != 0)); then
        as_root=(sudo)
    fi
    echo "== installing ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
    # --no-remove: exim4 would otherwise push out another mail server that this machine may be using.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends --no-remove "${missing[@]}"
}
