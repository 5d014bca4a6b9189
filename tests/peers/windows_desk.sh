#!/usr/bin/env bash
# Each role's day at the page of the Windows program: the tests of the desk, with that program serving under Wine, and all
# else (the browser, the commands beside it) of this system.
#
#     tests/peers/windows_desk.sh WINEDIR WINDOWS-PROGRAM [TEST…]
#
# WINEDIR comes of tests/peers/wine/build.sh. Needs root (chroot), and what the tests of the desk need here.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: $0 WINEDIR WINDOWS-PROGRAM [TEST…]" >&2
    exit 2
fi
if [ -z "${LETOPIS_OWN_MOUNTS:-}" ]; then
    LETOPIS_OWN_MOUNTS=1 exec unshare --mount "$0" "$@"
fi
project=$(realpath "$(dirname "$0")/../..")
LETOPIS_WINE=$(realpath "$1")
export LETOPIS_WINE
here=$(mktemp -d /tmp/letopis-XXXXXX)
mount -t proc proc "$LETOPIS_WINE/proc"
mount --bind /tmp "$LETOPIS_WINE/tmp"
export LETOPIS_WINE_PREFIX=$here/prefix LETOPIS_WINE_PROGRAM=$here/Letopis.exe LETOPIS_DESK=$project/tests/peers/wine/program.sh
install -m 755 "$2" "$LETOPIS_WINE_PROGRAM"
shift 2
in_wine() {
    chroot "$LETOPIS_WINE" env -i PATH=/usr/bin:/bin HOME=/tmp LC_ALL=C.UTF-8 WINEPREFIX="$LETOPIS_WINE_PREFIX" WINEDEBUG=-all "$@" >/dev/null 2>&1
}
finish() {
    in_wine wineserver -k || true
    rm -rf "$here"
}
trap finish EXIT

echo 'desk: a new Windows'
# It stays up between programs, and has not their clocks.
in_wine wineserver -p || true
in_wine wineboot -i
# Each program that the tests start has its own temporary folder and remembers on its own, as here.
for name in TEMP TMP; do
    in_wine wine reg add 'HKCU\Environment' /v "$name" /t REG_EXPAND_SZ /d %LETOPIS_TEMPORARY% /f
done
in_wine wine reg add 'HKCU\Volatile Environment' /v LOCALAPPDATA /t REG_EXPAND_SZ /d %LETOPIS_STATE% /f

echo 'desk: each role at the page of the Windows program'
[ $# -gt 0 ] || set -- desk::
TMPDIR=/tmp cargo test --quiet --manifest-path "$project/Cargo.toml" --test integration -- "$@"
echo 'desk: done'
