import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { freePort } from "../stage/ports.ts";
import { until } from "../stage/until.ts";
import { tracedRequest, worker } from "../testing/requests.ts";
import { ask, startTracedServer, type TracedServer } from "../testing/traced-server.ts";
import { Trace } from "./collector.ts";
import type { TracedCommand, TracedLink, TraceEvent } from "./events.ts";
import { commandLine, fit } from "./line.ts";
import { tracePrinter } from "./print.ts";

/** A traced command; what a test does not name is a message that nobody received. */
function tracedCommand(what: Partial<TracedCommand> = {}): TracedCommand {
  return {
    kind: "command",
    at: 0,
    worker: worker(1),
    command: "PUBLISH",
    channel: "chat:said",
    bytes: 118,
    received: 0,
    ...what,
  };
}

const subscribe = (what: Partial<TracedCommand> = {}) =>
  tracedCommand({ command: "SUBSCRIBE", bytes: undefined, received: undefined, ...what });

describe("a command in one line", () => {
  test("that publishes says how much, and how many received it", () => {
    expect(commandLine(tracedCommand({ received: 4 }))).toBe(
      "worker 1  PUB   chat:said  118 bytes, 4 received it",
    );
  });

  test("that publishes what was received by an unknown number says only how much", () => {
    expect(commandLine(tracedCommand({ received: undefined }))).toBe(
      "worker 1  PUB   chat:said  118 bytes",
    );
  });

  test("that publishes nothing to nobody says that, too", () => {
    expect(commandLine(tracedCommand({ bytes: 0 }))).toBe(
      "worker 1  PUB   chat:said  0 bytes, 0 received it",
    );
  });

  test.each([
    ["SUBSCRIBE", "SUB "],
    ["SSUBSCRIBE", "SUB "],
    ["PSUBSCRIBE", "PSUB"],
  ])("%s is short", (command, short) => {
    expect(commandLine(subscribe({ command }))).toBe(`worker 1  ${short}  chat:said`);
  });

  test("of nobody of ours is somebody's", () => {
    expect(commandLine(subscribe({ worker: undefined }))).toBe("somebody  SUB   chat:said");
  });

  test("stays one line, and leaves the terminal alone, whatever the channel is called", () => {
    const told = commandLine(tracedCommand({ channel: "a\nb\u001b[2Jc\r\u0007" }));

    // oxlint-disable-next-line no-control-regex -- just these must not be there
    expect(told).not.toMatch(/[\u0000-\u001f\u007f]/);
  });
});

test("where the terminal is narrow, nothing of a command is lost", () => {
  const text = commandLine(tracedCommand({ channel: "chat#/#room:lobby#", received: 4 }));

  const lines = fit(text, 40);

  expect(lines.every((line) => line.length <= 40)).toBe(true);
  expect(lines.join(" ")).toBe("w1 PUB chat#/#room:lobby# 118 bytes, 4 received it");
});

describe("the printed trace", () => {
  /** What is printed of these events. */
  function printed(events: readonly TraceEvent[], width = 80): string[] {
    const lines: string[] = [];
    const trace = new Trace("");
    const print = tracePrinter(
      (text) => lines.push(stripVTControlCharacters(text)),
      () => width,
    );
    for (const event of events) print(event, trace);
    return lines;
  }

  test("shows commands among the requests, as they come", () => {
    const events = [
      tracedRequest(),
      subscribe(),
      tracedRequest({ path: "/chat.css", transport: undefined }),
    ];

    expect(printed(events)).toEqual([
      "worker 0  GET   polling    sid –       200",
      "worker 1  SUB   chat:said",
    ]);
  });

  test("shows no links, which are for the trace itself", () => {
    expect(printed([{ kind: "link", at: 0, worker: worker(0), port: 1 }])).toEqual([]);
  });

  test("shows a stranger's command as it is", () => {
    expect(printed([tracedCommand({ worker: undefined })])).toEqual([
      "somebody  PUB   chat:said  118 bytes, 0 received it",
    ]);
  });

  test("leaves out what is small and is only said again by the same worker", () => {
    const alive = (instance: number, bytes = 23) =>
      tracedCommand({ worker: worker(instance), channel: "chat:relay:u3KxQ", bytes });

    expect(printed([alive(1), alive(2), alive(1), alive(2), alive(1, 27), alive(1)])).toEqual([
      "worker 1  PUB   chat:relay:u3KxQ  23 bytes, 0 received it",
      "worker 2  PUB   chat:relay:u3KxQ  23 bytes, 0 received it",
      "worker 1  PUB   chat:relay:u3KxQ  27 bytes, 0 received it",
      "worker 1  PUB   chat:relay:u3KxQ  23 bytes, 0 received it",
    ]);
  });

  test("shows a person's message as often as it is said", () => {
    expect(printed([tracedCommand(), tracedCommand()]).length).toBe(2);
  });

  test("counts what comes too fast to be read", () => {
    const many = Array.from({ length: 100 }, () => tracedCommand({ at: 1_000 }));

    const lines = printed([...many, tracedCommand({ at: 2_000 })]);

    expect(lines.length).toBe(27);
    expect(lines.at(-2)).toBe("… and 75 more lines");
  });

  test("counts it also when commands are told later than requests of the same time", () => {
    const many = Array.from({ length: 100 }, (_, number) => [
      tracedRequest({ at: 2_000 + number }),
      tracedCommand({ at: 1_900 + number }),
    ]).flat();

    expect(printed(many).length).toBeLessThan(80);
  });
});

describe("a trace", () => {
  test("gives the commands without the requests, in the order of arrival", () => {
    const trace = new Trace("");
    const [first, second] = [subscribe(), tracedCommand()];
    for (const event of [first, tracedRequest(), second]) trace.add(event);

    expect(trace.commands).toEqual([first, second]);
    expect(trace.requests.length).toBe(1);
  });

  test("knows the worker of a connection by its port", () => {
    const trace = new Trace("");
    trace.add({ kind: "link", at: 0, worker: worker(2), port: 5001 });

    expect([trace.linkedBy(5001), trace.linkedBy(5002)]).toEqual([worker(2), undefined]);
  });

  test("knows the latest when a port is used again", () => {
    const trace = new Trace("");
    for (const instance of [1, 3]) {
      trace.add({ kind: "link", at: 0, worker: worker(instance), port: 5001 });
    }

    expect(trace.linkedBy(5001)).toEqual(worker(3));
  });

  test("knows the worker of a connection already when it tells of it", () => {
    const trace = new Trace("");
    let known: unknown;
    trace.on("event", () => (known = trace.linkedBy(5001)));

    trace.add({ kind: "link", at: 0, worker: worker(0), port: 5001 });

    expect(known).toEqual(worker(0));
  });
});

describe("a worker that connects to its Redis", () => {
  test("reports the port by which Redis knows it, for each connection", async () => {
    await using redis = await startListener();
    await using server = await startCaller({ REDIS_URL: `redis://localhost:${redis.port}` });

    server.script.child.send({ to: redis.port });
    const first = await linkOf(server, 0);
    server.script.child.send({ to: redis.port });
    const second = await linkOf(server, 1);

    expect([first.port, second.port]).toEqual(redis.callers());
    expect(first.worker).toEqual({ instance: 0, pid: server.script.pid });
  });

  test("says nothing of other connections", async () => {
    await using redis = await startListener();
    await using other = await startListener();
    await using server = await startCaller({ REDIS_URL: `redis://u:p@127.0.0.1:${redis.port}/2` });

    server.script.child.send({ to: other.port });
    await called(other);
    server.script.child.send({ to: redis.port });
    await linkOf(server, 0);

    expect(links(server).map(({ port }) => port)).toEqual(redis.callers());
  });

  test("may learn its address late, as pm2's workers do", async () => {
    await using redis = await startListener();
    await using server = await startCaller({ REDIS_URL: undefined });

    server.script.child.send({ url: `redis://127.0.0.1:${redis.port}`, to: redis.port });

    expect((await linkOf(server, 0)).port).toBe(redis.callers()[0]);
  });

  test.each([undefined, "", "no address", "redis://host:port", "redis:///tmp/redis.sock"])(
    "with REDIS_URL %j connects elsewhere as if nobody listened",
    async (url) => {
      await using other = await startListener();
      await using server = await startCaller({ REDIS_URL: url });

      server.script.child.send({ to: other.port });

      await called(other);
      await ask(server.url);
      await server.reports("a request after it", (event) => event.kind === "request");
      expect(links(server)).toEqual([]);
      expect(server.script.errors()).toBe("");
    },
  );

  test("says nothing of a connection that is refused, and fails as ever", async () => {
    const port = await freePort();
    await using server = await startCaller({ REDIS_URL: `redis://127.0.0.1:${port}` });

    server.script.child.send({ to: port });

    const failed = (message: unknown): message is string => message === "ECONNREFUSED";
    expect(await server.script.hears(failed)).toBe("ECONNREFUSED");
    expect(links(server)).toEqual([]);
  });
});

/** A worker that connects to a port when it is told to. */
function startCaller(env: NodeJS.ProcessEnv): Promise<TracedServer> {
  return startTracedServer({
    env,
    code: `
      import { connect } from "node:net";
      process.on("message", ({ to, url }) => {
        if (url) process.env.REDIS_URL = url;
        connect(to, "127.0.0.1").on("error", ({ code }) => process.send(code));
      });
    `,
  });
}

function links({ trace }: TracedServer): TracedLink[] {
  return trace.events.filter((event) => event.kind === "link");
}

/** The report of its connection with this number. */
async function linkOf(server: TracedServer, number: number): Promise<TracedLink> {
  return server.reports(
    `link ${number}`,
    (event): event is TracedLink => event === links(server)[number],
  );
}

/** Where a Redis could be; it notes the ports of those who call. */
interface Listener extends AsyncDisposable {
  port: number;
  callers: () => (number | undefined)[];
}

async function startListener(): Promise<Listener> {
  const sockets: Socket[] = [];
  const ports: (number | undefined)[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    ports.push(socket.remotePort);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: address && typeof address === "object" ? address.port : 0,
    callers: () => ports,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Waits until somebody has called. */
async function called({ callers }: Listener): Promise<void> {
  await until(
    () => callers().length,
    (number) => number > 0,
    { within: 10_000, otherwise: () => new Error("Nobody has called.") },
  );
}
