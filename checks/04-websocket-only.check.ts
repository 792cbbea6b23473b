import { until } from "../workshop/stage/until.ts";
import { line } from "../workshop/trace/line.ts";
import { check } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import { fence, gather, textsOf } from "./support/crowd.ts";
import { askEveryWorker } from "./support/http.ts";
import { must } from "./support/must.ts";
import { readState, say, state, texts, twoOnDifferentWorkers } from "./support/room.ts";

const CLIENTS = 40;
/** Four for each worker. */
const CROWD = 16;

const onServer = { file: "server.ts", todo: "4.1" };
const onPage = { file: "public/client-options.js", todo: "4.2" };

check(
  "four workers, and none of them takes polling",
  { look: onServer, blocks: true },
  async ({ app, step, show }) => {
    const workers = await requireCluster(app, step);
    const answers = await askEveryWorker(app, workers, {});
    for (const [instance, { status, traced }] of answers) {
      must(status === 400 && traced.code === 0, {
        expected: 'each worker to refuse a polling request: 400 "Transport unknown"',
        seen:
          status === 200
            ? `worker ${instance} open a session by polling`
            : `worker ${instance} answer ${status} ${traced.message ?? ""}`.trim(),
        hint: "The options of the server name its transports. Those that they do not name are unknown.",
      });
    }
    show(...[...answers.values()].map(({ traced }) => traced));
  },
);

check(
  `${CLIENTS} of ${CLIENTS} clients connect at first try`,
  { look: onServer },
  async ({ app, step, clients, show }) => {
    const since = app.trace.requests.length;
    for (let client = 1; client <= CLIENTS; client += 1) {
      const attempt = await clients.tryOnce({ transports: ["websocket"] });
      must(attempt.connected, {
        expected: `${CLIENTS} of ${CLIENTS} clients to connect over WebSocket at first try`,
        seen: `client ${client} fail: ${attempt.connected ? "" : attempt.error}`,
        hint: "One connection cannot be torn apart: a WebSocket is one request, and has no sid before it.",
      });
    }
    const met = app.trace.requests.slice(since);
    const instances = new Set(met.map(({ worker }) => worker.instance));
    must(instances.size === step.workers, {
      expected: `them to be spread over ${step.workers} workers`,
      seen: `all on ${[...instances].map((instance) => `worker ${instance}`).join(", ")}`,
    });
    show(...met.slice(0, step.workers));
    show(`${CLIENTS} of ${CLIENTS} connected, with one request each`);
  },
);

check(
  "a page connects by WebSocket alone",
  { look: onPage, blocks: true },
  async ({ app, pages, show }) => {
    const since = app.trace.requests.length;
    const polled = () =>
      app.trace.requests.slice(since).find(({ transport }) => transport === "polling");
    const page = await pages.open();
    const seen = await until(
      () => readState(page),
      ({ state, transport }) =>
        polled() !== undefined || state === "disconnected" || transport === "websocket",
      {
        within: 8_000,
        otherwise: (last) => ({
          expected: "the page to connect over WebSocket",
          seen: `"${last?.words}"`,
        }),
      },
    );
    const request = polled();
    must(!request, {
      expected: "the page to connect over WebSocket without a polling request before",
      seen: request ? `its request:  ${line(request, app.trace)}` : "",
      hint: "A client begins with the first of its transports, and by default that is polling.",
    });
    must(seen.state !== "disconnected", {
      expected: "the page to connect over WebSocket",
      seen: `"${seen.words}"`,
    });
    await state(page, "connected", { transport: "websocket" });
    show(...app.trace.requests.slice(since, since + 1));
  },
);

check(
  "but a message reaches the clients of its own worker only",
  { look: onServer },
  async ({ clients, step, show }) => {
    const members = await gather(clients, CROWD, step.workers);
    const [sender] = members;
    if (!sender) throw new Error("unreachable: the crowd is not empty");
    await sender.say("who hears me?");
    await fence(members);

    const hearers = members.filter((member) => textsOf(member).includes("who hears me?"));
    const neighbours = members.filter(({ worker }) => worker.pid === sender.worker.pid);
    must(hearers.length === neighbours.length && neighbours.every((one) => hearers.includes(one)), {
      expected: `a message from worker ${sender.worker.instance} to reach its own ${neighbours.length} clients, and no others`,
      seen: `that ${hearers.length} of ${members.length} heard it`,
      hint: "In this step the workers know nothing of each other: io.emit, and no adapter.",
    });
    show(
      `${hearers.length} of ${members.length} clients heard it: those of worker ${sender.worker.instance}, a share of ${hearers.length / members.length}`,
    );
  },
);

check(
  "and two people in browsers do not hear each other",
  { look: onServer },
  async ({ pages, show }) => {
    const [ada, bob] = await twoOnDifferentWorkers(pages);
    await say(ada.page, "Does anybody hear me?");
    await texts(ada.page, ["Does anybody hear me?"]);
    await say(bob.page, "Is anybody here?");
    // What Ada said would stand before it.
    await texts(bob.page, ["Is anybody here?"]);
    await texts(ada.page, ["Does anybody hear me?"]);
    show(
      `the page on worker ${ada.instance} shows "Does anybody hear me?" and nothing else`,
      `the page on worker ${bob.instance} shows "Is anybody here?" and nothing else`,
    );
  },
);
