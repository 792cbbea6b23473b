import { Agent } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect } from "vitest";
import { answerTo, ask, begin, openSession } from "./by-hand.ts";
import { KINDS, openHouse, type House, type Worker } from "./house.ts";
import { holds } from "./party.ts";
import { test } from "./test.ts";

/** What comes next for a session, in however many polls. */
async function poll(at: Worker, sid: string): Promise<string> {
  return (await ask(at, { sid })).body;
}

/** Waits until the owner has the poll that waits. */
async function waiting({ owner }: House): Promise<void> {
  await holds(() => owner.sessions[0]?.transport.writable === true, "the poll at the owner");
}

// Each of these holds in one process, which is what Engine.IO does by itself, and in the relay, where
// the request meets a worker that is not the session's owner.
describe.each(KINDS)("polling in %s", (kind) => {
  test("brings what was said before", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    house.owner.sessions[0]?.send("hello");

    const answer = await ask(house.edge, { sid });

    expect(answer).toMatchObject({ status: 200, body: "4hello" });
    expect(answer.headers).toMatchObject({
      "content-type": "text/plain; charset=UTF-8",
      "content-length": "6",
      "cache-control": "no-store",
    });
  });

  test("waits for what is said", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const answer = ask(house.edge, { sid });
    await waiting(house);

    house.owner.sessions[0]?.send("hello");

    expect(await answer).toMatchObject({ status: 200, body: "4hello" });
  });

  test("has only the headers that one process gives", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    house.owner.sessions[0]?.send("hello");

    const { headers } = await ask(house.edge, { sid, headers: { Connection: "keep-alive" } });

    expect(Object.keys(headers).toSorted()).toEqual([
      "cache-control",
      "connection",
      "content-length",
      "content-type",
      "date",
      "keep-alive",
    ]);
    expect(headers.connection).toBe("keep-alive");
  });

  test("compresses what is long", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    house.owner.sessions[0]?.send("x".repeat(5000));
    const headers = { "Accept-Encoding": "gzip" };

    const answer = await new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      begin(house.edge, { sid, headers }).on("response", (response) => {
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks)));
      });
    });

    expect(gunzipSync(answer).toString()).toBe(`4${"x".repeat(5000)}`);
  });

  test.for([
    ["in one piece", "4hello\x1e4world"],
    ["in chunks", ["4hel", "lo\x1e4", "world"]],
    ["in one piece, binary", "bAQID\x1e4world"],
  ] as const)("takes a POST %s", async ([, body], { redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const heard: unknown[] = [];
    house.owner.sessions[0]?.on("message", (data) => heard.push(data));

    const answer = await ask(house.edge, { method: "POST", sid, body });

    expect(answer).toMatchObject({ status: 200, body: "ok" });
    expect(answer.headers).toMatchObject({ "content-type": "text/html", "content-length": "2" });
    expect(heard).toHaveLength(2);
    expect(heard[1]).toBe("world");
  });

  test("brings binary", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);

    house.owner.sessions[0]?.send(Buffer.from([1, 2, 3]));

    expect(await poll(house.edge, sid)).toBe("bAQID");
  });

  test("carries 1 MB both ways", async ({ redis, prefix }) => {
    const options = { maxHttpBufferSize: 2e6 };
    await using house = await openHouse(kind, { redis, prefix, options });
    const sid = await openSession(house.owner);
    const text = "0123456789".repeat(100_000);

    const { status } = await ask(house.edge, { method: "POST", sid, body: `4${text}` });

    expect(status).toBe(200);
    expect(await poll(house.edge, sid)).toBe(`4echo ${text}`);
  });

  test.for([
    ["length", 1000, 200],
    ["length", 1001, 413],
    ["chunks", 1000, 200],
    ["chunks", 1001, 413],
    ["length", 3_000_000, 413],
    ["chunks", 3_000_000, 413],
  ] as const)(
    "takes as much as it may: with its %s, %i bytes give %i",
    async ([how, size, status], { redis, prefix }) => {
      const options = { maxHttpBufferSize: 1000 };
      await using house = await openHouse(kind, { redis, prefix, options });
      const sid = await openSession(house.owner);
      const text = `4${"x".repeat(size - 1)}`;
      const half = Math.floor(size / 2);
      const body = how === "length" ? text : [text.slice(0, half), text.slice(half)];

      expect(await ask(house.edge, { method: "POST", sid, body })).toMatchObject({ status });
    },
  );

  test.for(["length", "chunks"] as const)(
    "has its connection left when too much has come, with its %s",
    async (how, { redis, prefix }) => {
      const options = { maxHttpBufferSize: 100_000 };
      await using house = await openHouse(kind, { redis, prefix, options });
      const sid = await openSession(house.owner);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const parts = Array.from({ length: 30 }, () => "x".repeat(100_000));
      const body = how === "length" ? parts.join("") : parts;
      await ask(house.edge, { method: "POST", sid, body, agent });

      const answer = await ask(house.edge, { method: "POST", sid, body: "4hello", agent });
      agent.destroy();

      expect(answer).toMatchObject({ status: 200, body: "ok" });
    },
  );

  test("goes on after too much has come", async ({ redis, prefix }) => {
    const options = { maxHttpBufferSize: 1000 };
    await using house = await openHouse(kind, { redis, prefix, options });
    const sid = await openSession(house.owner);
    await ask(house.edge, { method: "POST", sid, body: "4".repeat(1001) });

    await ask(house.edge, { method: "POST", sid, body: "4hello" });

    expect(await poll(house.edge, sid)).toBe("4echo hello");
  });

  test.for([
    ["the same worker", "edge", "edge"],
    ["two workers", "edge", "other"],
    ["the owner and another", "owner", "edge"],
    ["another and the owner", "edge", "owner"],
  ] as const)(
    "refuses the second of two that meet %s, and ends the session",
    async ([, first, second], { redis, prefix }) => {
      await using house = await openHouse(kind, { redis, prefix });
      const sid = await openSession(house.owner);
      const one = ask(house[first], { sid });
      await waiting(house);

      const two = await ask(house[second], { sid });

      expect(two.status).toBe(400);
      expect(await one).toMatchObject({ status: 200, body: "1" });
      expect(house.owner.closes).toEqual(["transport error"]);
    },
  );

  test("refuses the second of two POSTs, and ends the session", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const first = begin(house.edge, { method: "POST", sid, headers: { "Content-Length": 10 } });
    const outcome = answerTo(first).catch((error: Error) => error);
    first.write("4he");
    await holds(() => isPosting(house), "the first POST");

    const { status } = await ask(house.other, { method: "POST", sid, body: "4hello" });

    expect(status).toBe(400);
    expect(house.owner.closes).toEqual(["transport error"]);
    expect(await outcome).toBeInstanceOf(Error);
  });

  test.for(["GET", "POST"] as const)(
    "ends the session when the client aborts a %s",
    async (method, { redis, prefix }) => {
      await using house = await openHouse(kind, { redis, prefix });
      const sid = await openSession(house.owner);
      const body = method === "POST" ? ["4he", "llo"] : undefined;
      const headers = method === "POST" ? { "Content-Length": 10 } : {};
      const outgoing = begin(house.edge, { method, sid, headers, ...(body ? { body } : {}) });
      if (method === "GET") await waiting(house);
      else await holds(() => isPosting(house), "the POST at the owner");

      outgoing.destroy();

      await holds(() => house.owner.closes.length > 0, "the end of the session", 500);
      expect(house.owner.closes).toEqual(["transport error"]);
    },
  );

  test("ends by a word of the client", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const answer = ask(house.edge, { sid });
    await waiting(house);

    await ask(house.other, { method: "POST", sid, body: "1" });

    expect(await answer).toMatchObject({ status: 200, body: "6" });
    expect(house.owner.closes).toEqual(["transport close"]);
  });

  test("is told when the server ends the session", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const answer = ask(house.edge, { sid });
    await waiting(house);

    house.owner.sessions[0]?.close();

    expect(await answer).toMatchObject({ status: 200, body: "1" });
  });

  test("is pinged, and ends when nothing comes back", async ({ redis, prefix }) => {
    const options = { pingInterval: 100, pingTimeout: 100 };
    await using house = await openHouse(kind, { redis, prefix, options });
    const sid = await openSession(house.owner);

    const first = await poll(house.edge, sid);
    const second = await ask(house.edge, { sid }).catch(({ message }: Error) => message);

    expect(first).toBe("2");
    expect(second).toMatchObject({ status: 200, body: "1" });
    expect(house.owner.closes).toEqual(["ping timeout"]);
  });

  test("uses one connection for all it asks, its own sessions and others'", async ({
    redis,
    prefix,
  }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const foreign = await openSession(house.owner);
    const own = await openSession(house.edge, { agent });
    let connections = 0;
    house.edge.http.on("connection", () => (connections += 1));

    const bodies: string[] = [];
    for (const sid of [foreign, own, foreign, foreign, own]) {
      await ask(house.edge, { method: "POST", sid, body: "4hello", agent });
      bodies.push((await ask(house.edge, { sid, agent })).body);
    }
    agent.destroy();

    expect(bodies).toEqual(Array(5).fill("4echo hello"));
    expect(connections).toBe(0);
  });
});

function isPosting({ owner }: House): boolean {
  return Boolean(Object(owner.sessions[0]?.transport).dataReq);
}
