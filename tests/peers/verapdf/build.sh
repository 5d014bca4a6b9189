#!/usr/bin/env bash
# Builds the PDF/A validator into OUTDIR; then OUTDIR/verapdf runs offline. Needs a JDK 17 and Maven.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 OUTDIR" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)

if [ -x "$out/verapdf" ] && [ -z "$(find "$here" -type f -newer "$out/verapdf")" ]; then
    exit 0
fi

rm -rf "$out/verapdf" "$out/lib"
mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$out/lib"
javac -d "$out/lib" -cp "$out/lib/*" "$here/ValidatePdf.java"

# The locale lets Java open files with Cyrillic names wherever it is run.
cat > "$out/verapdf.new" <<'EOF'
#!/bin/sh
home=$(dirname "$(readlink -f "$0")")
LC_ALL=C.UTF-8 exec java -XX:+UseSerialGC -cp "$home/lib:$home/lib/*" ValidatePdf "$@"
EOF
chmod +x "$out/verapdf.new"
mv "$out/verapdf.new" "$out/verapdf"
