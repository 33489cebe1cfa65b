/* The model of references. After whatever takes one away, all lists that can not be reached any more are forgotten. */
#include "tests/sim/web.h"

#include <string.h>

static bool
has_handle(const struct web_list *list)
{
	for (unsigned i = 0; i < WEB_CLIENTS; i++) {
		if (list->handles[i])
			return true;
	}
	return false;
}

static void
reach(struct web *web, unsigned number)
{
	struct web_list *list = &web->lists[number];

	if (list->is_reached)
		return;
	list->is_reached = true;
	for (size_t i = 0; i < list->count; i++)
		reach(web, list->items[i]);
}

static void
forget(struct web *web)
{
	for (unsigned i = 0; i < WEB_LISTS; i++)
		web->lists[i].is_reached = false;
	for (unsigned i = 0; i < WEB_LISTS; i++) {
		if (has_handle(&web->lists[i]))
			reach(web, i);
	}
	for (unsigned i = 0; i < WEB_LISTS; i++) {
		if (web->lists[i].is_reached)
			continue;
		web->gone = web->gone ? web->gone : web->lists[i].id;
		web->lists[i] = (struct web_list){ .id = 0 };
	}
}

unsigned
web_open(struct web *web, unsigned client)
{
	unsigned number = 0;

	while (number < WEB_LISTS && web->lists[number].is_there)
		number++;
	if (number < WEB_LISTS) {
		web->lists[number].is_there = true;
		web->lists[number].handles[client] = 1;
	}
	return number;
}

unsigned
web_draw(const struct web *web, struct random *random)
{
	unsigned number = (unsigned)random_below(random, WEB_LISTS);

	return web->lists[number].id ? number : WEB_LISTS;
}

unsigned
web_draw_handle(const struct web *web, struct random *random, unsigned client)
{
	unsigned number = web_draw(web, random);

	return number < WEB_LISTS && web->lists[number].handles[client] ? number : WEB_LISTS;
}

void
web_append(struct web *web, unsigned number, unsigned item, size_t times)
{
	struct web_list *list = &web->lists[number];

	while (times--)
		list->items[list->count++] = item;
}

unsigned
web_get(const struct web *web, unsigned list, size_t index)
{
	return web->lists[list].items[index];
}

void
web_remove(struct web *web, unsigned number, size_t index)
{
	struct web_list *list = &web->lists[number];

	list->count--;
	memmove(&list->items[index], &list->items[index + 1], (list->count - index) * sizeof *list->items);
	forget(web);
}

void
web_ref(struct web *web, unsigned list, unsigned client)
{
	web->lists[list].handles[client]++;
}

void
web_unref(struct web *web, unsigned list, unsigned client)
{
	web->lists[list].handles[client]--;
	forget(web);
}

void
web_client_end(struct web *web, unsigned client)
{
	for (unsigned i = 0; i < WEB_LISTS; i++)
		web->lists[i].handles[client] = 0;
	forget(web);
}
