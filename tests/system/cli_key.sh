#!/bin/sh
# The key's file: made by keygen, taken or refused by daemon and command; and who listens where without one.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
key=$place/key

# keygen
expect 0 '' '' keygen_makes_a_key keygen "$key"
same 600 "$(stat -c %a "$key")" keygen_is_for_the_owner_alone
same 1 "$(grep -cxE '[0-9a-f]{64}' "$key")" keygen_is_one_line_of_64_digits
before=$(cat "$key")
expect 4 '' 'File exists' keygen_over_a_file_is_refused keygen "$key"
same "$before" "$(cat "$key")" keygen_leaves_what_is_there
ln -s "$place/elsewhere" "$place/link"
expect 4 '' 'File exists' keygen_over_a_dangling_link_is_refused keygen "$place/link"
(umask 0 && "$concur" keygen "$place/wide")
same 600 "$(stat -c %a "$place/wide")" keygen_whatever_the_umask
checks=$((checks + 1))
cmp -s "$key" "$place/wide" && failed keygen_never_makes_a_key_twice
expect 4 '' 'no key was made' keygen_where_there_is_no_folder keygen "$place/none/key"
expect 2 '' "write the file's name" keygen_without_file_is_usage keygen
expect 2 '' "write the file's name" keygen_with_two_files_is_usage keygen "$place/a" "$place/b"

# refused COMPLAINT NAME OPTION...: the daemon does not start, and says why in one line.
refused() {
	complaint=$1 name=$2
	shift 2
	checks=$((checks + 1))
	timeout 60 "$CONCUR_CONCURD" --foreground "$@" >"$place/out" 2>&1 </dev/null
	status=$?
	[ "$status" -eq 1 ] && [ "$(wc -l <"$place/out")" -eq 1 ] && grep -q -- "$complaint" "$place/out" ||
		failed "$name: exit status $status:" "$(cat "$place/out")"
}

# Where a key is needed, and what its file must be like.
for host in 0.0.0.0 '[::]' 192.0.2.1; do
	refused '`concur keygen FILE` and give it with --key FILE' any_address_without_key --listen "tcp://$host:0"
done
at=tcp://127.0.0.1:0
refused 'No such file' key_that_is_not_there --listen "$at" --key "$place/nothing"
refused 'not a plain file' key_that_is_a_folder --listen "$at" --key "$place"
mkfifo "$place/pipe"
refused 'not a plain file' key_that_is_a_pipe --listen "$at" --key "$place/pipe"
printf '123456789012345\n' >"$place/short"
chmod 600 "$place/short"
refused 'less than 16 bytes' key_that_is_short --listen "$at" --key "$place/short"
head -c 1025 /dev/zero | tr '\0' k >"$place/long"
chmod 600 "$place/long"
refused 'more than 1024 bytes' key_that_is_long --listen "$at" --key "$place/long"
for mode in 604 602 606; do
	chmod "$mode" "$place/wide"
	refused 'chmod 600' key_that_others_can_use --listen "$at" --key "$place/wide"
done
if [ "$(id -u)" -eq 0 ]; then
	chmod 600 "$place/wide"
	chown 12345 "$place/wide"
	refused 'belongs to another user' key_of_another_user --listen "$at" --key "$place/wide"
fi

# A daemon for all addresses, and one for this machine that wants no key.
"$CONCUR_CONCURD" --foreground --listen tcp://0.0.0.0:0 --listen "unix:$place/socket" --key "$key" --ready-fd 9 \
	9>"$place/ready" 2>"$place/log" &
daemon=$!
until_true test -s "$place/ready"
far=tcp://127.0.0.1:$(sed 's/.*://' "$place/ready")
near=unix:$place/socket
expect 0 "$far answers" '' ping_with_key ping --url "$far" --key "$key"
expect 0 "$near answers" '' ping_on_a_unix_socket_needs_no_key ping --url "$near"
expect 4 '' 'set CONCUR_KEY_FILE' ping_without_key ping --url "$far"
"$concur" keygen "$place/other"
expect 4 '' 'has another key' ping_with_another_key ping --url "$far" --key "$place/other"
export CONCUR_KEY_FILE="$key"
expect 0 "$far answers" '' ping_with_key_from_the_environment ping --url "$far"
expect 4 '' 'has another key' ping_option_comes_before_the_environment ping --url "$far" --key="$place/other"
unset CONCUR_KEY_FILE
expect 0 "$far answers" '' command_under_a_lock_has_the_key lock l --url "$far" --key "$key" -- "$concur" ping

# The log tells from where and why, but not without end.
same 2 "$(grep -c 'from=tcp://127.0.0.1:[0-9]* reason=wrong key' "$place/log")" log_tells_wrong_keys
same 1 "$(grep -c 'from=tcp://127.0.0.1:[0-9]* reason=key not proven' "$place/log")" log_tells_missing_proofs
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	"$concur" ping --url "$far" 2>/dev/null
done
checks=$((checks + 1))
lines=$(grep -c 'reason=key not proven' "$place/log")
[ "$lines" -lt 20 ] || failed "log_is_bounded: $lines lines of 21 ends"
checks=$((checks + 1))
! grep -qF "$(cat "$key")" "$place/log" || failed 'log_has_no_key'
kill -TERM "$daemon"
wait "$daemon"
same 0 $? daemon_stops
finish
