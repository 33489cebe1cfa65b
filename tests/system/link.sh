#!/bin/sh
# Two machines and the cable between them: network namespaces, a daemon in one, a client in the other. The cable is cut
# for a moment, which nobody must notice; until the daemon has noticed, when the client comes back and still has its
# lock; and then for good: the daemon gives the client up, and its lock passes on.
set -u
if [ "${1:-}" != inside ]; then
	if ! command -v ip >/dev/null || ! command -v nsenter >/dev/null; then
		echo "SKIPPED: ip (iproute2) or nsenter (util-linux) is not here"
		exit 77
	fi
	if ! unshare -rn sh -c 'ip link add cable type veth peer name plug' 2>/dev/null; then
		echo "SKIPPED: this machine does not let its users make network namespaces"
		exit 77
	fi
	exec unshare -rn sh "$0" inside
fi
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
here=10.77.7.1
there=10.77.7.2
silence=6 # seconds; long enough for a cut of a moment on a busy machine
key=$place/key

# The other machine, where `over_there COMMAND...` runs.
unshare -n sleep 100000 &
other=$!
over_there() {
	nsenter --target "$other" --net "$@"
}
other_is_there() {
	[ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}
until_true other_is_there
ip link add cable type veth peer name cable netns "$other"
ip addr add "$here/24" dev cable
ip link set cable up
over_there ip addr add "$there/24" dev cable
over_there ip link set cable up
"$concur" keygen "$key"
"$CONCUR_CONCURD" --foreground --listen "tcp://$here:0" --listen "unix:$place/socket" --key "$key" --ready-fd 9 \
	--limit "silence_seconds=$silence" --log-level debug 9>"$place/ready" 2>"$place/log" &
daemon=$!
until_true test -s "$place/ready"
far=$(cat "$place/ready")
export CONCUR_URL="unix:$place/socket"

# Somebody over there takes the lock.
over_there "$concur" ping --url "$far" --key "$key" >"$place/out" 2>&1
same "$far answers" "$(cat "$place/out")" key_lets_in_over_the_cable
over_there "$concur" ping --url "$far" >"$place/out" 2>&1
same 4 $? no_key_lets_nobody_in
over_there "$concur" lock l --url "$far" --key "$key" -- \
	sh -c "touch $place/held; until test -e $place/done; do sleep 0.02; done" 2>"$place/holder" &
holder=$!
until_true test -e "$place/held"

# A cut of a moment: what was under way arrives, late.
ip link set cable down
ip link set cable up
over_there "$concur" value v set 7 --url "$far" --key "$key"
expect 0 7 '' call_after_a_moments_cut_arrives value v get
expect 0 true '' lock_survives_a_moments_cut lock l locked

# A cut that the daemon notices: connections that are silent end. The session waits for its client, who holds the lock.
ip link set cable down
until_true shows '.*; cut off for .*' who l
expect 0 true '' lock_of_one_that_is_cut_off_stays_held lock l locked
same 1 "$("$concur" who | grep -c '; cut off for ')" who_tells_who_is_cut_off
ip link set cable up
holder_is_back() {
	! shows '.*; cut off for .*' who l
}
until_true holder_is_back
expect 0 true '' lock_survives_a_cut_that_heals_in_time lock l locked
same 0 "$(wc -l <"$place/holder")" holder_does_not_notice

# A cut for good. The waiter gets the lock, and is told that its holder is gone.
"$concur" lock l -- true 2>"$place/waiter" &
waiter=$!
until_true shows 'waiters: 1' lock l state
ip link set cable down
wait "$waiter"
same 0 $? lock_passes_on_when_the_cable_is_cut
same 1 "$(grep -c 'process [0-9]* died .* while it held the lock' "$place/waiter")" next_owner_is_told
same 2 "$(grep -c "from=tcp://$there:[0-9]* reason=lost" "$place/log")" daemon_says_whom_it_has_lost
expect 0 '' '' lock_is_clean_afterwards lock l -- true

# The cable heals: the one that was given up learns it at its next word, others come as before.
ip link set cable up
until_true over_there "$concur" ping --url "$far" --key "$key"
touch "$place/done"
wait "$holder"
same 3 $? holder_learns_that_it_was_given_up
same 1 "$(grep -c 'may have been lost' "$place/holder")" holder_says_that_its_lock_may_be_lost
kill -TERM "$daemon"
wait "$daemon"
same 0 $? daemon_stops
kill "$other"
wait "$other" 2>/dev/null
finish
