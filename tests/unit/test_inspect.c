/* Inspection: what the daemon tells of objects, holders, waiters and sessions, page by page, while they change. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

#include "daemon/core/object.h"

#include <stdio.h>

enum { CLIENTS = 4, WAITERS = 12 };

struct bench {
	struct world world;
	struct world_client *clients[CLIENTS];
	uint64_t lock, queue;
};

static void
bench_init(struct bench *bench, uint64_t page_entries)
{
	struct limits limits = world_limits();

	if (page_entries)
		limits.page_entries = page_entries;
	world_init(&bench->world, &limits);
	for (int i = 0; i < CLIENTS; i++)
		bench->clients[i] = world_join(&bench->world);
	bench->lock = world_open(bench->clients[0], CONCUR__V1__KIND__KIND_LOCK, "lock");
	bench->queue = world_open(bench->clients[0], CONCUR__V1__KIND__KIND_QUEUE, "queue");
}

static void
bench_fini(struct bench *bench)
{
	world_fini(&bench->world);
}

static void
acquire(struct bench *bench, int client, uint64_t context, int64_t wait_ns)
{
	bench->clients[client]->context = context;
	world_wait(bench->clients[client], "/concur.v1.Lock/Acquire", bench->lock, wait_ns);
	bench->clients[client]->context = 1;
}

static const void *
answer(const struct world_call *call)
{
	ck_assert(call->answered);
	ck_assert_int_eq(call->status, CONCUR_OK);
	return call->message;
}

static void
ck_assert_text(ProtobufCBinaryData bytes, const char *text)
{
	const char *data = bytes.len ? (const char *)bytes.data : "";

	ck_assert_msg(bytes.len == strlen(text) && memcmp(data, text, bytes.len) == 0, "'%.*s', not '%s'",
	    (int)bytes.len, data, text);
}

/* -- objects ----------------------------------------------------------------------------------------------------- */

START_TEST(info_of_held_lock_tells_holder_details_and_ages)
{
	const Concur__V1__ObjectInfo *info;
	struct bench bench;

	bench_init(&bench, 0);
	world_turn(&bench.world, WORLD_SECOND);
	acquire(&bench, 1, 7, 0);
	world_turn(&bench.world, 2 * WORLD_SECOND);
	info = answer(world_ask(bench.clients[0], "/concur.v1.Object/Info", bench.lock));
	ck_assert_text(info->name, "lock");
	ck_assert_uint_eq(info->age_ns, 3 * WORLD_SECOND);
	ck_assert_uint_eq(info->n_holders, 1);
	ck_assert(!info->more_holders);
	ck_assert_uint_eq(info->holders[0]->session, bench.clients[1]->session);
	ck_assert_uint_eq(info->holders[0]->process, 102);
	ck_assert_uint_eq(info->holders[0]->context, 7);
	ck_assert_uint_gt(info->holders[0]->token, 0);
	ck_assert_uint_eq(info->holders[0]->age_ns, 2 * WORLD_SECOND);
	ck_assert_text(info->holders[0]->how, "exclusive");
	ck_assert(info->holders[0]->local);
	ck_assert_uint_eq(info->n_details, 5);
	ck_assert_text(info->details[0]->name, "strict");
	ck_assert_int_eq(info->details[0]->number, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(info_of_lock_whose_holder_said_goodbye_tells_that_it_is_not_local)
{
	const Concur__V1__HoldersReply *holders;
	struct bench bench;

	bench_init(&bench, 0);
	acquire(&bench, 1, 1, 0);
	answer(world_call(bench.clients[1], "/concur.v1.Session/Goodbye", NULL));
	holders = answer(world_ask(bench.clients[0], "/concur.v1.Object/Holders", bench.lock));
	ck_assert_uint_eq(holders->n_holders, 1);
	ck_assert_uint_eq(holders->holders[0]->process, 102);
	ck_assert(!holders->holders[0]->local);
	ck_assert_uint_eq(holders->cursor, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(holders_of_what_nobody_holds_are_none)
{
	const Concur__V1__HoldersReply *holders;
	struct bench bench;

	bench_init(&bench, 0);
	holders = answer(world_ask(bench.clients[0], "/concur.v1.Object/Holders", bench.lock));
	ck_assert_uint_eq(holders->n_holders, 0);
	holders = answer(world_ask(bench.clients[0], "/concur.v1.Object/Holders", bench.queue));
	ck_assert_uint_eq(holders->n_holders, 0);
	bench_fini(&bench);
}
END_TEST

/* Lists everything by pages of `count`, removing what `gone` says after the first page; how often each of the ids
 * came. */
static unsigned
list_all(struct bench *bench, uint32_t count, const uint64_t *ids, size_t id_count, uint64_t gone, unsigned *ret_seen)
{
	Concur__V1__ListRequest request = CONCUR__V1__LIST_REQUEST__INIT;
	const Concur__V1__ListReply *reply;
	unsigned pages = 0;

	request.count = count;
	request.all = true;
	do {
		reply = answer(world_call(bench->clients[0], "/concur.v1.Manager/List", &request.base));
		ck_assert_uint_le(reply->n_objects, count);
		for (size_t i = 0; i < reply->n_objects; i++) {
			for (size_t k = 0; k < id_count; k++)
				ret_seen[k] += reply->objects[i]->object == ids[k];
		}
		if (pages++ == 0 && gone)
			answer(world_ask(bench->clients[0], "/concur.v1.Object/Unref", gone));
		request.cursor = reply->cursor;
	} while (request.cursor);
	return pages;
}

START_TEST(list_of_all_objects_gives_those_without_a_name_once_each_while_others_go)
{
	enum { OBJECTS = 60 };
	unsigned seen[OBJECTS] = { 0 };
	uint64_t ids[OBJECTS];
	struct bench bench;

	bench_init(&bench, 0);
	for (int i = 0; i < OBJECTS; i++)
		ids[i] = world_open(bench.clients[0], CONCUR__V1__KIND__KIND_LIST, NULL);
	ck_assert_uint_ge(list_all(&bench, 7, ids, OBJECTS, ids[11], seen), OBJECTS / 7);
	for (int i = 0; i < OBJECTS; i++)
		ck_assert_msg(seen[i] == 1 || (i == 11 && seen[i] == 0), "object %d came %u times", i, seen[i]);
	bench_fini(&bench);
}
END_TEST

START_TEST(list_of_one_kind_ends_though_its_last_page_is_empty)
{
	Concur__V1__ListRequest request = CONCUR__V1__LIST_REQUEST__INIT;
	const Concur__V1__ListReply *reply;
	struct bench bench;
	size_t found = 0, pages = 0;

	bench_init(&bench, 0);
	for (int i = 0; i < 20; i++)
		world_open(bench.clients[0], CONCUR__V1__KIND__KIND_LIST, NULL);
	request.kind = CONCUR__V1__KIND__KIND_QUEUE;
	request.count = 2;
	request.all = true;
	do {
		reply = answer(world_call(bench.clients[0], "/concur.v1.Manager/List", &request.base));
		found += reply->n_objects;
		request.cursor = reply->cursor;
		ck_assert_uint_lt(++pages, 100);
	} while (request.cursor);
	ck_assert_uint_eq(found, 1);
	bench_fini(&bench);
}
END_TEST

/* -- waiters ----------------------------------------------------------------------------------------------------- */

static const Concur__V1__WaitersReply *
waiters(struct bench *bench, uint64_t object, uint32_t count, const Concur__V1__WaitersReply *before)
{
	Concur__V1__WaitersRequest request = CONCUR__V1__WAITERS_REQUEST__INIT;

	request.object = object;
	request.count = count;
	if (before) {
		request.from_session = before->from_session;
		request.from_call = before->from_call;
		request.from_number = before->from_number;
	}
	return answer(world_call(bench->clients[0], "/concur.v1.Object/Waiters", &request.base));
}

START_TEST(waiters_tell_who_waits_for_what_since_when_and_how_long_yet)
{
	const Concur__V1__WaitersReply *reply;
	struct bench bench;

	bench_init(&bench, 0);
	world_wait(bench.clients[1], "/concur.v1.Queue/Get", bench.queue, -1);
	world_turn(&bench.world, WORLD_SECOND);
	bench.clients[2]->context = 9;
	bench.clients[2]->flags = FRAME_BLOCKED;
	world_wait(bench.clients[2], "/concur.v1.Queue/Get", bench.queue, 5 * (int64_t)WORLD_SECOND);
	world_turn(&bench.world, 2 * WORLD_SECOND);
	reply = waiters(&bench, bench.queue, 0, NULL);
	ck_assert_uint_eq(reply->n_waiters, 2);
	ck_assert_uint_eq(reply->from_number, 0);
	ck_assert_uint_eq(reply->waiters[0]->session, bench.clients[1]->session);
	ck_assert_uint_eq(reply->waiters[0]->process, 102);
	ck_assert_uint_eq(reply->waiters[0]->context, 1);
	ck_assert_uint_eq(reply->waiters[0]->call, bench.clients[1]->last_call);
	ck_assert_uint_eq(reply->waiters[0]->age_ns, 3 * WORLD_SECOND);
	ck_assert_int_eq(reply->waiters[0]->left_ns, -1);
	ck_assert(!reply->waiters[0]->blocked);
	ck_assert(reply->waiters[0]->local);
	ck_assert_uint_eq(reply->waiters[1]->context, 9);
	ck_assert_int_eq(reply->waiters[1]->left_ns, 3 * (int64_t)WORLD_SECOND);
	ck_assert(reply->waiters[1]->blocked);
	bench_fini(&bench);
}
END_TEST

/* A lock that client 0 holds, and on which WAITERS contexts wait: number i is context 100 + i of client 1 + i % 3. */
static void
bench_wait(struct bench *bench)
{
	acquire(bench, 0, 1, 0);
	for (int i = 0; i < WAITERS; i++)
		acquire(bench, 1 + i % 3, (uint64_t)(100 + i), -1);
}

/* "0 1 2": the numbers of the waiters on the page. */
static const char *
numbers(const Concur__V1__WaitersReply *reply, char *text, size_t room)
{
	int used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < reply->n_waiters; i++) {
		const Concur__V1__WaiterInfo *waiter = reply->waiters[i];

		ck_assert_text(waiter->role, "acquire");
		used += snprintf(text + used, room - (size_t)used, "%s%d", i ? " " : "", (int)waiter->context - 100);
	}
	return text;
}

#define ck_assert_page(reply, expected) ck_assert_str_eq(numbers(reply, (char[128]){ 0 }, 128), expected)

START_TEST(waiters_come_in_order_of_arrival_over_pages)
{
	const Concur__V1__WaitersReply *page;
	struct bench bench;

	bench_init(&bench, 0);
	bench_wait(&bench);
	page = waiters(&bench, bench.lock, 5, NULL);
	ck_assert_page(page, "0 1 2 3 4");
	page = waiters(&bench, bench.lock, 5, page);
	ck_assert_page(page, "5 6 7 8 9");
	page = waiters(&bench, bench.lock, 5, page);
	ck_assert_page(page, "10 11");
	ck_assert_uint_eq(page->from_number, 0);
	page = waiters(&bench, bench.lock, WAITERS, NULL);
	ck_assert_uint_eq(page->n_waiters, WAITERS);
	ck_assert_uint_eq(page->from_number, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(waiters_behind_one_that_has_gone_are_those_that_came_later)
{
	const Concur__V1__WaitersReply *page;
	struct bench bench;

	bench_init(&bench, 0);
	bench_wait(&bench);
	page = waiters(&bench, bench.lock, 3, NULL);
	ck_assert_page(page, "0 1 2");
	/* Client 3 has 2, 5, 8 and 11. */
	world_end(bench.clients[3], SERVER_PEER_DIED);
	world_turn(&bench.world, 0);
	page = waiters(&bench, bench.lock, 3, page);
	ck_assert_page(page, "3 4 6");
	bench_fini(&bench);
}
END_TEST

START_TEST(waiters_behind_one_that_has_gone_are_found_in_bounded_steps)
{
	const Concur__V1__WaitersReply *page;
	struct bench bench;

	bench_init(&bench, 2);
	bench_wait(&bench);
	page = waiters(&bench, bench.lock, 0, waiters(&bench, bench.lock, 0, NULL));
	page = waiters(&bench, bench.lock, 0, page);
	ck_assert_page(page, "4 5");
	world_end(bench.clients[3], SERVER_PEER_DIED); /* 2, 5, 8 and 11 */
	world_turn(&bench.world, 0);
	page = waiters(&bench, bench.lock, 0, page); /* looks at 0 and 1 */
	ck_assert_page(page, "");
	ck_assert_uint_ne(page->from_number, 0);
	page = waiters(&bench, bench.lock, 0, page);
	ck_assert_page(page, "3 4");
	page = waiters(&bench, bench.lock, 0, page);
	ck_assert_page(page, "6 7");
	bench_fini(&bench);
}
END_TEST

START_TEST(waiters_of_a_mark_on_another_object_begin_with_those_that_came_later)
{
	const Concur__V1__WaitersReply *page;
	struct bench bench;

	bench_init(&bench, 0);
	world_wait(bench.clients[1], "/concur.v1.Queue/Get", bench.queue, -1);
	world_wait(bench.clients[2], "/concur.v1.Queue/Get", bench.queue, -1);
	page = waiters(&bench, bench.queue, 1, NULL);
	bench_wait(&bench);
	page = waiters(&bench, bench.lock, 2, page);
	ck_assert_page(page, "0 1");
	bench_fini(&bench);
}
END_TEST

START_TEST(waiters_that_were_notified_wait_on_the_lock)
{
	Concur__V1__OpenRequest open = CONCUR__V1__OPEN_REQUEST__INIT;
	Concur__V1__CountRequest notify = CONCUR__V1__COUNT_REQUEST__INIT;
	const Concur__V1__WaitersReply *reply;
	uint64_t condition;
	struct bench bench;

	bench_init(&bench, 0);
	open.kind = CONCUR__V1__KIND__KIND_CONDITION;
	open.lock = bench.lock;
	condition = world_open_with(bench.clients[0], &open);
	acquire(&bench, 1, 1, 0);
	world_wait(bench.clients[1], "/concur.v1.Condition/Wait", condition, -1);
	acquire(&bench, 2, 1, 0);
	acquire(&bench, 3, 103, -1);
	reply = waiters(&bench, condition, 0, NULL);
	ck_assert_uint_eq(reply->n_waiters, 1);
	ck_assert_text(reply->waiters[0]->role, "wait");
	notify.object = condition;
	notify.count = 1;
	answer(world_call(bench.clients[2], "/concur.v1.Condition/Notify", &notify.base));
	ck_assert_uint_eq(waiters(&bench, condition, 0, NULL)->n_waiters, 0);
	reply = waiters(&bench, bench.lock, 0, NULL);
	ck_assert_uint_eq(reply->n_waiters, 2);
	ck_assert_uint_eq(reply->waiters[0]->context, 103);
	ck_assert_uint_eq(reply->waiters[1]->session, bench.clients[1]->session);
	/* The condition goes while the one that it woke still waits, and then that one. */
	answer(world_ask(bench.clients[0], "/concur.v1.Object/Unref", condition));
	world_settle(&bench.world);
	world_end(bench.clients[1], SERVER_PEER_DIED);
	world_turn(&bench.world, 0);
	ck_assert_uint_eq(waiters(&bench, bench.lock, 0, NULL)->n_waiters, 1);
	bench_fini(&bench);
}
END_TEST

/* -- items ------------------------------------------------------------------------------------------------------- */

/* The queue's next item, peeked; -1: it is empty. */
static int64_t
peek(struct bench *bench, uint64_t queue)
{
	const Concur__V1__ValueReply *reply = answer(world_ask(bench->clients[0], "/concur.v1.Queue/Peek", queue));

	return reply->outcome == CONCUR__V1__OUTCOME__EMPTY ? -1 : world_number(&reply->value);
}

START_TEST(peek_gives_what_a_get_would_take_in_any_order)
{
	static const int64_t expected[] = { [QUEUE_FIFO] = 5, [QUEUE_LIFO] = 7, [QUEUE_PRIORITY] = 3 };
	static const int64_t items[] = { 5, 3, 7 };
	struct bench bench;

	bench_init(&bench, 0);
	for (int order = QUEUE_FIFO; order <= QUEUE_PRIORITY; order++) {
		Concur__V1__OpenRequest open = CONCUR__V1__OPEN_REQUEST__INIT;
		const Concur__V1__ValueReply *got;
		uint64_t queue;

		open.kind = CONCUR__V1__KIND__KIND_QUEUE;
		open.order = (Concur__V1__QueueOrder)order;
		queue = world_open_with(bench.clients[0], &open);
		ck_assert_int_eq(peek(&bench, queue), -1);
		for (int i = 0; i < 3; i++) {
			Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;

			put.object = queue;
			put.value = world_integer(&bench.world, items[i]);
			answer(world_call(bench.clients[0], "/concur.v1.Queue/Put", &put.base));
		}
		ck_assert_int_eq(peek(&bench, queue), expected[order]);
		ck_assert_int_eq(peek(&bench, queue), expected[order]);
		got = answer(world_wait(bench.clients[0], "/concur.v1.Queue/Get", queue, 0));
		ck_assert_int_eq(world_number(&got->value), expected[order]);
	}
	bench_fini(&bench);
}
END_TEST

/* -- sessions ---------------------------------------------------------------------------------------------------- */

static const Concur__V1__SessionsReply *
sessions(struct bench *bench, uint64_t cursor, uint32_t count, uint64_t refers_to)
{
	Concur__V1__SessionsRequest request = CONCUR__V1__SESSIONS_REQUEST__INIT;

	request.cursor = cursor;
	request.count = count;
	request.refers_to = refers_to;
	return answer(world_call(bench->clients[0], "/concur.v1.Manager/Sessions", &request.base));
}

static const Concur__V1__SessionInfo *
session_of(const Concur__V1__SessionsReply *reply, const struct world_client *client)
{
	for (size_t i = 0; i < reply->n_sessions; i++) {
		if (reply->sessions[i]->session == client->session)
			return reply->sessions[i];
	}
	return NULL;
}

START_TEST(sessions_tell_what_each_waits_for_holds_and_refers_to)
{
	const Concur__V1__SessionsReply *reply;
	const Concur__V1__SessionInfo *info;
	struct bench bench;

	bench_init(&bench, 0);
	acquire(&bench, 0, 1, 0);
	acquire(&bench, 1, 1, -1);
	acquire(&bench, 1, 2, -1);
	world_turn(&bench.world, WORLD_SECOND);
	reply = sessions(&bench, 0, 0, 0);
	ck_assert_uint_eq(reply->n_sessions, CLIENTS);
	info = session_of(reply, bench.clients[0]);
	ck_assert_uint_eq(info->process, 101);
	ck_assert_uint_eq(info->age_ns, WORLD_SECOND);
	ck_assert_uint_eq(info->waiting, 0);
	ck_assert_uint_eq(info->holding, 1);
	ck_assert_uint_eq(info->objects, 2);
	ck_assert(info->local && info->self);
	info = session_of(reply, bench.clients[1]);
	ck_assert_uint_eq(info->waiting, 2);
	ck_assert_uint_eq(info->holding, 0);
	ck_assert_uint_eq(info->objects, 0);
	ck_assert(!info->self);
	bench_fini(&bench);
}
END_TEST

START_TEST(sessions_that_refer_to_an_object_are_those_with_handles_on_it)
{
	const Concur__V1__SessionsReply *reply;
	struct bench bench;

	bench_init(&bench, 0);
	world_open(bench.clients[2], CONCUR__V1__KIND__KIND_LOCK, "lock");
	world_open(bench.clients[2], CONCUR__V1__KIND__KIND_LOCK, "lock");
	reply = sessions(&bench, 0, 0, bench.lock);
	ck_assert_uint_eq(reply->n_sessions, 2);
	ck_assert_uint_eq(session_of(reply, bench.clients[0])->handles, 1);
	ck_assert_uint_eq(session_of(reply, bench.clients[2])->handles, 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(sessions_come_once_each_over_pages)
{
	const Concur__V1__SessionsReply *reply;
	unsigned seen[CLIENTS] = { 0 };
	struct bench bench;
	uint64_t cursor = 0;

	bench_init(&bench, 0);
	do {
		reply = sessions(&bench, cursor, 1, 0);
		for (int i = 0; i < CLIENTS; i++)
			seen[i] += session_of(reply, bench.clients[i]) != NULL;
		cursor = reply->cursor;
	} while (cursor);
	for (int i = 0; i < CLIENTS; i++)
		ck_assert_uint_eq(seen[i], 1);
	bench_fini(&bench);
}
END_TEST

/* How a client that said Hello by this name is told of. */
static ProtobufCBinaryData
told_name(struct bench *bench, ProtobufCBinaryData name)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world_client *client = world_connect(&bench->world);
	const Concur__V1__HelloReply *reply;

	hello.version = 1;
	hello.client = name;
	reply = answer(world_call(client, "/concur.v1.Session/Hello", &hello.base));
	client->session = reply->session;
	return session_of(sessions(bench, 0, 0, 0), client)->client;
}

START_TEST(sessions_tell_names_of_clients_cut_between_characters)
{
	struct bench bench;
	char name[81], expected[65];

	bench_init(&bench, 0);
	ck_assert_text(told_name(&bench, world_bytes("a program")), "a program");
	ck_assert_text(told_name(&bench, world_bytes("")), "");
	ck_assert_text(told_name(&bench, world_bytes("\xff\xfe")), "");
	memset(name, 'n', sizeof name - 1);
	name[80] = '\0';
	memset(expected, 'n', 64);
	expected[64] = '\0';
	ck_assert_text(told_name(&bench, world_bytes(name)), expected);
	memcpy(name + 63, "\xc3\xa9", 2); /* one character in bytes 63 and 64 */
	expected[63] = '\0';
	ck_assert_text(told_name(&bench, world_bytes(name)), expected);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		info_of_held_lock_tells_holder_details_and_ages,
		info_of_lock_whose_holder_said_goodbye_tells_that_it_is_not_local,
		holders_of_what_nobody_holds_are_none,
		list_of_all_objects_gives_those_without_a_name_once_each_while_others_go,
		list_of_one_kind_ends_though_its_last_page_is_empty,
		waiters_tell_who_waits_for_what_since_when_and_how_long_yet,
		waiters_come_in_order_of_arrival_over_pages,
		waiters_behind_one_that_has_gone_are_those_that_came_later,
		waiters_behind_one_that_has_gone_are_found_in_bounded_steps,
		waiters_of_a_mark_on_another_object_begin_with_those_that_came_later,
		waiters_that_were_notified_wait_on_the_lock,
		peek_gives_what_a_get_would_take_in_any_order,
		sessions_tell_what_each_waits_for_holds_and_refers_to,
		sessions_that_refer_to_an_object_are_those_with_handles_on_it,
		sessions_come_once_each_over_pages,
		sessions_tell_names_of_clients_cut_between_characters,
		NULL,
	};

	return unit_run("inspect", tests);
}
