#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prints the path of Postfix's smtp-sink, an SMTP and LMTP server that throws everything away. The postfix package and
# exim4 exclude each other, so it is not installed.
set -euo pipefail
files=$("$(dirname "$(readlink -f "$0")")/unpacked.sh" postfix postfix)
sink=${files%/files}/smtp-sink
if [[ ! -x $sink ]]; then
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$files/usr/lib/postfix" "$files/usr/sbin/smtp-sink" >"$sink.$$"
    chmod 755 "$sink.$$"
    mv "$sink.$$" "$sink"
fi
printf '%s\n' "$sink"
