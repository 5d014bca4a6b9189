#!/usr/bin/env bash
# Installs, upgrades and removes the Debian package in a folder with a bare Debian (tests/peers/wine/build.sh). Needs root.
#
#     tests/peers/deb.sh DEBIANDIR PACKAGE
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: $0 DEBIANDIR PACKAGE" >&2
    exit 2
fi
root=$(realpath "$1")
here=$(mktemp -d "$root/tmp/letopis-XXXXXX")
inside=${here#"$root"}
in_debian() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$inside" LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
finish() {
    in_debian dpkg --purge letopis >/dev/null 2>&1 || true
    rm -rf "$here"
}
trap finish EXIT
cp "$2" "$here/letopis.deb"

in_debian dpkg -i "$inside/letopis.deb" >/dev/null
in_debian dpkg --verify letopis
in_debian letopis --version
in_debian getent group letopis >/dev/null
[ "$(in_debian id -gn letopis-serve)" = letopis ]
in_debian letopis key new "$inside/ключ.key" --no-passphrase >/dev/null
[ "$(stat -c %a "$here/ключ.key")" = 600 ]
# Beside the program that runs lies the one for sticks.
[ -x "$root/usr/lib/letopis/letopis" ] && [ -s "$root/usr/lib/letopis/Letopis.exe" ]
# A bare Debian is told to leave manuals out; what the package brings is asked of it.
dpkg-deb -c "$2" >"$here/files"
for file in man/man1/letopis.1.gz man/man1/letopis-mark-set.1.gz bash-completion/completions/letopis \
    zsh/vendor-completions/_letopis fish/vendor_completions.d/letopis.fish doc/letopis/copyright doc/letopis/install.md doc/letopis/serve.md; do
    grep -q " ./usr/share/$file$" "$here/files" || { echo "not in the package: $file" >&2; exit 1; }
done
grep -q ' ./usr/lib/systemd/system/letopis-serve.service$' "$here/files"
if command -v systemd-analyze >/dev/null; then
    # What is mistyped in it, and whether it shuts in what it can: 10 is an open door.
    # What it needs of a whole system is this one's; the program is not.
    sed 's#/usr/bin/letopis#/bin/true#' "$root/usr/lib/systemd/system/letopis-serve.service" >"$here/letopis-serve.service"
    systemd-analyze verify --man=no "$here/letopis-serve.service"
    systemd-analyze security --offline=yes --root="$root" --threshold=20 --no-pager letopis-serve.service >/dev/null
fi
! grep -vE '^[dl-][rwx-]{9} root/root ' "$here/files"

# Again, as a newer one would be, and gone.
in_debian dpkg -i "$inside/letopis.deb" >/dev/null
in_debian dpkg --purge letopis >/dev/null 2>&1
[ ! -e "$root/usr/bin/letopis" ] && [ ! -e "$root/usr/lib/letopis" ]
in_debian getent group letopis >/dev/null
echo 'the package was installed, put over itself and removed'
