#!/bin/sh
# Installs into an empty place and uses what is there as a stranger would: the files a packager expects, a program built
# through pkg-config, and the installed command with the installed daemon.
set -u
[ "$CONCUR_TEST_PLAIN" = yes ] || {
	echo "only a plain build is installed"
	exit 77
}
command -v pkg-config >/dev/null || {
	echo "pkg-config is not here"
	exit 77
}
place=$(mktemp -d "${TMPDIR:-/tmp}/concur-install-XXXXXX")
trap 'rm -rf "$place"' EXIT
checks=0
failures=0

check() {
	name=$1
	shift
	checks=$((checks + 1))
	if ! "$@" >"$place/out" 2>&1; then
		failures=$((failures + 1))
		echo "$name: failed: $*"
		cat "$place/out"
	fi
}

# The path of an installed file by the end of its name; one that is not there keeps its name, for the message.
installed() {
	find "$place/root" -path "*/$1" | grep . || echo "$1"
}

# What make tells its children would make this make one of them.
unset MAKEFLAGS MFLAGS MAKELEVEL
check install_into_empty_place_succeeds make -C "$CONCUR_TEST_BUILDDIR" install DESTDIR="$place/root"
for file in bin/concur sbin/concurd include/concur.h include/concur_status.h pkgconfig/concur.pc libconcur.so \
	man1/concur.1 man1/concur-worker.1 man8/concurd.8 bin/concur-worker completions/concur \
	system/concurd.service system/concurd.socket system/concur-worker@.service \
	concur/README.md concur/DESIGN.md; do
	check "install_has_$file" test -e "$(installed "$file")"
done
# Nothing of what is only ours: generated code, internal headers, convenience libraries.
check install_shows_nothing_internal \
	test -z "$(find "$place/root" -name '*pb-c*' -o -name 'libcommon*' -o -name 'libproto*' -o -name 'blob.h')"

cat >"$place/two.c" <<'END'
#include <concur.h>
int main(void) { concur_session *s; enum concur_status e = concur_spawn(NULL, &s); if (!e) concur_close(s); return e; }
END
export PKG_CONFIG_SYSROOT_DIR="$place/root"
PKG_CONFIG_PATH=$(dirname "$(installed pkgconfig/concur.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs concur)
# shellcheck disable=SC2086 # lists of words
check pkg_config_names_all_a_program_needs ${CC:-cc} -std=c11 -Wall -Wextra -Werror -Wpedantic \
	"$place/two.c" -o "$place/two" $flags
LD_LIBRARY_PATH=$(dirname "$(installed libconcur.so)")
export LD_LIBRARY_PATH
CONCUR_CONCURD=$(installed sbin/concurd)
export CONCUR_CONCURD
check installed_library_starts_installed_daemon "$place/two"
check installed_command_reaches_installed_daemon "$(installed bin/concur)" run -- "$(installed bin/concur)" ping
check installed_command_finds_installed_worker "$(installed bin/concur)" worker --version

echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ "$failures" -eq 0 ]
