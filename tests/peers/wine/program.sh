#!/usr/bin/env bash
# Stands for the program in a test: starts the Windows program in its place, with the same arguments, folder, key, journal and clock.
#
#     LETOPIS_WINE=WINEDIR LETOPIS_WINE_PREFIX=PREFIX LETOPIS_WINE_PROGRAM=PROGRAM tests/peers/wine/program.sh ARGS…
#
# tests/peers/windows_desk.sh makes the prefix, shows the tests' temporary folder inside WINEDIR under the same name, and has
# Windows take temporary and state folders from the variables that are set here. What is asked to end is the program itself:
# every step replaces this process.
set -euo pipefail
as_windows() {
    printf 'Z:%s' "${1//\//\\}"
}
exec chroot "$LETOPIS_WINE" env -i PATH=/usr/bin:/bin HOME=/tmp LC_ALL=C.UTF-8 TERM=xterm-256color TZ="$TZ" \
    WINEPREFIX="$LETOPIS_WINE_PREFIX" WINEDEBUG=-all LD_PRELOAD="$LD_PRELOAD" FAKETIME="$FAKETIME" FAKETIME_DONT_FAKE_MONOTONIC=1 \
    LETOPIS_IDENTITY="$(as_windows "$LETOPIS_IDENTITY")" LETOPIS_JOURNAL="$(as_windows "$LETOPIS_JOURNAL")" \
    LETOPIS_TEMPORARY="$(as_windows "$TMPDIR")" LETOPIS_STATE="$(as_windows "$XDG_STATE_HOME")" \
    sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" wine "$LETOPIS_WINE_PROGRAM" "$@" 2> >(grep -v XDG_RUNTIME_DIR >&2)
