#!/usr/bin/env bash
# Makes OUTDIR/told/school=/year=/*.parquet, what two schools give out, and OUTDIR/rows, the same before anything is suppressed, with
# the programs in BINDIR (built with the feature district: letopis, examples/generate-school). Needs faketime and age.
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: $0 BINDIR OUTDIR" >&2
    exit 2
fi
samples=$(cd "$(dirname "$0")/../../../samples" && pwd)
programs=$(cd "$1" && pwd)
rm -rf "$2"
mkdir -p "$2"
out=$(cd "$2" && pwd)

# MOMENT LOGIN ARGUMENT...: the program, in the school's folder, at that moment of Moscow's clock.
at() {
    local moment=$1 login=$2
    shift 2
    TZ=MSK-3 LETOPIS_IDENTITY=keys/$login.key LETOPIS_JOURNAL=journal.letopis XDG_CACHE_HOME=$PWD/cache XDG_STATE_HOME=$PWD/state \
        faketime -f "@$moment" "$programs/letopis" "$@" >>log 2>&1 || {
        tail -n 20 log >&2
        exit 1
    }
}

# NAME: a school whose tables lie in OUTDIR/NAME/school, and what it gives out.
give_out() {
    local name=$1 login quarter
    cd "$out/$name"
    mkdir keys bags rows
    at '2026-06-01 08:00:00' ivanova init --school school/school.toml --admin ivanova --no-passphrase --recovery-sheet recovery.txt
    at '2026-06-01 08:01:00' ivanova import school
    for login in petrova kuznetsov; do
        at '2026-06-01 09:00:00' "$login" key new "keys/$login.key" --no-passphrase
        at '2026-06-01 09:01:00' ivanova staff enroll "$login" "keys/$login.key"
    done
    for quarter in 'I четверть' 'II четверть'; do
        at '2026-06-10 12:00:00' petrova export statistics "$quarter" --school "$name" --to bags
        at '2026-06-10 12:00:00' petrova export statistics "$quarter" --school "$name" --to rows --rows
    done
    local folder file
    folder=school=$name/year=2025-2026
    mkdir -p "$out/told/$folder" "$out/rows/$folder"
    cp bags/*/data/"$folder"/*.parquet "$out/told/$folder"
    for file in rows/*/data/"$folder"/*.parquet.age; do
        age -d -i keys/kuznetsov.key -o "$out/rows/$folder/$(basename "$file" .age)" "$file"
    done
}

mkdir "$out/sosh-1" "$out/sosh-2"
cp -r "$samples/school-1" "$out/sosh-1/school"
"$programs/examples/generate-school" "$out/sosh-2/school" --classes 8 --seed 7 >/dev/null
(give_out sosh-1)
(give_out sosh-2)
# A year before for the question that compares two: the numbers of the other school.
for kind in told rows; do
    cp -r "$out/$kind/school=sosh-2/year=2025-2026" "$out/$kind/school=sosh-1/year=2024-2025"
done
