#!/bin/sh
# The example module on real files: a tree is hashed and compressed by `concur map`, and coreutils and gzip check it.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
with_daemon
cp -R /usr/share/common-licenses "$place/tree" || exit 77
: >"$place/tree/empty"
files=$(find "$place/tree" -type f | wc -l)

expect 0 '' '' create_with_module pool create tools -- \
	--module "$CONCUR_TEST_BUILDDIR/client/examples/.libs/file_tools.so"
find "$place/tree" -type f | sort | "$concur" map tools sha256 --text --raw >"$place/sums"
same 0 $? map_hashes_a_tree
same "$files" "$(wc -l <"$place/sums")" map_gives_a_line_a_file
find "$place/tree" -type f | sort | xargs -d '\n' sha256sum >"$place/want"
checks=$((checks + 1))
cmp "$place/want" "$place/sums" || failed hashes_are_those_of_sha256sum
expect 1 '' 'OSError: /none: No such file or directory' missing_file_is_the_tasks_error submit tools sha256 /none --wait
expect 1 '' 'TypeError: sha256: a path is wanted' wrong_argument_is_the_tasks_error submit tools sha256 7 --wait

grep -q '^#define HAVE_ZLIB' "$CONCUR_TEST_BUILDDIR/config.h" || finish
find "$place/tree" -type f | "$concur" map tools gzip --text --unordered >"$place/sizes"
same 0 $? map_compresses_a_tree
same "$(find "$place/tree" -name '*.gz' -printf '%s\n' | sort)" "$(sort "$place/sizes")" sizes_are_those_of_the_files
find "$place/tree" -type f ! -name '*.gz' | while read -r file; do
	gzip -dc "$file.gz" | cmp - "$file" || echo "$file"
done >"$place/differ" 2>&1
same '' "$(cat "$place/differ")" what_was_compressed_is_the_same
expect 1 '' '/none/file.gz: No such file' gzip_in_missing_folder_is_the_tasks_error submit tools gzip /none/file --wait
finish
