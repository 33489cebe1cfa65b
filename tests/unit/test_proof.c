/* Proofs: the MAC is the published one, and a proof is good for nothing but what it is made for. */
#include "lib/proof.h"

#include "tests/unit/hex.h"
#include "tests/unit/unit.h"

enum { MESSAGE_MAX = 256 };

static struct key
key_of(const char *text)
{
	struct key key;

	ck_assert_ptr_null(key_take(text, strlen(text), &key));
	return key;
}

/* RFC 4231, the test cases that are not cut short. */
START_TEST(mac_of_the_published_cases_is_as_published)
{
	static const struct {
		uint8_t key_byte, key_size, byte, size; /* a byte that is repeated; 0: the texts count */
		const char *key, *message, *mac;
	} rows[] = {
		{ 0x0b, 20, 0, 0, NULL, "Hi There",
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ 0, 0, 0, 0, "Jefe", "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ 0xaa, 20, 0xdd, 50, NULL, NULL, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
		{ 0, 0, 0xcd, 50,
		    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18"
		    "\x19",
		    NULL, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
		{ 0xaa, 131, 0, 0, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ 0xaa, 131, 0, 0, NULL,
		    "This is a test using a larger than block-size key and a larger than block-size data. The key "
		    "needs "
		    "to be hashed before being used by the HMAC algorithm.",
		    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t key[MESSAGE_MAX], message[MESSAGE_MAX], expected[PROOF_SIZE], mac[PROOF_SIZE];
		size_t key_size = rows[i].key ? strlen(rows[i].key) : rows[i].key_size;
		size_t size = rows[i].message ? strlen(rows[i].message) : rows[i].size;

		memset(key, rows[i].key_byte, sizeof key);
		memset(message, rows[i].byte, sizeof message);
		if (rows[i].key)
			memcpy(key, rows[i].key, key_size);
		if (rows[i].message)
			memcpy(message, rows[i].message, size);
		ck_assert_uint_eq(hex_read(rows[i].mac, expected, sizeof expected), PROOF_SIZE);
		ck_assert_int_eq(proof_mac(key, key_size, message, size, mac), CONCUR_OK);
		ck_assert_mem_eq(mac, expected, PROOF_SIZE);
	}
}
END_TEST

static struct proof_talk
some_talk(void)
{
	struct proof_talk talk = { .version = 1 };

	memset(talk.client_nonce, 0x11, sizeof talk.client_nonce);
	memset(talk.daemon_nonce, 0x22, sizeof talk.daemon_nonce);
	return talk;
}

START_TEST(check_of_a_sides_own_proof_holds)
{
	struct proof_talk talk = some_talk();
	struct key key = key_of("0123456789abcdef");
	uint8_t proof[PROOF_SIZE];

	for (enum proof_side side = PROOF_CLIENT; side <= PROOF_DAEMON; side++) {
		ck_assert_int_eq(proof_make(&key, &talk, side, proof), CONCUR_OK);
		ck_assert_int_eq(proof_check(&key, &talk, side, proof, PROOF_SIZE), CONCUR_OK);
	}
}
END_TEST

START_TEST(check_of_the_other_sides_proof_fails)
{
	struct proof_talk talk = some_talk();
	struct key key = key_of("0123456789abcdef");
	uint8_t proof[PROOF_SIZE];

	/* Not even with one nonce on both sides, as somebody would have it who throws our words back at us. */
	memcpy(talk.daemon_nonce, talk.client_nonce, PROOF_NONCE);
	ck_assert_int_eq(proof_make(&key, &talk, PROOF_CLIENT, proof), CONCUR_OK);
	ck_assert_int_eq(proof_check(&key, &talk, PROOF_DAEMON, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
	ck_assert_int_eq(proof_make(&key, &talk, PROOF_DAEMON, proof), CONCUR_OK);
	ck_assert_int_eq(proof_check(&key, &talk, PROOF_CLIENT, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
}
END_TEST

START_TEST(check_under_anything_else_fails)
{
	struct proof_talk talk = some_talk(), other;
	struct key key = key_of("0123456789abcdef"), longer = key_of("0123456789abcdef0");
	uint8_t proof[PROOF_SIZE];

	ck_assert_int_eq(proof_make(&key, &talk, PROOF_CLIENT, proof), CONCUR_OK);
	ck_assert_int_eq(proof_check(&longer, &talk, PROOF_CLIENT, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
	other = talk;
	other.version = 2;
	ck_assert_int_eq(proof_check(&key, &other, PROOF_CLIENT, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
	for (size_t i = 0; i < PROOF_NONCE; i++) {
		other = talk;
		other.client_nonce[i] ^= 1;
		ck_assert_int_eq(proof_check(&key, &other, PROOF_CLIENT, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
		other = talk;
		other.daemon_nonce[i] ^= 1;
		ck_assert_int_eq(proof_check(&key, &other, PROOF_CLIENT, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
	}
}
END_TEST

START_TEST(check_of_a_proof_that_is_not_whole_fails)
{
	struct proof_talk talk = some_talk();
	struct key key = key_of("0123456789abcdef");
	uint8_t proof[PROOF_SIZE + 1] = { 0 };

	ck_assert_int_eq(proof_make(&key, &talk, PROOF_CLIENT, proof), CONCUR_OK);
	ck_assert_int_eq(proof_check(&key, &talk, PROOF_CLIENT, NULL, 0), CONCUR_AUTHENTICATION);
	ck_assert_int_eq(proof_check(&key, &talk, PROOF_CLIENT, proof, PROOF_SIZE - 1), CONCUR_AUTHENTICATION);
	ck_assert_int_eq(proof_check(&key, &talk, PROOF_CLIENT, proof, PROOF_SIZE + 1), CONCUR_AUTHENTICATION);
	for (unsigned bit = 0; bit < 8 * PROOF_SIZE; bit++) {
		proof[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(proof_check(&key, &talk, PROOF_CLIENT, proof, PROOF_SIZE), CONCUR_AUTHENTICATION);
		proof[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		mac_of_the_published_cases_is_as_published,
		check_of_a_sides_own_proof_holds,
		check_of_the_other_sides_proof_fails,
		check_under_anything_else_fails,
		check_of_a_proof_that_is_not_whole_fails,
		NULL,
	};

	return unit_run("proof", tests);
}
