import type { IncomingMessage } from "node:http";
import type { Server as Engine } from "engine.io";
import { describe, expect, vi } from "vitest";
import { ask, begin, openSession, pathOf, talkRaw } from "./by-hand.ts";
import { KINDS, openHouse, type Middleware } from "./house.ts";
import { holds } from "./party.ts";
import { test } from "./test.ts";
import { openLine, upgrade } from "./web-socket.ts";

/** The head of a request for a WebSocket. */
const headFor = (sid: string, query: Record<string, string> = {}) =>
  [
    `GET ${pathOf({ sid, query: { transport: "websocket", ...query } })} HTTP/1.1`,
    "Host: here",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "\r\n",
  ].join("\r\n");

describe.each(KINDS)("a WebSocket in %s", (kind) => {
  test("takes over a session, and loses nothing and doubles nothing", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const session = house.owner.sessions[0];
    session?.send("one");
    using line = await openLine(house.edge, sid);
    line.socket.send("2probe");
    expect(await line.hears(1)).toEqual(["3probe"]);

    const polled = await ask(house.other, { sid });
    session?.send("two");
    const last = await ask(house.other, { sid });
    line.socket.send("5");
    await holds(() => session?.transport.name === "websocket", "the upgrade");
    session?.send("three");

    expect([polled.body, last.body]).toEqual(["4one", "4two"]);
    expect((await line.hears(2)).slice(1)).toEqual(["4three"]);
  });

  test("lets a poll that waits go when it takes over", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const poll = ask(house.other, { sid });
    await holds(() => house.owner.sessions[0]?.transport.writable === true, "the poll");

    using line = await openLine(house.edge, sid);
    line.socket.send("2probe");

    expect(await poll).toMatchObject({ status: 200, body: "6" });
  });

  test("keeps what is said in their order, both ways", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    using line = await upgrade(house.edge, await openSession(house.owner));
    const said = Array.from({ length: 1000 }, (_, at) => `4${at}`);

    for (const packet of said) line.socket.send(packet);

    expect(await line.hears(1000)).toEqual(said.map((packet) => `4echo ${packet.slice(1)}`));
  });

  test("carries binary", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    using line = await upgrade(house.edge, await openSession(house.owner));

    line.socket.send(Buffer.from([0, 255, 10, 13]));

    expect(await line.hears(1)).toEqual(["00ff0a0d"]);
  });

  test("carries 1 MB both ways", async ({ redis, prefix }) => {
    const options = { maxHttpBufferSize: 2e6 };
    await using house = await openHouse(kind, { redis, prefix, options });
    using line = await upgrade(house.edge, await openSession(house.owner));
    const text = "0123456789".repeat(100_000);

    line.socket.send(`4${text}`);

    const [packet] = await line.hears(1);
    expect(packet === `4echo ${text}`).toBe(true);
  });

  test("is closed when too much has come", async ({ redis, prefix }) => {
    const options = { maxHttpBufferSize: 1000 };
    await using house = await openHouse(kind, { redis, prefix, options });
    using line = await upgrade(house.edge, await openSession(house.owner));
    await holds(() => house.owner.sessions[0]?.transport.name === "websocket", "the upgrade");

    line.socket.send("4".repeat(1001));

    expect(await line.closed).toBe(1009);
    expect(house.owner.closes).toEqual(["transport error"]);
  });

  test("is closed when the server closes its session", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    using line = await upgrade(house.edge, await openSession(house.owner));
    await holds(() => house.owner.sessions[0]?.transport.name === "websocket", "the upgrade");

    house.owner.sessions[0]?.close();

    expect(await line.closed).toBe(1005);
  });

  test("is closed when its client does not answer a ping", async ({ redis, prefix }) => {
    const options = { pingInterval: 100, pingTimeout: 100 };
    await using house = await openHouse(kind, { redis, prefix, options });
    using line = await upgrade(house.edge, await openSession(house.owner));

    expect(await line.closed).toBe(1005);
    expect(line.packets).toEqual(["2"]);
    expect(house.owner.closes).toEqual(["ping timeout"]);
  });

  test.for([
    ["closes it", "close", "transport close"],
    ["is gone", "terminate", "transport close"],
  ] as const)("ends its session when its client %s", async ([, how, why], { redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    using line = await upgrade(house.edge, await openSession(house.owner));
    await holds(() => house.owner.sessions[0]?.transport.name === "websocket", "the upgrade");

    line.socket[how]();

    await holds(() => house.owner.closes.length > 0, "the end of the session", 500);
    expect(house.owner.closes).toEqual([why]);
  });

  test.for([
    ["of nobody", "Nobod123456789012345", {}, "Session ID unknown"],
    ["with a malformed id", "nobody", {}, "Session ID unknown"],
    ["over no transport", "Nobod123456789012345", { transport: "pigeon" }, "Transport unknown"],
    ["in another protocol", "", { EIO: "3" }, "Bad request"],
  ] as const)("of a session %s is refused", async ([, sid, query, body], { redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const own = await openSession(house.owner);
    const start = performance.now();

    const answer = await talkRaw(house.edge, headFor(sid || own, query));

    expect(answer.split("\r\n")).toEqual([
      "HTTP/1.1 400 Bad Request",
      "Connection: close",
      "Content-type: text/html",
      `Content-Length: ${body.length}`,
      "",
      body,
    ]);
    expect(performance.now() - start).toBeLessThan(450);
  });

  test("that is no second one of its session is closed", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    using first = await upgrade(house.edge, sid);
    await holds(() => house.owner.sessions[0]?.transport.name === "websocket", "the upgrade");

    using second = await openLine(house.other, sid);

    expect(await second.closed).toBe(1005);
    first.socket.send("4hello");
    expect(await first.hears(1)).toEqual(["4echo hello"]);
  });

  test("is opened with the headers that the app adds", async ({ redis, prefix }) => {
    const use: Middleware = (_req, res, next) => {
      res.setHeader("X-Middleware", "yes");
      next();
    };
    const prepare = (engine: Engine) => {
      engine.on("headers", (headers) => (headers["X-Event"] = "yes"));
    };
    await using house = await openHouse(kind, { redis, prefix, use, prepare });
    const sid = await openSession(house.owner);

    const { headers } = await answerToUpgrade(house.edge, sid);

    expect(headers).toMatchObject({ "x-middleware": "yes", "x-event": "yes" });
  });

  test("is refused by what middleware says", async ({ redis, prefix }) => {
    const use: Middleware = (req, _res, next) =>
      next("no" in req.headers ? new Error("no") : undefined);
    await using house = await openHouse(kind, { redis, prefix, use });
    const sid = await openSession(house.owner);

    await expect(openLine(house.edge, sid, { no: "1" })).rejects.toThrow("400");
  });

  test("whose client sends at once what it has to say is heard", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    // In the packet of the head: a text frame with "2probe" and a close frame, both masked by zeros.
    const frames = "\x81\x86\0\0\0\x002probe\x88\x80\0\0\0\0";

    const answer = await talkRaw(house.edge, headFor(sid) + frames);

    expect(answer).toContain("3probe");
  });

  test("that breaks off in the middle of its head harms nobody", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const thrown = vi.fn();
    process.on("uncaughtException", thrown);

    for (let times = 0; times < 20; times += 1) {
      const line = await openLine(house.edge, sid);
      line.socket.terminate();
      await line.closed;
    }
    await ask(house.edge, { sid, method: "POST", body: "4hello" });
    process.off("uncaughtException", thrown);

    expect(await ask(house.edge, { sid })).toMatchObject({ status: 200 });
    expect(thrown).not.toHaveBeenCalled();
  });
});

/** The answer to a request for a WebSocket, which is ended then. */
function answerToUpgrade(place: { port: number }, sid: string): Promise<IncomingMessage> {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": 13,
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const outgoing = begin(place, { sid, query: { transport: "websocket" }, headers });
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response);
    });
  });
}
