/* What simulated clients do with pipes. An end's id is known once the reply to New was read, by whoever reads it. */
#include "tests/sim/sim.h"

struct pipe_step {
	struct sim *sim;
	struct sim_client *client;
	unsigned end; /* drawn */
	int64_t wait_ns;
};

static struct sim_call *
send_on_end(struct pipe_step *step, const char *method, const void *request, enum model_role role)
{
	struct sim_call *sent = sim_send(step->sim, step->client, method, request);

	sent->model.object = step->end;
	sent->model.role = role;
	return sent;
}

static void
step_new(struct pipe_step *step)
{
	Concur__V1__PipeRequest request = CONCUR__V1__PIPE_REQUEST__INIT;
	struct sim *sim = step->sim;
	struct sim_call *sent;

	step->end &= ~1u;
	if (sim->is_modelled && !model_pipe_is_free(&sim->model, step->end / 2))
		return;
	request.duplex = random_once_in(&sim->random, 2);
	sim->ends[step->end] = sim->ends[step->end + 1] = 0;
	sent = send_on_end(step, "/concur.v1.Pipe/New", &request, MODEL_OTHER);
	if (sim->is_modelled)
		model_pipe_new(&sim->model, &sent->model, request.duplex);
}

static void
step_send(struct pipe_step *step)
{
	Concur__V1__SendRequest request = CONCUR__V1__SEND_REQUEST__INIT;
	struct sim *sim = step->sim;
	struct sim_call *sent;

	request.object = sim->ends[step->end];
	request.wait_ns = step->wait_ns;
	request.value = world_integer(&sim->world, ++sim->last_item);
	sent = send_on_end(step, "/concur.v1.Pipe/Send", &request, MODEL_SEND);
	sent->model.items[0] = sim->last_item;
	if (sim->is_modelled)
		model_pipe_send(&sim->model, &sent->model, step->wait_ns, sim->world.now_ns);
}

static void
step_wait(struct pipe_step *step, const char *method, enum model_role role,
    void (*model)(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns))
{
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;
	struct sim *sim = step->sim;
	struct sim_call *sent;

	request.object = sim->ends[step->end];
	request.wait_ns = step->wait_ns;
	sent = send_on_end(step, method, &request, role);
	if (sim->is_modelled)
		model(&sim->model, &sent->model, step->wait_ns, sim->world.now_ns);
}

static void
step_handle(struct pipe_step *step, const char *method, void (*model)(struct model *model, struct model_call *call))
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct sim_call *sent;

	request.object = step->sim->ends[step->end];
	sent = send_on_end(step, method, &request, MODEL_OTHER);
	if (step->sim->is_modelled)
		model(&step->sim->model, &sent->model);
}

void
sim_step_pipe(struct sim *sim, struct sim_client *client, int64_t wait_ns)
{
	struct pipe_step step = { sim, client, (unsigned)random_below(&sim->random, MODEL_ENDS), wait_ns };
	uint64_t drawn = random_below(&sim->random, 48);

	if (!sim->ends[step.end] || drawn == 0)
		step_new(&step);
	else if (drawn == 1)
		step_handle(&step, "/concur.v1.Pipe/Close", model_pipe_close);
	else if (drawn <= 6)
		step_handle(&step, "/concur.v1.Object/Ref", model_pipe_ref);
	else if (drawn <= 9)
		step_handle(&step, "/concur.v1.Object/Unref", model_pipe_unref);
	else if (drawn <= 15)
		step_wait(&step, "/concur.v1.Pipe/Poll", MODEL_POLL, model_pipe_poll);
	else if (drawn <= 29)
		step_wait(&step, "/concur.v1.Pipe/Recv", MODEL_RECV, model_pipe_recv);
	else
		step_send(&step);
}
