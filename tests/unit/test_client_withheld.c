/* What a client tells of the replies that it has read: all, but for those that are withheld until their items are
 * decoded, and for what came behind these. */
#include "config.h"

#include "conn_pair.h"

/* How many replies the next frame says were read. */
static uint32_t
told_read(struct pair *pair)
{
	struct frame_request frame;
	struct call call;

	begin(pair, &call);
	ck_assert(peer_read(pair->peer, &frame));
	conn_forget(pair->conn, &call);
	return frame.replies_read;
}

/* Sends so many calls, of which those in the mask withhold their replies. */
static void
begin_all(struct pair *pair, struct call *calls, size_t count, unsigned mask)
{
	struct frame_request frame;

	for (size_t i = 0; i < count; i++) {
		begin(pair, &calls[i]);
		ck_assert(peer_read(pair->peer, &frame));
		calls[i].takes = calls[i].withholds = mask >> i & 1;
	}
}

START_TEST(reply_that_is_withheld_counts_as_read_when_it_is_forgotten)
{
	struct call calls[4];
	struct pair pair;

	pair_open(&pair);
	begin_all(&pair, calls, 4, 6);
	for (size_t i = 0; i < 4; i++)
		peer_answer(pair.peer, calls[i].node.key, 8);
	ck_assert_int_eq(conn_wait(pair.conn, &calls[3], CONCUR_FOREVER), CONCUR_OK);
	ck_assert_uint_eq(told_read(&pair), 1);
	conn_forget(pair.conn, &calls[2]);
	ck_assert_uint_eq(told_read(&pair), 1);
	conn_forget(pair.conn, &calls[1]);
	ck_assert_uint_eq(told_read(&pair), 4);
	pair_close(&pair);
}
END_TEST

/* Only what carries items is withheld. */
START_TEST(refusal_counts_as_read_at_once)
{
	struct frame_reply head = { .length = FRAME_REPLY - FRAME_LENGTH, .status = CONCUR_LIMIT };
	uint8_t bytes[FRAME_REPLY];
	struct call calls[2];
	struct pair pair;

	pair_open(&pair);
	begin_all(&pair, calls, 2, 1);
	head.call = calls[0].node.key;
	frame_reply_write(bytes, &head);
	ck_assert_int_eq(send(pair.peer, bytes, sizeof bytes, 0), sizeof bytes);
	peer_answer(pair.peer, calls[1].node.key, 8);
	ck_assert_int_eq(conn_wait(pair.conn, &calls[1], CONCUR_FOREVER), CONCUR_OK);
	ck_assert_uint_eq(told_read(&pair), 2);
	conn_forget(pair.conn, &calls[0]);
	ck_assert_uint_eq(told_read(&pair), 2);
	pair_close(&pair);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		reply_that_is_withheld_counts_as_read_when_it_is_forgotten,
		refusal_counts_as_read_at_once,
		NULL,
	};

	return unit_run("client_withheld", tests);
}
