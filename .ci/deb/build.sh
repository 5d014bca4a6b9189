#!/usr/bin/env bash
# Makes the Debian package of the two programs in OUTDIR. Needs dpkg-deb, and to be able to run the Linux program.
#
#     .ci/deb/build.sh PROGRAM WINDOWS-PROGRAM VERSION OUTDIR
set -euo pipefail

if [ $# -ne 4 ]; then
    echo "usage: $0 PROGRAM WINDOWS-PROGRAM VERSION OUTDIR" >&2
    exit 2
fi
program=$(realpath "$1") windows=$(realpath "$2") version=$3 out=$(realpath "$4")
cd "$(dirname "$0")/../.."
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/letopis
umask 022

# The name on the path is a link: beside the program itself lies that for Windows, for sticks.
mkdir -p "$root/usr/lib/letopis" "$root/usr/bin"
install -m 755 "$program" "$root/usr/lib/letopis/letopis"
install -m 644 "$windows" "$root/usr/lib/letopis/Letopis.exe"
ln -s ../lib/letopis/letopis "$root/usr/bin/letopis"

mkdir -p "$root/usr/share/man/man1"
"$program" man "$root/usr/share/man/man1" >/dev/null
gzip -9n "$root"/usr/share/man/man1/*.1

completions() {
    mkdir -p "$root/usr/share/$2"
    "$program" completions "$1" >"$root/usr/share/$2/$3"
}
completions bash bash-completion/completions letopis
completions zsh zsh/vendor-completions _letopis
completions fish fish/vendor_completions.d letopis.fish

# It is started by whoever has set it up: docs/serve.md.
mkdir -p "$root/usr/lib/systemd/system"
install -m 644 .ci/deb/letopis-serve.service "$root/usr/lib/systemd/system"

doc=$root/usr/share/doc/letopis
mkdir -p "$doc"
install -m 644 docs/{install,first-day,through-the-year,backup,layouts,security.ru,serve,mail}.md "$doc"
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
{
    cat LICENSE
    for text in LICENSE-MIT LICENSE-APACHE fonts/LICENSE.txt; do
        printf '\n-- %s\n\n' "$text"
        cat "$text"
    done
} >"$doc/copyright"

mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<EOF
Package: letopis
Version: $version
Architecture: amd64
Maintainer: The Letopis developers <letopis@localhost>
Section: education
Priority: optional
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Depends: passwd
Suggests: qpdf, age, par2
Description: электронный классный журнал школы
 Ведёт журнал учебного года по положению, печатает книги классов и ведомости в PDF/A,
 создаёт и проверяет архивные копии. Программа собрана статически; рядом с ней лежит
 программа для Windows, которую записывают на флешки учителей.
EOF
install -m 755 .ci/deb/postinst .ci/deb/prerm "$root/DEBIAN"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

chmod -R u=rwX,go=rX "$root"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb -Zxz --root-owner-group --build "$root" "$out/letopis_${version}_amd64.deb" >/dev/null
