#!/usr/bin/env bash
# Runs the Windows program under Wine, and holds what it makes against the Linux program and the other way round.
#
#     tests/peers/windows.sh WINEDIR WINDOWS-PROGRAM LINUX-PROGRAM
#
# WINEDIR comes of tests/peers/wine/build.sh. Needs root (chroot) and tmux, for a console to type into.
#
# What Wine does not show: it has no links (reparse points) before its version 10.16, and of an access list only what becomes of
# the file's rights here: its writer's own and his group's, and of others' what the folder gives, which Windows would not pass on.
set -euo pipefail

if [ $# -ne 3 ]; then
    echo "usage: $0 WINEDIR WINDOWS-PROGRAM LINUX-PROGRAM" >&2
    exit 2
fi
if [ -z "${LETOPIS_OWN_MOUNTS:-}" ]; then
    LETOPIS_OWN_MOUNTS=1 exec unshare --mount "$0" "$@"
fi
root=$(realpath "$1") linux=$(realpath "$3")
fixture=$(realpath "$(dirname "$0")/../fixtures/v1") samples=$(realpath "$(dirname "$0")/../../samples/school-1")
mount -t proc proc "$root/proc"
here=$(mktemp -d "$root/tmp/letopis-XXXXXX")
inside=${here#"$root"}
name=letopis-wine-$$
screen() {
    tmux -L "$name" -f /dev/null "$@"
}
finish() {
    screen kill-server 2>/dev/null || true
    in_wine . wineserver -k 2>/dev/null || true
    rm -rf "$here"
}
trap finish EXIT
export LC_ALL=C.UTF-8
unset LETOPIS_JOURNAL LETOPIS_IDENTITY
install -m 755 "$2" "$here/Letopis.exe"

# Runs something in a folder below ours.
in_wine() {
    local folder=$1
    shift
    chroot "$root" env -i PATH=/usr/bin:/bin HOME="$inside" LC_ALL=C.UTF-8 TERM=xterm-256color TZ=MSK-3 \
        WINEPREFIX="$inside/prefix" WINEDEBUG=-all sh -c 'cd "$1" && shift && exec "$@"' sh "$inside/$folder" "$@"
}

windows() {
    local folder=$1
    shift
    in_wine "$folder" wine "$inside/Letopis.exe" "$@" 2> >(grep -v XDG_RUNTIME_DIR >&2)
}

# What is run must end with this status and say these words.
expect() {
    local status=$1 words=$2 said ended=0
    shift 2
    said=$("$@" 2>&1) || ended=$?
    if [ "$ended" -ne "$status" ] || [[ $said != *"$words"* ]]; then
        printf '%s\nended with %s and not with %s and «%s»: %s\n' "$said" "$ended" "$status" "$words" "$*" >&2
        exit 1
    fi
}

on_linux() {
    (cd "$here/$1" && shift && XDG_STATE_HOME="$here/state" XDG_CACHE_HOME="$here/cache" "$linux" "$@")
}

# Waits until the window shows some words, a minute at most.
until_seen() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        if screen capture-pane -p | grep -qF "$1"; then
            return
        fi
        sleep 0.2
    done
    screen capture-pane -p >&2
    echo "never seen in the console: $1" >&2
    exit 1
}

in_console() {
    local folder=$1
    shift
    export -f in_wine
    export root inside
    screen -u new-session -d -x 120 -y 40 "$(printf '%q ' bash -c 'in_wine "$@"' bash "$folder" wine "$inside/Letopis.exe" "$@"); sleep 5"
}

echo 'wine: a new Windows'
in_wine . wineboot -i >/dev/null 2>&1

echo 'wine: the demonstration, and the Linux program about what it made'
school='Школа № 1/показ'
expect 0 'всё сходится' windows . demo 'Школа № 1\показ'
expect 0 'Журнал цел' on_linux "$school" audit
expect 0 'подлин' on_linux "$school" archive verify usb-1 usb-2 --journal journal.letopis
expect 0 'байт в байт' on_linux "$school" print check print/journal-8b.pdf

echo 'wine: the Windows program about what Linux made'
cp -r "$fixture" "$here/образец"
expect 0 'Журнал цел' windows образец audit
expect 0 'подлин' windows образец archive verify usb-1 usb-2 --journal journal.letopis
expect 0 'в точности тот, что выдан' windows образец print check print/journal-7b.pdf

echo 'wine: the same bytes of the same journal'
for asked in 'mark list 8Б Алгебра 01.09.2025' 'отметка список 8Б Алгебра 01.09.2025 --json' 'report progress --by subject --period Год' \
    'pupil list 8Б --json' 'staff list' 'print list --json'; do
    # shellcheck disable=SC2086
    cmp <(windows "$school" $asked) <(on_linux "$school" $asked)
done
windows "$school" mark list 8Б Алгебра 01.09.2025 2>"$here/said" | head -n 1 >/dev/null
[ ! -s "$here/said" ] || { cat "$here/said" >&2; exit 1; }

echo 'wine: a journal, keys and folders in Cyrillic'
mkdir "$here/Мои документы"
chmod 700 "$here/Мои документы"
# The sample school's year becomes the one that it is now.
year=$(date +%Y)
[ "$(date +%-m)" -ge 6 ] || year=$((year - 1))
sed -E "s/\b2026\b/@/g; s/\b2025\b/$year/g; s/@/$((year + 1))/g" "$samples/school.toml" >"$here/Мои документы/школа.toml"
printf 'весна в лесу\r\n' >"$here/Мои документы/пароль.txt"
mine=(--journal 'журнал 8Б.letopis' --identity 'Иванова Анна.key' --passphrase-file 'пароль.txt')
expect 0 '' windows 'Мои документы' "${mine[@]}" init --school школа.toml --admin ivanova --admin-name 'Иванова Анна Ивановна' --recovery-sheet лист.txt --emergency-sheet 'лист 2.txt'
expect 0 'SHA256:' windows 'Мои документы' key show 'Иванова Анна.key' --passphrase-file пароль.txt
expect 0 'Журнал цел' windows 'Мои документы' "${mine[@]}" audit
expect 0 'Журнал цел' on_linux 'Мои документы' --journal 'журнал 8Б.letopis' audit
printf 'лето\n' >"$here/Мои документы/не тот.txt"
expect 2 'пароль не подходит' windows 'Мои документы' key show 'Иванова Анна.key' --passphrase-file 'не тот.txt'
expect 1 'за пределами учебного года' windows "$school" lesson record 8Б Алгебра 01.09.2025 --topic Ё --identity keys/semyonov.key
expect 2 'не запоминается' windows "$school" login 'keys\semyonov.key'

echo 'wine: what is its owner'"'"'s alone'
for alone in 'Иванова Анна.key' 'журнал 8Б.letopis' лист.txt; do
    rights=$(stat -c %A "$here/Мои документы/$alone")
    [[ $rights == -rwx???--- ]] || { echo "$alone: $rights" >&2; exit 1; }
done

echo 'wine: a console'
in_console 'Мои документы' key show 'Иванова Анна.key'
until_seen 'Пароль ключа Иванова Анна.key:'
screen send-keys 'весна в лесу' Enter
until_seen 'SHA256:'
! screen capture-pane -p | grep -qF 'весна'
screen kill-server
in_console "$school" open 8Б Алгебра
until_seen 'F10 выход'
until_seen 'Сапожников Владислав'
screen send-keys q

# A stick that was prepared on Linux and is used here, and one that disappears, have their place here once there are sticks.
echo 'wine: done'
