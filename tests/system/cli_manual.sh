#!/bin/sh
# What the concur command says of itself: help, the manual, completion, and what it does without a daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
manual=$CONCUR_TEST_SRCDIR/client/cli/concur.1

# The manual's list of verbs is the table's.
"$concur" help --man >"$place/verbs"
sed '1,/^\.\\" BEGIN/d; /^\.\\" END/,$d' "$manual" >"$place/manual"
checks=$((checks + 1))
cmp "$place/verbs" "$place/manual" || failed "manual_is_of_the_table: run make update-man"
if command -v man >/dev/null; then
	same '' "$(man --warnings -l "$manual" 2>&1 >/dev/null)" manual_is_clean
fi

# Help, without a daemon.
export CONCUR_URL="unix:$place/nobody"
for words in '' dict 'dict get' 'queue open' 'lock --' run 'call Dict/Get'; do
	checks=$((checks + 1))
	# Words are split on purpose.
	"$concur" help $words >"$place/out" 2>&1 && [ -s "$place/out" ] || failed "help_works: concur help $words"
done
same "$("$concur" help list pop)" "$("$concur" list any pop --help)" help_option_is_help_of_the_verb
same "$("$concur" help call Queue/Put)" "$("$concur" call Queue/Put --help)" help_option_is_help_of_the_method
expect 2 '' 'no verb of dict is called fly' help_of_unknown_verb_is_usage help dict fly
same 1 "$("$concur" --version | grep -c '^concur [0-9]')" version_is_printed

# Wrong words.
expect 2 '' 'write a verb' no_words_is_usage
expect 2 '' 'no verb or kind is called bird' unknown_word_is_usage bird
expect 2 '' 'write a name and a verb' kind_alone_is_usage dict
expect 2 '' 'write a verb' name_alone_is_usage dict d
expect 2 '' 'no verb of dict is called fly' unknown_verb_is_usage dict d fly
expect 2 '' 'no such option' unknown_option_is_usage dict d get k --fast
expect 2 '' 'needs a word' option_without_word_is_usage dict d get k --url
expect 2 '' 'one word too many' word_too_many_is_usage dict d get k l

# Nobody there.
expect 3 '' "$place/nobody" no_daemon_is_3 dict d get k
expect 2 '' 'carrier:pigeon' bad_address_is_usage ping --url carrier:pigeon
checks=$((checks + 1))
"$concur" help >/dev/full 2>"$place/err"
[ $? -eq 4 ] && grep -q 'can not be written' "$place/err" || failed "full_output_is_error"

# Completion.
same "$(cat "$CONCUR_TEST_SRCDIR/client/cli/concur.bash")" "$("$concur" completion bash)" completion_is_the_file
same 'dict' "$("$concur" complete -- '' | grep '^d')" complete_first_word_is_kind_or_verb
same 'get get-nowait get-many' "$("$concur" complete -- queue q '' | grep '^get' | xargs)" complete_verb
same '--timeout' "$("$concur" complete -- queue q get --t | grep -- '--timeout')" complete_option
same 'fifo lifo priority' "$("$concur" complete -- queue q open --order '' | xargs)" complete_word_of_option
same '' "$("$concur" complete -- queue '' 2>&1)" complete_name_without_daemon_is_nothing
if command -v bash >/dev/null; then
	PATH="$CONCUR_TEST_BUILDDIR:$PATH" bash -c '
		eval "$(concur completion bash)"
		COMP_WORDS=(concur dict d se) COMP_CWORD=3
		_concur
		echo "${COMPREPLY[@]}"' >"$place/out"
	same 'set setdefault set-path' "$(cat "$place/out")" complete_in_bash
fi
finish
