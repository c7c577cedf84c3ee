#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# unpacked.sh NAME PACKAGE...: prints the directory in which the files of these Debian packages are, build/NAME/files.
# For servers that a test talks to and that are better not installed: because exim4 excludes them, or because they would
# be started with the machine. Downloads and unpacks them once.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
place=$PWD/build/$1
shift
mkdir -p "$place"
(
    flock 9
    if [[ ! -d $place/files ]]; then
        (cd "$place" && apt-get -q download "$@") >&2
        for package in "$@"; do
            dpkg -x "$place/$package"_*.deb "$place/files.new"
        done
        mv "$place/files.new" "$place/files"
    fi
) 9>"$place/.lock"
printf '%s\n' "$place/files"
