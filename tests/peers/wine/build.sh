#!/usr/bin/env bash
# Makes a folder OUTDIR with Debian trixie and its Wine 10 in it, unless it is there. Needs root, debootstrap and a mirror that
# apt knows of: Debian 12's own Wine 8 lacks a function that Rust's library asks for.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 OUTDIR" >&2
    exit 2
fi
mkdir -p "$(dirname "$1")"
out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

if [ -e "$out/.letopis-whole-2" ]; then
    exit 0
fi

mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' | sed -n 's/^Debian //p' | head -n 1)
if [ -z "$mirror" ]; then
    echo "apt knows of no mirror of Debian: apt-get update" >&2
    exit 1
fi

rm -rf "$out"
quietly() {
    "$@" >"$out.log" 2>&1 || {
        tail -n 20 "$out.log" >&2
        exit 1
    }
}
quietly debootstrap --variant=minbase trixie "$out" "$mirror"
quietly chroot "$out" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install wine64 wine faketime
chroot "$out" apt-get clean
touch "$out/.letopis-whole-2"
