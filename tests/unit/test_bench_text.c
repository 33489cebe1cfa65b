/* The bench's text protocols, Redis's and beanstalkd's: the bytes they send and how they take replies, cut anywhere. */
#include "config.h"

#include "tests/bench/work.h"
#include "tests/unit/unit.h"

#include <string.h>

static const struct options defaults = {
	.name = "bench",
	.connections = 1,
	.depth = 2,
	.size = 5,
	.keys = 10,
	.seed = 1,
};

/* A connection that no socket belongs to. */
static void
set_up(struct conn *conn, const struct peer *peer, const char *work)
{
	*conn = (struct conn){ .fd = -1, .options = &defaults, .depth = defaults.depth };
	conn->work = work_find(peer, work);
	ck_assert_int_eq(conn->work->prepare(conn), 0);
	conn_begin(conn, UINT64_MAX, 0);
}

/* What conn_send would do, but for the sending. */
static size_t
fill(struct conn *conn, size_t max)
{
	size_t calls = conn->work->fill(conn, max);

	conn->sent += calls;
	conn->calls_ever += calls;
	return calls;
}

static void
assert_out(const struct conn *conn, const char *expected)
{
	ck_assert_uint_eq(conn->out_size, strlen(expected));
	ck_assert_mem_eq(conn->out, expected, conn->out_size);
}

/* The reply is not taken until its last byte is there, and then whole, whatever follows. */
static void
take(struct conn *conn, const char *reply)
{
	size_t size = strlen(reply);
	uint8_t bytes[256];

	memcpy(bytes, reply, size);
	memcpy(bytes + size, "+more\r\n", 7);
	for (size_t cut = 1; cut < size; cut++)
		ck_assert_int_eq(conn->work->take(conn, bytes, cut), 0);
	ck_assert_int_eq(conn->work->take(conn, bytes, size + 7), (ssize_t)size);
	conn->answered++;
	conn->replies_ever++;
}

START_TEST(redis_mixed_sends_get_then_set_and_checks_replies)
{
	struct conn conn;

	set_up(&conn, &peer_redis, "dict-mixed");
	ck_assert_uint_eq(fill(&conn, 2), 2);
	ck_assert_uint_eq(conn.out_size,
	    strlen("*3\r\n$4\r\nHGET\r\n$5\r\nbench\r\n$16\r\nkey:000000000000\r\n"
		   "*4\r\n$4\r\nHSET\r\n$5\r\nbench\r\n$16\r\nkey:000000000000\r\n"
		   "$5\r\nvvvvv\r\n"));
	ck_assert_ptr_nonnull(memmem(conn.out, conn.out_size, "\r\n$5\r\nvvvvv\r\n", 13));
	take(&conn, "$5\r\nvvvvv\r\n");
	take(&conn, ":0\r\n");
	ck_assert_uint_eq(conn.errors, 0);
	conn_close(&conn);
}
END_TEST

START_TEST(redis_insert_sends_keys_in_order)
{
	struct conn conn;

	set_up(&conn, &peer_redis, "dict-insert");
	conn_begin(&conn, UINT64_MAX, 41);
	ck_assert_uint_eq(fill(&conn, 2), 2);
	assert_out(&conn,
	    "*4\r\n$4\r\nHSET\r\n$5\r\nbench\r\n$16\r\nkey:000000000041\r\n$5\r\nvvvvv\r\n"
	    "*4\r\n$4\r\nHSET\r\n$5\r\nbench\r\n$16\r\nkey:000000000042\r\n$5\r\nvvvvv\r\n");
	conn_close(&conn);
}
END_TEST

START_TEST(redis_take_of_wrong_replies_counts_errors)
{
	struct conn conn;

	set_up(&conn, &peer_redis, "dict-get");
	fill(&conn, 2);
	take(&conn, "$-1\r\n");
	ck_assert_uint_eq(conn.errors, 1);
	take(&conn, "$4\r\nvvvv\r\n");
	ck_assert_uint_eq(conn.errors, 2);
	take(&conn, "-ERR no\r\n");
	ck_assert_uint_eq(conn.errors, 3);
	ck_assert_int_lt(conn.work->take(&conn, (const uint8_t *)"$x\r\n", 4), 0);
	conn_close(&conn);
}
END_TEST

START_TEST(redis_quota_of_operations_ends_the_sending)
{
	struct conn conn;

	set_up(&conn, &peer_redis, "queue");
	conn_begin(&conn, 3, 0);
	ck_assert_uint_eq(fill(&conn, 2), 2);
	ck_assert_uint_eq(fill(&conn, 2), 2);
	ck_assert_uint_eq(fill(&conn, 2), 2);
	ck_assert_uint_eq(fill(&conn, 2), 0);
	conn_close(&conn);
}
END_TEST

START_TEST(redis_stop_within_an_operation_finishes_it)
{
	struct conn conn;

	set_up(&conn, &peer_redis, "queue");
	ck_assert_uint_eq(fill(&conn, 1), 1);
	conn.stopping = true;
	ck_assert(!conn_is_done(&conn));
	ck_assert_uint_eq(fill(&conn, 2), 1);
	assert_out(&conn, "*2\r\n$4\r\nRPOP\r\n$5\r\nbench\r\n");
	ck_assert_uint_eq(fill(&conn, 2), 0);
	take(&conn, ":1\r\n");
	take(&conn, "$5\r\nvvvvv\r\n");
	ck_assert(conn_is_done(&conn));
	conn_close(&conn);
}
END_TEST

START_TEST(beanstalkd_job_is_put_reserved_and_deleted_by_number)
{
	struct conn conn;

	set_up(&conn, &peer_beanstalkd, "queue");
	conn_begin(&conn, 1, 0);
	ck_assert_uint_eq(fill(&conn, 2), 2);
	assert_out(&conn, "put 0 0 60 5\r\nvvvvv\r\nreserve\r\n");
	ck_assert_uint_eq(fill(&conn, 2), 0);
	take(&conn, "INSERTED 77\r\n");
	take(&conn, "RESERVED 4711 5\r\nvvvvv\r\n");
	ck_assert(!conn_is_done(&conn));
	ck_assert_uint_eq(fill(&conn, 2), 1);
	assert_out(&conn, "delete 4711\r\n");
	take(&conn, "DELETED\r\n");
	ck_assert(conn_is_done(&conn));
	ck_assert_uint_eq(conn.errors, 0);
	conn_close(&conn);
}
END_TEST

START_TEST(beanstalkd_take_of_wrong_replies_is_an_error)
{
	struct conn conn;

	set_up(&conn, &peer_beanstalkd, "queue");
	fill(&conn, 2);
	take(&conn, "DRAINING\r\n");
	ck_assert_uint_eq(conn.errors, 1);
	ck_assert_int_lt(conn.work->take(&conn, (const uint8_t *)"TIMED_OUT\r\n", 11), 0);
	ck_assert_int_lt(conn.work->take(&conn, (const uint8_t *)"RESERVED 1\r\n", 12), 0);
	take(&conn, "RESERVED 9 3\r\nvvv\r\n");
	ck_assert_uint_eq(conn.errors, 2);
	conn_close(&conn);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		redis_mixed_sends_get_then_set_and_checks_replies,
		redis_insert_sends_keys_in_order,
		redis_take_of_wrong_replies_counts_errors,
		redis_quota_of_operations_ends_the_sending,
		redis_stop_within_an_operation_finishes_it,
		beanstalkd_job_is_put_reserved_and_deleted_by_number,
		beanstalkd_take_of_wrong_replies_is_an_error,
		NULL,
	};

	return unit_run("bench_text", tests);
}
