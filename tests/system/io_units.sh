#!/bin/sh
# The systemd units load without a warning, on copies that name the daemon of the build.
set -u
command -v systemd-analyze >/dev/null || {
	echo "systemd-analyze is not here"
	exit 77
}
place=$(mktemp -d "${TMPDIR:-/tmp}/concur-units-XXXXXX")
trap 'rm -rf "$place"' EXIT

verify() {
	systemd-analyze verify --man=no "$place/concurd.service" "$place/concurd.socket" 2>&1 | grep concurd
}

grep -q '^ExecStart=/.*/concurd --foreground' "$CONCUR_TEST_BUILDDIR/systemd/concurd.service" || {
	echo "the unit does not start the daemon in the foreground"
	exit 1
}
sed "s,^ExecStart=[^ ]*,ExecStart=$CONCUR_CONCURD," "$CONCUR_TEST_BUILDDIR/systemd/concurd.service" \
	>"$place/concurd.service"
cp "$CONCUR_TEST_SRCDIR/systemd/concurd.socket" "$place"
if verify; then
	echo "systemd-analyze complains"
	exit 1
fi
# The check itself: a setting that systemd does not know must show.
echo "NoSuchSetting=1" >>"$place/concurd.socket"
sed -i 's/^NoNewPrivileges=.*/NoNewPrivilege=yes/' "$place/concurd.service"
verify | grep -q NoNewPrivilege || {
	echo "a broken unit was not noticed"
	exit 1
}
