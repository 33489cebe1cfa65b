/* What `concur parallel` makes of its words, of arguments and of results. */
#include "tests/unit/unit.h"

#include "client/cli/jobend.h"
#include "client/cli/jobinput.h"
#include "client/cli/jobspec.h"
#include "client/cli/jobtemplate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 48 };

/* The words of one string, with blanks between them. */
struct line {
	char text[512];
	char *words[WORDS_MAX];
	size_t count;
};

static void
cut(struct line *line, const char *text)
{
	*line = (struct line){ 0 };
	strcpy(line->text, text);
	for (char *word = strtok(line->text, " "); word; word = strtok(NULL, " "))
		line->words[line->count++] = word;
}

static bool
read_spec(struct line *line, const char *text, struct command *command, struct jobspec *spec, struct fault *fault)
{
	cut(line, text);
	*command = (struct command){ .words = line->words, .word_count = line->count };
	return jobspec_read(command, spec, fault);
}

/* -- words --------------------------------------------------------------------------------------------------------- */

START_TEST(read_options_in_front_of_command)
{
	struct command command;
	struct jobspec spec;
	struct fault fault;
	struct line line;

	ck_assert(read_spec(&line,
	    "-j 4 --pool p --retries=3 --timeout 1.5 --joblog l --progress --url u --key=k --halt now,fail=2 c -j 9 "
	    "--pool ::: a b ::: ::: d",
	    &command, &spec, &fault));
	ck_assert_uint_eq(spec.jobs, 4);
	ck_assert_str_eq(spec.pool, "p");
	ck_assert_uint_eq(spec.tries, 3);
	ck_assert_int_eq(spec.timeout_ns, 1500000000);
	ck_assert_str_eq(spec.log, "l");
	ck_assert(spec.progress);
	ck_assert_str_eq(command.options.url, "u");
	ck_assert_str_eq(command.options.key, "k");
	ck_assert(spec.halt.when == JOBSPEC_NOW && spec.halt.failed && !spec.halt.well);
	ck_assert_uint_eq(spec.halt.count, 2);
	ck_assert_uint_eq(spec.word_count, 4);
	ck_assert_str_eq(spec.words[0], "c");
	ck_assert_str_eq(spec.words[3], "--pool");
	ck_assert_uint_eq(spec.list_count, 3);
	ck_assert_uint_eq(spec.lists[0].count, 2);
	ck_assert_str_eq(spec.lists[0].words[1], "b");
	ck_assert_uint_eq(spec.lists[1].count, 0);
	ck_assert_str_eq(spec.lists[2].words[0], "d");
}
END_TEST

START_TEST(read_nothing_is_lines_of_standard_input)
{
	struct command command;
	struct jobspec spec;
	struct fault fault;
	struct line line;

	ck_assert(read_spec(&line, "", &command, &spec, &fault));
	ck_assert_uint_eq(spec.jobs, 0);
	ck_assert_uint_eq(spec.tries, 1);
	ck_assert_uint_eq(spec.word_count, 0);
	ck_assert_uint_eq(spec.list_count, 0);
	ck_assert(spec.halt.when == JOBSPEC_NEVER);
}
END_TEST

START_TEST(read_short_jobs_and_end_of_options)
{
	struct command command;
	struct jobspec spec;
	struct fault fault;
	struct line line;

	ck_assert(read_spec(&line, "-j12 -- -x y", &command, &spec, &fault));
	ck_assert_uint_eq(spec.jobs, 12);
	ck_assert_uint_eq(spec.word_count, 2);
	ck_assert_str_eq(spec.words[0], "-x");
}
END_TEST

START_TEST(read_halt_of_all_kinds)
{
	static const struct {
		const char *text;
		struct jobspec_halt halt;
	} cases[] = {
		{ "--halt never c", { JOBSPEC_NEVER, 0, false, false } },
		{ "--halt soon,fail=1 c", { JOBSPEC_SOON, 1, true, false } },
		{ "--halt now,success=20 c", { JOBSPEC_NOW, 20, false, true } },
		{ "--halt=soon,done=3 c", { JOBSPEC_SOON, 3, true, true } },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct jobspec_halt *want = &cases[i].halt;
		struct command command;
		struct jobspec spec;
		struct fault fault;
		struct line line;

		ck_assert_msg(read_spec(&line, cases[i].text, &command, &spec, &fault), "%s", cases[i].text);
		ck_assert(spec.halt.when == want->when && spec.halt.count == want->count &&
		    spec.halt.failed == want->failed && spec.halt.well == want->well);
	}
}
END_TEST

START_TEST(read_what_is_wrong_is_refused)
{
	static const char *const cases[] = { "--bogus c", "-j", "-j 0 c", "-j x c", "-j 1001 c", "-j -1 c",
		"--retries 0 c", "--timeout 0 c", "--timeout x c", "--timeout", "--pool= c", "--halt fail=1 c",
		"--halt now c", "--halt now,fail c", "--halt now,fail=0 c", "--halt now,fail=30% c",
		"--halt late,fail=1 c", "--halt now,better=1 c", "c ::: a :::+ b", "c :::: f", "c ::::+ f", "--json c",
		"-t c",
		"c ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: ::: "
		"::: ::: ::: ::: ::: ::: ::: ::: :::" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fault fault = { "" };
		struct command command;
		struct jobspec spec;
		struct line line;

		ck_assert_msg(!read_spec(&line, cases[i], &command, &spec, &fault), "%s", cases[i]);
		ck_assert_msg(fault.text[0], "%s", cases[i]);
	}
}
END_TEST

/* -- templates ----------------------------------------------------------------------------------------------------- */

/* Words as they would be those of main(), which does not promise not to change them. */
static bool
init(struct jobtemplate *template, const char *const *words, size_t count, size_t lists, struct fault *fault)
{
	return jobtemplate_init(template, (char *const *)(uintptr_t)words, count, lists, fault);
}

/* Fills the words with the arguments; the words that come out must be these, with "|" between them. */
static void
assert_filled(const char *const *words, size_t count, const char *const *arguments, size_t argument_count,
    const char *want)
{
	struct jobtemplate template;
	struct buffer filled = { 0 };
	struct fault fault;

	ck_assert_msg(init(&template, words, count, argument_count, &fault), "%s", fault.text);
	jobtemplate_fill(&template, 7, arguments, argument_count, &filled);
	ck_assert(!filled.failed && filled.size > 0 && filled.bytes[filled.size - 1] == '\0');
	for (size_t i = 0; i + 1 < filled.size; i++)
		if (filled.bytes[i] == '\0')
			filled.bytes[i] = '|';
	ck_assert_str_eq((const char *)filled.bytes, want);
	buffer_fini(&filled);
}

/* One word, and one argument or two. */
static void
assert_word(const char *word, const char *first, const char *second, const char *want)
{
	const char *arguments[] = { first, second };
	char copy[256];
	const char *words[] = { copy };

	strcpy(copy, word);
	assert_filled(words, 1, arguments, second ? 2 : 1, want);
}

START_TEST(fill_several_words_without_shell)
{
	const char *words[] = { "cp", "{}", "to $HOME/{/}", "{#}" };
	const char *arguments[] = { "a b/c'd.x" };

	assert_filled(words, 4, arguments, 1, "cp|a b/c'd.x|to $HOME/c'd.x|7");
}
END_TEST

START_TEST(fill_appends_where_no_sign_is)
{
	const char *words[] = { "echo", "-n" };
	const char *arguments[] = { "a b", "" };

	assert_filled(words, 2, arguments, 2, "echo|-n|a b|");
	assert_word("true", "a b", NULL, "true|a b");
	assert_word("echo {#}", "a", NULL, "sh|-c|echo 7 a");
}
END_TEST

START_TEST(fill_parts_of_argument)
{
	static const struct {
		const char *sign, *argument, *want;
	} cases[] = {
		{ "{}", "d/e.f/g.tar.gz", "d/e.f/g.tar.gz" },
		{ "{.}", "d/e.f/g.tar.gz", "d/e.f/g.tar" },
		{ "{.}", "d.e/f", "d.e/f" },
		{ "{.}", ".hidden", ".hidden" },
		{ "{/}", "d/e.f/g.tar.gz", "g.tar.gz" },
		{ "{/}", "plain", "plain" },
		{ "{//}", "d/e/f", "d/e" },
		{ "{//}", "/f", "/" },
		{ "{//}", "f", "." },
		{ "{/.}", "d/e.f/g.x", "g" },
		{ "{#}-{}", "a", "7-a" },
		{ "{1}{}{1/}", "d/a", "d/ad/aa" },
		{ "x{}y{", "a", "xay{" },
		{ "{?}{}{", "a", NULL },
		{ "{0}{a}{}}", "b", "{0}{a}b}" },
		{ "{1#}{}", "b", "{1#}b" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_word(cases[i].sign, cases[i].argument, NULL, cases[i].want ? cases[i].want : "sh|-c|{?}a{");
}
END_TEST

START_TEST(fill_numbers_of_lists)
{
	const char *words[] = { "echo", "{2}{1.}", "{}", "x{}" };
	const char *arguments[] = { "a.c", "b" };

	assert_filled(words, 4, arguments, 2, "echo|ba|a.c|b|xa.c b");
}
END_TEST

START_TEST(fill_line_for_shell_quotes_arguments)
{
	assert_word("echo {}", "it's $HOME", NULL, "sh|-c|echo 'it'\\''s $HOME'");
	assert_word("echo {}", "", NULL, "sh|-c|echo ''");
	assert_word("echo {} > {1}.out", "a", "b c", "sh|-c|echo a 'b c' > a.out");
	assert_word("wc -l <", "a\nb", NULL, "sh|-c|wc -l < 'a\nb'");
}
END_TEST

START_TEST(fill_without_words_takes_arguments_as_line)
{
	const char *arguments[] = { "echo 'a  b'; exit" };

	assert_filled(NULL, 0, arguments, 1, "sh|-c|echo 'a  b'; exit");
}
END_TEST

START_TEST(init_sign_of_missing_list_is_refused)
{
	const char *words[] = { "echo", "{2}" };
	struct jobtemplate template;
	struct fault fault;

	ck_assert(!init(&template, words, 2, 1, &fault));
	ck_assert_str_eq(fault.text, "{2}: each job has 1 argument");
	ck_assert(init(&template, words, 2, 2, &fault));
}
END_TEST

START_TEST(show_is_one_line_as_typed)
{
	const char *words[] = { "echo", "{}" };
	const char *line_words[] = { "echo {}; true" };
	const char *arguments[] = { "a\tb'" };
	struct buffer filled = { 0 };
	struct jobtemplate template;
	struct fault fault;
	char *shown;

	ck_assert(init(&template, words, 2, 1, &fault));
	jobtemplate_fill(&template, 1, arguments, 1, &filled);
	shown = jobtemplate_show(&template, &filled);
	ck_assert_str_eq(shown, "echo 'a b'\\'''");
	free(shown);
	filled.size = 0;
	ck_assert(init(&template, line_words, 1, 1, &fault));
	jobtemplate_fill(&template, 1, arguments, 1, &filled);
	shown = jobtemplate_show(&template, &filled);
	ck_assert_str_eq(shown, "echo 'a b'\\'''; true");
	free(shown);
	buffer_fini(&filled);
}
END_TEST

/* -- arguments ----------------------------------------------------------------------------------------------------- */

START_TEST(next_gives_all_combinations_the_last_fastest)
{
	static const char *const want[] = { "a1x", "a2x", "a3x", "b1x", "b2x", "b3x" };
	struct command command;
	struct jobinput input;
	struct jobspec spec;
	struct fault fault;
	struct line line;

	ck_assert(read_spec(&line, "c ::: a b ::: 1 2 3 ::: x", &command, &spec, &fault));
	jobinput_init(&input, &spec);
	ck_assert_uint_eq(jobinput_total(&input), 6);
	for (size_t i = 0; i < 6; i++) {
		char got[8] = "";

		ck_assert_int_eq(jobinput_next(&input), LINES_LINE);
		for (size_t k = 0; k < input.count; k++)
			strcat(got, input.arguments[k]);
		ck_assert_str_eq(got, want[i]);
	}
	ck_assert_int_eq(jobinput_next(&input), LINES_END);
	jobinput_fini(&input);
}
END_TEST

START_TEST(next_of_empty_list_is_the_end)
{
	struct command command;
	struct jobinput input;
	struct jobspec spec;
	struct fault fault;
	struct line line;

	ck_assert(read_spec(&line, "c ::: a b :::", &command, &spec, &fault));
	jobinput_init(&input, &spec);
	ck_assert_uint_eq(jobinput_total(&input), 0);
	ck_assert_int_eq(jobinput_next(&input), LINES_END);
	jobinput_fini(&input);
}
END_TEST

/* -- ends ---------------------------------------------------------------------------------------------------------- */

static struct jobend
end_of(enum concur_task_phase phase, struct concur_value value)
{
	struct concur_completed completed = { .phase = phase, .value = value, .status = CONCUR_TASK_TIMED_OUT };
	struct jobend end;

	jobend_read(&completed, &end);
	return end;
}

static void
assert_tells(const struct jobend *end, const char *want)
{
	char told[300];

	jobend_tell(end, told, sizeof told);
	ck_assert_str_eq(told, want);
}

START_TEST(end_with_exit_status)
{
	struct jobend end = end_of(CONCUR_PHASE_FINISHED,
	    CMAP(CV("exit_code"), CV(0), CV("stdout"), concur_data("ab", 2), CV("stderr"), concur_data("", 0),
		CV("host"), CV("here"), CV("began_ns"), CV(5), CV("ran_ns"), CV(6)));

	ck_assert(jobend_is_well(&end));
	ck_assert_mem_eq(end.output[0], "ab", 2);
	ck_assert_uint_eq(end.output_size[0], 2);
	ck_assert_uint_eq(end.output_size[1], 0);
	ck_assert_uint_eq(end.host_size, 4);
	ck_assert_int_eq(end.began_ns, 5);
	ck_assert_int_eq(end.ran_ns, 6);
	end = end_of(CONCUR_PHASE_FINISHED, CMAP(CV("exit_code"), CV(3)));
	ck_assert(!jobend_is_well(&end));
	assert_tells(&end, "exit status 3");
}
END_TEST

START_TEST(end_by_signal)
{
	struct jobend end = end_of(CONCUR_PHASE_FINISHED, CMAP(CV("signal"), CV(9)));

	ck_assert(end.how == JOBEND_KILLED && end.number == 9 && !jobend_is_well(&end));
	assert_tells(&end, "signal 9");
}
END_TEST

START_TEST(end_with_output_cut_off_has_failed)
{
	struct jobend end = end_of(CONCUR_PHASE_FINISHED,
	    CMAP(CV("exit_code"), CV(0), CV("stdout"), concur_data("ab", 2), CV("dropped"), CV(1)));

	ck_assert(end.how == JOBEND_FAILED && !jobend_is_well(&end));
	ck_assert_uint_eq(end.output_size[0], 0);
	assert_tells(&end, "it wrote 1 bytes more than the 16777216 that are kept of each output");
}
END_TEST

START_TEST(end_by_error_tells_it)
{
	struct jobend end = end_of(CONCUR_PHASE_FAILED, CMAP(CV("message"), CV("why"), CV("signal"), CV(11)));

	ck_assert(end.how == JOBEND_FAILED && end.number == 11);
	assert_tells(&end, "why");
	end = end_of(CONCUR_PHASE_FAILED, concur_null());
	assert_tells(&end, concur_strerror(CONCUR_TASK_TIMED_OUT));
	end = end_of(CONCUR_PHASE_CANCELLED, concur_null());
	ck_assert(end.how == JOBEND_CANCELLED);
	assert_tells(&end, "it was cancelled");
}
END_TEST

/* What a stranger's function gives is no job's result, and no success. */
START_TEST(end_with_strange_value_is_no_success)
{
	struct jobend end = end_of(CONCUR_PHASE_FINISHED, CV(0));

	ck_assert(!jobend_is_well(&end));
	end = end_of(CONCUR_PHASE_FINISHED, CMAP(CV("exit_code"), CV("0"), CV("stdout"), CV(1)));
	ck_assert(!jobend_is_well(&end));
	ck_assert_uint_eq(end.output_size[0], 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { read_options_in_front_of_command, read_nothing_is_lines_of_standard_input,
		read_short_jobs_and_end_of_options, read_halt_of_all_kinds, read_what_is_wrong_is_refused,
		fill_several_words_without_shell, fill_appends_where_no_sign_is, fill_parts_of_argument,
		fill_numbers_of_lists, fill_line_for_shell_quotes_arguments, fill_without_words_takes_arguments_as_line,
		init_sign_of_missing_list_is_refused, show_is_one_line_as_typed,
		next_gives_all_combinations_the_last_fastest, next_of_empty_list_is_the_end, end_with_exit_status,
		end_by_signal, end_with_output_cut_off_has_failed, end_by_error_tells_it,
		end_with_strange_value_is_no_success, NULL };

	return unit_run("cli_jobs", tests);
}
