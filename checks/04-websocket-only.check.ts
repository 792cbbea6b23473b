import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { SERVER } from "../workshop/catalog.ts";
import { eventually, until } from "../workshop/stage/until.ts";
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
/** How long a worker may take to report a request, in ms; measured: 5. */
const TRACED_WITHIN = 500;

const onServer = { file: "server.ts", todo: "4.1" };
const onPage = { file: "public/client-options.js", todo: "4.2" };
/** None of the TODOs: what a worker does with a message is as it was. */
const onRoom = {
  look: { file: SERVER },
  hint: "In this step a worker sends what is said to all clients that it knows: io.emit, and no adapter.",
};

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
        hint:
          status === 200
            ? 'A server takes whatever its option "transports" lists, in any order; by default polling and WebSocket. Options of other names, and what the clients are told, change nothing of that.'
            : 'Something turns this request away, but the server takes polling. Its option "transports" says what it takes at all.',
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
      if (attempt.connected) continue;
      const refusal = await eventually(
        () => app.trace.requests.slice(since).find(({ status }) => status >= 400),
        (found) => found !== undefined,
        TRACED_WITHIN,
      );
      must(false, {
        expected: `${CLIENTS} of ${CLIENTS} clients to connect over WebSocket at first try`,
        seen: `client ${client} fail: ${attempt.error}${refusal ? `;  ${line(refusal, app.trace)}` : ""}`,
        hint:
          refusal?.message === "Transport unknown"
            ? 'The server does not take WebSocket, either: its list has to name "websocket", in small letters and without an s.'
            : "One connection cannot be torn apart: a WebSocket is one request, and has no sid before it.",
        blocks: true,
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
  async ({ app, pages, dir, show }) => {
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
    // A page knows that it is refused before its worker's report of it has come.
    const request =
      seen.state === "disconnected"
        ? await eventually(polled, (found) => found !== undefined, TRACED_WITHIN)
        : polled();
    must(!request, {
      expected: "the page to connect over WebSocket without a polling request before",
      seen: request ? `its request:  ${line(request, app.trace)}` : "",
      hint: request ? await whyPolling(page, dir) : undefined,
    });
    must(seen.state !== "disconnected", {
      expected: "the page to connect over WebSocket",
      seen: `"${seen.words}"`,
      hint: 'clientOptions is what the page hands to io(): "transports" in it is an array of names.',
    });
    await state(page, "connected", { transport: "websocket" });
    must(!(await pollsWithoutWebSocket(page)), {
      expected: "the page not to poll, not even where a WebSocket is refused",
      seen: "that it polls then",
      hint: 'The server refuses that as well. Whatever else stands in the list beside "websocket", the page may come to it.',
    });
    show(...app.trace.requests.slice(since, since + 1));
  },
);

/** Why the page polls, by the options that it got. */
async function whyPolling(page: Page, dir: string): Promise<string> {
  if (!existsSync(join(dir, onPage.file))) {
    return "There is no such file: the page got its own, which names no transports.";
  }
  // As a text, because a bundler would take this import for one of ours.
  const names: unknown = await page
    .evaluate('import("/client-options.js").then((file) => Object.keys(file.clientOptions))')
    .catch(() => []);
  if (!Array.isArray(names) || names.includes("transports")) {
    return "A client begins with the first of its transports.";
  }
  const others = names.length > 0 ? `, but ${names.join(", ")}` : "";
  return `The page was given no transports${others}. By default a client begins with polling.`;
}

/** Loads the page once more, where each WebSocket that it opens is refused. */
async function pollsWithoutWebSocket(page: Page): Promise<boolean> {
  let polls = false;
  page.on("request", (request) => (polls ||= request.url().includes("transport=polling")));
  await page.addInitScript(() => {
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(String(url).replace("transport=websocket", "transport=none"), protocols);
      }
    };
  });
  await page.reload();
  await eventually(
    () => readState(page),
    ({ state }) => polls || state === "disconnected",
    5_000,
  );
  return polls;
}

check(
  "but a message reaches the clients of its own worker only",
  onRoom,
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

check("and two people in browsers do not hear each other", onRoom, async ({ pages, show }) => {
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
});
