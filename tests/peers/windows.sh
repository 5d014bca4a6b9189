#!/usr/bin/env bash
# Runs the Windows program under Wine, and holds what it makes against the Linux program and the other way round.
#
#     tests/peers/windows.sh WINEDIR WINDOWS-PROGRAM LINUX-PROGRAM
#
# WINEDIR comes of tests/peers/wine/build.sh. Needs root (chroot), tmux, for a console to type into, for a stick loop devices
# and exFAT through FUSE, and for its page Chromium and this project's tests.
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
fixture=$(realpath "$(dirname "$0")/../fixtures/v1") small=$(realpath "$(dirname "$0")/../fixtures/small")
project=$(realpath "$(dirname "$0")/../..")
samples=$(realpath "$(dirname "$0")/../../samples/school-1")
mount -t proc proc "$root/proc"
here=$(mktemp -d "$root/tmp/letopis-XXXXXX")
inside=${here#"$root"}
name=letopis-wine-$$
mount='Носитель учителя' device=
screen() {
    tmux -L "$name" -f /dev/null "$@"
}
finish() {
    screen kill-server 2>/dev/null || true
    in_wine . wineserver -k 2>/dev/null || true
    umount -l "$here/$mount" 2>/dev/null || true
    [ -z "$device" ] || losetup -d "$device"
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

# Runs the program that lies on the stick, in the stick's folder.
on_stick() {
    in_wine "$mount" wine Letopis.exe "$@" 2> >(grep -v XDG_RUNTIME_DIR >&2)
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
    local folder=$1 program=$2
    shift 2
    export -f in_wine
    export root inside
    screen -u new-session -d -x 120 -y 40 "$(printf '%q ' bash -c 'in_wine "$@"' bash "$folder" wine "$program" "$@"); sleep 5"
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
in_console 'Мои документы' "$inside/Letopis.exe" key show 'Иванова Анна.key'
until_seen 'Пароль ключа Иванова Анна.key:'
screen send-keys 'весна в лесу' Enter
until_seen 'SHA256:'
! screen capture-pane -p | grep -qF 'весна'
screen kill-server
in_console "$school" "$inside/Letopis.exe" open 8Б Алгебра
until_seen 'F10 выход'
until_seen 'Сапожников Владислав'
screen send-keys q

echo 'wine: a stick that was prepared on Linux'
# A school whose year is about today, and has lessons on it whatever day of the week it is.
day() {
    TZ=MSK-3 date -d "$1" "+$2"
}
today=$(day now %F) lesson=$(day now %d.%m.%Y) programs="$here/программы"
mkdir -p "$here/Школа № 2" "$here/$mount" "$programs"
cp -r "$small" "$here/Школа № 2/school"
# Who comes or leaves does so in another year, and the timetable knows not every day.
rm "$here/Школа № 2/school/timetable.csv"
sed -i '/\.2025/d' "$here/Школа № 2/school/pupils.csv"
cat >"$here/Школа № 2/school/school.toml" <<END
[school]
name = "МБОУ «СОШ № 2»"
short_name = "МБОУ «СОШ № 2»"
place = "г. Великие Луки"
case_index = "02-15"
utc_offset = "+03:00"

[year]
name = "учебный год"
begins = $(day '-30 days' %F)
ends = $(day '+300 days' %F)

[[period]]
name = "I полугодие"
short = "I полуг."
grades = [1, 11]
begins = $(day '-30 days' %F)
ends = $(day '+100 days' %F)

[[workday]]
day = $today
END
install -m 755 "$2" "$programs/Letopis.exe"
install -m 755 "$3" "$programs/letopis"
truncate -s 256M "$here/stick.img"
mkfs.exfat "$here/stick.img" >/dev/null
device=$(losetup -f --show "$here/stick.img")
plug_in() {
    umount -l "$here/$mount" 2>/dev/null || true
    mount.exfat-fuse "$device" "$here/$mount" >/dev/null 2>&1
    until grep -qF "$device " /proc/mounts; do sleep 0.1; done
}
pull_out() {
    local process
    for process in /proc/[0-9]*; do
        if { tr '\0' ' ' <"$process/cmdline" | grep -q "^mount.exfat-fuse $device "; } 2>/dev/null; then
            kill -9 "${process#/proc/}"
        fi
    done
}
plug_in
own=(--journal journal.letopis --identity ivanova.key)
expect 0 '' on_linux 'Школа № 2' "${own[@]}" init --school school/school.toml --admin ivanova --no-passphrase --recovery-sheet лист.txt
expect 0 '' on_linux 'Школа № 2' "${own[@]}" import school
for login in petrova semyonov; do
    expect 0 '' on_linux 'Школа № 2' key new "$login.key" --no-passphrase
    expect 0 '' on_linux 'Школа № 2' "${own[@]}" staff enroll "$login" "$login.key"
done
told=$(on_linux 'Школа № 2' --journal journal.letopis --identity petrova.key stick prepare "../$mount" --to semyonov --label У-7 \
    --owner-key semyonov.key --programs ../программы --json)
passphrase=$(sed -n 's/.*"passphrase": *"\([^"]*\)".*/\1/p' <<<"$told")
printf '%s\r\n' "$passphrase" >"$here/пароль носителя.txt"
typed=(--passphrase-file '..\пароль носителя.txt')
cmp "$2" "$here/$mount/Letopis.exe"
cmp "$3" "$here/$mount/letopis"
expect 0 'Всё передано' on_stick stick status "${typed[@]}"
expect 0 'Урок записан' on_stick lesson record 7А Алгебра "$lesson" --lesson 2 --topic 'Обыкновенные дроби' "${typed[@]}"
expect 0 'Отметок записано: 1' on_stick mark set 7А Алгебра "$lesson" --lesson 2 Ёлкина=5 "${typed[@]}"
in_console "$mount" Letopis.exe open 7А Алгебра
until_seen 'Пароль носителя'
screen send-keys -l "$passphrase"
screen send-keys Enter
until_seen 'F10 выход'
! screen capture-pane -p | grep -qF "${passphrase%% *}"
# Wine writes of a screen what differs from what it was, escape sequences included, so not every word is whole.
screen send-keys 4 Enter
until_seen 'Записано: Ёлкина'
screen send-keys F10
screen kill-server
expect 0 'Не передано записей: 3' on_stick stick status "${typed[@]}"
expect 0 'принято записей: 3, отклонено: 0' on_linux 'Школа № 2' --journal journal.letopis \
    stick sync "../$mount" --programs ../программы --passphrase-file '../пароль носителя.txt'
expect 0 'Журнал цел' on_linux 'Школа № 2' --journal journal.letopis audit
expect 0 'Журнал цел' windows 'Школа № 2' --journal journal.letopis audit
expect 0 'Всё передано' on_stick stick status "${typed[@]}"
cmp <(on_stick mark list 7А Алгебра "$lesson" "${typed[@]}") <(on_linux 'Школа № 2' --journal journal.letopis mark list 7А Алгебра "$lesson")

echo 'wine: the page of a stick, in a browser of this machine'
in_console "$mount" Letopis.exe desk --no-browser
until_seen 'Пароль носителя'
screen send-keys -l "$passphrase"
screen send-keys Enter
until_seen 'Закончить работу'
opening() {
    find "$here/prefix/drive_c/users" -name letopis.html
}
first=$(opening)
screen send-keys Enter
for ((tries = 0; tries < 50; tries++)); do
    [ "$(opening)" = "$first" ] || [ -z "$(opening)" ] || break
    sleep 0.2
done
[ "$(opening)" != "$first" ] || { echo 'Enter opens no other way in' >&2; exit 1; }
LETOPIS_OPENING=$(opening) LETOPIS_LESSON="$today/2" cargo test --quiet --manifest-path "$project/Cargo.toml" --test integration \
    desk::elsewhere -- --ignored
screen kill-server
expect 0 'Не передано записей: 2' on_stick stick status "${typed[@]}"
expect 0 'принято записей: 2, отклонено: 0' on_linux 'Школа № 2' --journal journal.letopis \
    stick sync "../$mount" --programs ../программы --passphrase-file '../пароль носителя.txt'
cmp <(on_stick mark list 7А Алгебра "$lesson" "${typed[@]}") <(on_linux 'Школа № 2' --journal journal.letopis mark list 7А Алгебра "$lesson")

echo 'wine: a stick that disappears'
expect 0 'Отметок записано: 1' on_stick mark set 7А Алгебра "$lesson" --lesson 2 Петренко=3 "${typed[@]}"
in_console . "$inside/Letopis.exe" open 7А Алгебра --journal "$mount" --passphrase-file 'пароль носителя.txt'
until_seen 'F10 выход'
pull_out
screen send-keys 2 Enter
until_seen 'лонено: 1'
! screen capture-pane -p | grep -qF panicked
screen kill-server
expect 2 'носитель вынут или не отвечает' windows . mark set 7А Алгебра "$lesson" --lesson 2 Петренко=4 --journal "$mount" --passphrase-file 'пароль носителя.txt'
plug_in
expect 0 'Не передано записей: 1' on_stick stick status "${typed[@]}"
expect 0 'принято записей: 1, отклонено: 0' on_linux 'Школа № 2' --journal journal.letopis \
    stick sync "../$mount" --programs ../программы --passphrase-file '../пароль носителя.txt'
expect 0 'Журнал цел' on_linux 'Школа № 2' --journal journal.letopis audit
umount "$here/$mount"
expect 2 'Что делать' windows . stick status "$mount" --passphrase-file 'пароль носителя.txt'
echo 'wine: done'
