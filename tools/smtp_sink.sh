#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prints the path of Postfix's smtp-sink, an SMTP and LMTP server that throws everything away. The postfix package and
# exim4 exclude each other, so it is not installed but unpacked in build/postfix, once.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
place=$PWD/build/postfix
sink=$place/smtp-sink
mkdir -p "$place"
(
    flock 9
    if [[ ! -x $sink ]]; then
        (cd "$place" && apt-get -q download postfix) >&2
        dpkg -x "$place"/postfix_*.deb "$place/files"
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' \
            "$place/files/usr/lib/postfix" "$place/files/usr/sbin/smtp-sink" >"$sink.new"
        chmod 755 "$sink.new"
        mv "$sink.new" "$sink"
    fi
) 9>"$place/.lock"
printf '%s\n' "$sink"
