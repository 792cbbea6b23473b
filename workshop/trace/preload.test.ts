import { once } from "node:events";
import { Agent } from "node:http";
import { join } from "node:path";
import { io } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { until } from "../stage/until.ts";
import { makeFolder } from "../testing/folder.ts";
import {
  ask,
  askAndLeave,
  startTracedServer,
  type TracedServer,
} from "../testing/traced-server.ts";
import type { TraceEvent, TracedRequest } from "./events.ts";

const POLLING = "/socket.io/?EIO=4&transport=polling";
const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

const isRequest = (event: TraceEvent): event is TracedRequest => event.kind === "request";

/** Waits for the report of the one request that looks like this. */
function requestLike(server: TracedServer, like: Partial<TracedRequest>): Promise<TracedRequest> {
  const wanted = Object.entries(like);
  return server.reports(
    JSON.stringify(like),
    (event): event is TracedRequest =>
      isRequest(event) && wanted.every(([name, value]) => Reflect.get(event, name) === value),
  );
}

/** Opens a session over polling and connects in it. */
async function openSession({ url }: TracedServer): Promise<string> {
  const { body } = await ask(`${url}${POLLING}`);
  const sid = /"sid":"([^"]+)"/.exec(body)?.[1] ?? "";
  await ask(`${url}${POLLING}&sid=${sid}`, { method: "POST", body: "40" });
  await ask(`${url}${POLLING}&sid=${sid}`);
  return sid;
}

/** A client that leaves when it is disposed. */
function connect(url: string, transports: string[]) {
  const socket = io(url, { transports, reconnection: false, forceNew: true });
  const connected = new Promise<void>((resolve) => socket.once("connect", resolve));
  return { socket, connected, [Symbol.dispose]: () => void socket.disconnect() };
}

describe("a worker reports", () => {
  test("the port that it listens on, and that it is ready once it listens", async () => {
    await using server = await startTracedServer({ env: { NODE_APP_INSTANCE: "2" } });

    const ready = await server.reports("ready", (event) => event.kind === "ready");

    expect(server.trace.events.map(({ kind }) => kind)).toEqual(["listening", "ready"]);
    expect(ready.worker).toEqual({ instance: 2, pid: server.script.pid });
  });

  test("the handshake, with the session that its answer opens", async () => {
    await using server = await startTracedServer();

    const { body } = await ask(`${server.url}${POLLING}&t=mine`);

    const seen = await requestLike(server, { tag: "mine" });
    expect(seen).toMatchObject({
      method: "GET",
      path: "/socket.io/",
      upgrade: false,
      transport: "polling",
      status: 200,
      worker: { instance: 0, pid: server.script.pid },
    });
    expect(body).toContain(`"sid":"${seen.opened}"`);
    expect(seen.sid).toBeUndefined();
  });

  test("each request of a session with its sid, and opens nothing anew", async () => {
    await using server = await startTracedServer();

    const sid = await openSession(server);

    const post = await requestLike(server, { sid, method: "POST" });
    const get = await requestLike(server, { sid, method: "GET" });
    expect([post, get]).toMatchObject([
      { status: 200, transport: "polling" },
      { status: 200, transport: "polling" },
    ]);
    // Its body names Socket.IO's own sid, which is not the session's.
    expect(get.opened).toBeUndefined();
  });

  test("a refused POST with Engine.IO's code and message", async () => {
    await using server = await startTracedServer();

    await ask(`${server.url}${POLLING}&sid=nobodys`, { method: "POST", body: "40" });

    expect(await requestLike(server, { sid: "nobodys" })).toMatchObject({
      method: "POST",
      status: 400,
      code: 1,
      message: "Session ID unknown",
    });
  });

  test("an unknown transport with its name", async () => {
    await using server = await startTracedServer();

    await ask(`${server.url}/socket.io/?EIO=4&transport=pigeon`);

    expect(await requestLike(server, { transport: "pigeon" })).toMatchObject({
      status: 400,
      code: 0,
      message: "Transport unknown",
    });
  });

  test("a WebSocket without a session, with the one that it opens", async () => {
    await using server = await startTracedServer();
    using client = connect(server.url, ["websocket"]);
    await client.connected;

    const seen = await requestLike(server, { upgrade: true });

    expect(seen).toMatchObject({ status: 101, transport: "websocket" });
    expect(seen.opened).toBe(client.socket.io.engine.id);
    expect(seen.sid).toBeUndefined();
  });

  test("the upgrade of a session to a WebSocket", async () => {
    await using server = await startTracedServer();
    using client = connect(server.url, ["polling", "websocket"]);
    await client.connected;
    const sid = client.socket.io.engine.id;

    const seen = await requestLike(server, { upgrade: true });

    expect(seen).toMatchObject({ status: 101, transport: "websocket", sid });
    expect(seen.opened).toBeUndefined();
  });

  test("a refused upgrade with what was said", async () => {
    await using server = await startTracedServer();

    await ask(`${server.url}/socket.io/?EIO=4&transport=websocket&sid=nobodys`, {
      headers: UPGRADE,
    });

    expect(await requestLike(server, { sid: "nobodys" })).toMatchObject({
      upgrade: true,
      status: 400,
      message: "Session ID unknown",
    });
  });

  test("a poll that the client gives up as one without an answer", async () => {
    await using server = await startTracedServer();
    const sid = await openSession(server);
    const poll = askAndLeave(`${server.url}${POLLING}&sid=${sid}&t=given-up`);
    await once(poll, "socket").then(([socket]) => once(socket, "connect"));

    // The worker has the poll as soon as it answers whatever comes after it on another connection.
    await until(
      async () => (await ask(server.url)).status,
      (status) => status === 200,
      { within: 5_000, otherwise: () => new Error("The server does not answer.") },
    );
    poll.destroy();

    expect(await requestLike(server, { tag: "given-up" })).toMatchObject({ status: 0, sid });
  });

  test("every request of a kept-alive connection", async () => {
    await using server = await startTracedServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });

    for (const tag of ["first", "second", "third"]) {
      await ask(`${server.url}${POLLING}&t=${tag}`, { agent });
    }
    agent.destroy();

    const seen = await Promise.all(
      ["first", "second", "third"].map((tag) => requestLike(server, { tag })),
    );
    expect(new Set(seen.map(({ opened }) => opened)).size).toBe(3);
  });

  test("any other request without a transport, its path without the query", async () => {
    await using server = await startTracedServer();

    await ask(`${server.url}/chat.css?v=1`);

    const seen = await requestLike(server, { path: "/chat.css" });
    expect(seen).toMatchObject({ status: 200, method: "GET" });
    expect(seen.transport).toBeUndefined();
    expect(server.trace.requests).toEqual([]);
  });

  test("its instance as pm2 names it later than it loads the trace", async () => {
    await using server = await startTracedServer({
      code: 'process.env.instance_var = "WORKER"; process.env.WORKER = "7";',
    });

    await ask(`${server.url}/`);

    expect((await requestLike(server, { path: "/" })).worker.instance).toBe(7);
  });
});

describe("a worker that was asked for details reports what was said word for word", () => {
  const detailed = { env: { WORKSHOP_TRACE: "detailed" } };

  test("of a request that has a body, and of its refusal", async () => {
    await using server = await startTracedServer(detailed);

    await ask(`${server.url}${POLLING}&sid=nobodys`, { method: "POST", body: "40" });

    const { raw } = await requestLike(server, { sid: "nobodys" });
    expect(raw?.request).toMatch(/^POST \/socket\.io\/\?EIO=4.*nobodys HTTP\/1\.1\r\nHost: /i);
    expect(raw?.response).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"Session ID unknown"\}$/);
  });

  test("of a request whose body the app has read", async () => {
    await using server = await startTracedServer(detailed);

    const sid = await openSession(server);

    const { raw } = await requestLike(server, { sid, method: "POST" });
    expect(raw?.request).toMatch(/\r\n\r\n40$/);
    expect(raw?.response).toMatch(/\r\n\r\nok$/);
  });

  test("of an upgrade", async () => {
    await using server = await startTracedServer(detailed);
    using client = connect(server.url, ["websocket"]);
    await client.connected;

    const { raw } = await requestLike(server, { upgrade: true });

    expect(raw?.request).toMatch(/^GET [^]*\r\nUpgrade: websocket\r\n/i);
    expect(raw?.response).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  });

  test("and when the WebSocket of a session has ended", async () => {
    await using server = await startTracedServer(detailed);
    using client = connect(server.url, ["websocket"]);
    await client.connected;
    const sid = client.socket.io.engine.id;

    client.socket.disconnect();

    const gone = await server.reports("gone", (event) => event.kind === "gone");
    expect(gone).toMatchObject({ sid, worker: { pid: server.script.pid } });
  });

  test("and nothing of it otherwise", async () => {
    await using server = await startTracedServer();

    await ask(`${server.url}${POLLING}&t=mine`);

    expect(await requestLike(server, { tag: "mine" })).not.toHaveProperty("raw");
  });
});

describe("what comes to a worker through another one", () => {
  /**
   * The workers are one here: what names a session is handed, byte by byte and on no socket of the
   * network, to a second server that has the sessions.
   */
  const RELAY = `
    import { request } from "node:http";
    import { Duplex } from "node:stream";
    const inner = createServer();
    inner.on("request", (req, res) => io.engine.handleRequest(req, res));
    inner.on("upgrade", (req, socket, head) => io.engine.handleUpgrade(req, socket, head));
    const pair = () => {
      const make = () => new Duplex({
        read() {},
        write(chunk, _, done) { this.other.push(chunk); done(); },
        final(done) { this.other.push(null); done(); },
      });
      const [near, far] = [make(), make()];
      [near.other, far.other] = [far, near];
      inner.emit("connection", far);
      return near;
    };
    http.removeAllListeners("request").removeAllListeners("upgrade");
    http.on("request", (req, res) => {
      if (!req.url.includes("sid=")) return io.engine.handleRequest(req, res);
      const onward = request({ createConnection: pair, method: req.method, path: req.url });
      onward.on("response", (answer) => answer.pipe(res.writeHead(answer.statusCode)));
      req.pipe(onward);
    });
    http.on("upgrade", (req, socket, head) => {
      const near = pair();
      const headers = Object.entries(req.headers).map(([name, value]) => name + ": " + value);
      near.write(["GET " + req.url + " HTTP/1.1", ...headers, "", ""].join("\\r\\n"));
      near.pipe(socket).pipe(near);
    });
  `;

  /** The two reports of one request: of the one that the client met, and of the owner. */
  async function bothOf(server: TracedServer, like: Partial<TracedRequest>) {
    const owner = await requestLike(server, { ...like, relayed: true });
    const edge = await requestLike(server, { ...like, relayed: undefined });
    return { owner, edge };
  }

  test("is reported by both, and only the second says that it was relayed", async () => {
    await using server = await startTracedServer({ code: RELAY });

    const sid = await openSession(server);

    const handshake = await requestLike(server, { opened: sid });
    const { owner, edge } = await bothOf(server, { sid, method: "POST" });
    expect([handshake.relayed, edge.relayed, owner.relayed]).toEqual([undefined, undefined, true]);
    expect([edge.status, owner.status]).toEqual([200, 200]);
  });

  test("may be refused there", async () => {
    await using server = await startTracedServer({ code: RELAY });

    await ask(`${server.url}${POLLING}&sid=nobodys`, { method: "POST", body: "40" });

    const { owner, edge } = await bothOf(server, { sid: "nobodys" });
    const refusal = { status: 400, code: 1, message: "Session ID unknown" };
    expect([edge, owner]).toMatchObject([refusal, refusal]);
  });

  test("may become a WebSocket", async () => {
    await using server = await startTracedServer({ code: RELAY });
    using client = connect(server.url, ["polling", "websocket"]);
    await client.connected;

    const { owner, edge } = await bothOf(server, {
      sid: client.socket.io.engine.id,
      upgrade: true,
    });

    expect([edge.status, owner.status]).toEqual([101, 101]);
  });
});

test("a session upgrades and talks as if nobody listened", async () => {
  await using server = await startTracedServer({
    code: 'io.on("connection", (socket) => socket.on("echo", (what, reply) => reply(what)));',
  });
  using client = connect(server.url, ["polling", "websocket"]);
  await client.connected;
  await until(
    () => client.socket.io.engine.transport.name,
    (name) => name === "websocket",
    { within: 5_000, otherwise: (name) => new Error(`Still on ${name}.`) },
  );
  const long = "ü".repeat(10_000);

  const reply: unknown = await client.socket.timeout(5_000).emitWithAck("echo", long);

  expect(reply).toBe(long);
});

describe("the record of an exit", () => {
  const exitsIn = (folder: { path: string }) => join(folder.path, "exits.ndjson");

  test("is left by a process that ends by its own will, with its code", async () => {
    using folder = makeFolder();
    await using server = await startTracedServer({
      code: 'io.on("connection", () => process.exit(3));',
      env: { WORKSHOP_EXITS: exitsIn(folder) },
    });
    const gone = once(server.script.child, "exit");
    using _client = connect(server.url, ["websocket"]);

    await gone;

    expect(server.trace.exits()).toMatchObject([{ code: 3, worker: { pid: server.script.pid } }]);
  });

  test("is left by one that an exception ends", async () => {
    using folder = makeFolder();
    await using server = await startTracedServer({
      code: 'io.on("connection", () => { throw new Error("no"); });',
      env: { WORKSHOP_EXITS: exitsIn(folder) },
    });
    const gone = once(server.script.child, "exit");
    using _client = connect(server.url, ["websocket"]);

    await gone;

    expect(server.trace.exits()).toMatchObject([{ code: 1 }]);
  });

  test.each(["SIGKILL", "SIGINT"] as const)("is not left by one that %s ends", async (signal) => {
    using folder = makeFolder();
    await using server = await startTracedServer({ env: { WORKSHOP_EXITS: exitsIn(folder) } });

    await server.script.end(signal);

    expect(server.trace.exits()).toEqual([]);
  });
});
