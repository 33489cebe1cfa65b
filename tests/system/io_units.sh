#!/bin/sh
# The systemd units load without a warning, on copies that name the programs of the build.
set -u
command -v systemd-analyze >/dev/null || {
	echo "systemd-analyze is not here"
	exit 77
}
place=$(mktemp -d "${TMPDIR:-/tmp}/concur-units-XXXXXX")
trap 'rm -rf "$place"' EXIT

# The template by an instance of it.
verify() {
	systemd-analyze verify --man=no "$place/concurd.service" "$place/concurd.socket" \
		"$place/concur-worker@work.service" 2>&1 | grep concur
}

# copy UNIT PROGRAM START: a unit that is to start so, with the program of the build.
copy() {
	grep -q "^ExecStart=/.*/$3" "$CONCUR_TEST_BUILDDIR/systemd/$1" || {
		echo "$1 does not start $3"
		exit 1
	}
	sed "s,^ExecStart=[^ ]*,ExecStart=$2," "$CONCUR_TEST_BUILDDIR/systemd/$1" >"$place/$1"
}

copy concurd.service "$CONCUR_CONCURD" 'concurd --foreground'
copy concur-worker@.service "$CONCUR_TEST_BUILDDIR/concur-worker" \
	'concur-worker --pool %i --patient $CONCUR_WORKER_OPTIONS'
cp "$CONCUR_TEST_SRCDIR/systemd/concurd.socket" "$place"
if verify; then
	echo "systemd-analyze complains"
	exit 1
fi
# The check itself: settings that systemd does not know must show.
echo "NoSuchSetting=1" >>"$place/concurd.socket"
sed -i 's/^NoNewPrivileges=.*/NoNewPrivilege=yes/' "$place/concurd.service"
sed -i 's/^TimeoutStopSec=.*/TimeoutStop=1/' "$place/concur-worker@.service"
for setting in NoNewPrivilege TimeoutStop; do
	verify | grep -q "'$setting'" || {
		echo "a broken unit was not noticed: $setting"
		exit 1
	}
done
