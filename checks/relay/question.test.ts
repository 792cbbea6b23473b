import { describe, expect, vi } from "vitest";
import { ask, begin, openSession, pathOf, talkRaw, answerTo } from "./by-hand.ts";
import { KINDS, openHouse, type Middleware } from "./house.ts";
import { test } from "./test.ts";

/** A session id as a worker makes them, of nobody. */
const NOBODYS = "Nobod123456789012345";

// What may be asked, and how,, in one process and in the relay alike.
describe.each(KINDS)("a request in %s", (kind) => {
  test.for([
    ["of nobody's session", { sid: NOBODYS }],
    ["of a session with a malformed id", { sid: "../../etc/passwd" }],
    ["of a session with a long id", { sid: "x".repeat(5000) }],
    ["of a session with an id of another alphabet", { sid: "käse-6789012345678é*" }],
    ["to post to nobody's session", { sid: NOBODYS, method: "POST", body: "4hello" }],
    ["to delete nobody's session", { sid: NOBODYS, method: "DELETE" }],
    ["over a transport that there is not", { sid: NOBODYS, query: { transport: "pigeon" } }],
    ["of nobody's session in an old protocol", { sid: NOBODYS, query: { EIO: "3" } }],
  ] as const)("%s is refused at once", async ([, question], { redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    // The first request of a process takes some time in any case.
    await ask(house.edge);
    const start = performance.now();

    const { status, headers, body } = await ask(house.edge, question);

    expect({ status, type: headers["content-type"], body }).toEqual({
      status: 400,
      type: "application/json",
      body:
        "query" in question && "transport" in question.query
          ? '{"code":0,"message":"Transport unknown"}'
          : '{"code":1,"message":"Session ID unknown"}',
    });
    expect(performance.now() - start).toBeLessThan(450);
    expect(house.edge.refusals).toHaveLength(1);
  });

  test.for([
    [{ method: "PUT" }, 500, ""],
    [{ method: "OPTIONS" }, 500, ""],
    [{ query: { transport: "websocket" } }, 400, '{"code":3,"message":"Bad request"}'],
    [{ query: { EIO: "3" } }, 400, '{"code":3,"message":"Bad request"}'],
    [{ query: { transport: "pigeon" } }, 400, '{"code":0,"message":"Transport unknown"}'],
    [{ query: { b64: "1", t: "x&y=ä" } }, 200, "4hello"],
    [{ path: "/socket.io/deeper/" }, 200, "4hello"],
  ] as const)(
    "of a session, odd: %j gives %i",
    async ([question, status, body], { redis, prefix }) => {
      await using house = await openHouse(kind, { redis, prefix });
      const sid = await openSession(house.owner);
      house.owner.sessions[0]?.send("hello");
      const end = "method" in question ? { body: "" } : {};

      const answer = await ask(house.edge, { sid, ...question, ...end });

      expect(answer).toMatchObject({ status, body });
    },
  );

  test("that is cut off by the server is cut off at the client", async ({ redis, prefix }) => {
    const use: Middleware = (req, res, next) => ("cut" in req.headers ? res.destroy() : next());
    await using house = await openHouse(kind, { redis, prefix, use });
    const sid = await openSession(house.owner);

    const answer = ask(house.edge, { sid, headers: { cut: "1" } });

    await expect(answer).rejects.toThrow("socket hang up");
  });

  test("may take its time between its head and its body", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const outgoing = begin(house.edge, { method: "POST", sid });
    const answer = answerTo(outgoing);

    outgoing.flushHeaders();
    // Longer than an owner may take to accept: how long this takes is what this is about.
    await new Promise((resolve) => setTimeout(resolve, 700));
    outgoing.end("4hello");

    expect(await answer).toMatchObject({ status: 200, body: "ok" });
  });

  test("may be of HTTP/1.0, which knows no chunks and no Host", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    house.owner.sessions[0]?.send("x".repeat(5000));

    const head = `GET ${pathOf({ sid })} HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n`;
    const answer = await talkRaw(house.edge, head);

    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });

  test.for([
    ["Trailer: foo"],
    ["Expect: 100-continue"],
    ["Expect: the unexpected"],
    ["TE: trailers"],
    ["Connection: close, x-mine\r\nX-Mine: yes"],
    ["Connection: upgrade\r\nUpgrade: h2c"],
    ["Content-Length: 0"],
    ["Transfer-Encoding: chunked"],
    ["Keep-Alive: timeout=5"],
    ["Cookie: a=1\r\nCookie: b=2"],
    ["X-Latin: \xe4\xf6\xfc"],
    ["X-Empty:"],
    [`X-Long: ${"x".repeat(10_000)}`],
    [Array.from({ length: 500 }, (_, at) => `X-${at}: ${at}`).join("\r\n")],
  ])("with the header %s is answered", async ([header = ""], { redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const seen: string[] = [];
    house.owner.engine.on("headers", (_, { rawHeaders }) => seen.push(...rawHeaders));
    house.owner.sessions[0]?.send("hello");
    const [closing, body] = [header.startsWith("Connection"), header.startsWith("Transfer")];

    const answer = await talkRaw(
      house.edge,
      `GET ${pathOf({ sid })} HTTP/1.1\r\nHost: here\r\n${header}\r\n${closing ? "" : "Connection: close\r\n"}\r\n${body ? "0\r\n\r\n" : ""}`,
    );

    // What is expected and cannot be is refused by the HTTP server; another upgrade by Engine.IO.
    const status = header.endsWith("unexpected") ? 417 : header.endsWith("h2c") ? 400 : 200;
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    for (const [name, value] of Object.entries({
      "X-Latin": "äöü",
      "X-Mine": "yes",
      "X-499": "499",
    })) {
      if (header.includes(name)) expect(seen.join("\n")).toContain(`${name}\n${value}`);
    }
  });

  test("with bytes that do not belong there harms nobody", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const thrown = vi.fn();
    process.on("uncaughtException", thrown);

    const heads = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).flatMap(
      (odd) => [
        `OPTIONS ${pathOf({ sid })}&x=${odd}y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        `OPTIONS ${pathOf({ sid })} HTTP/1.1\r\nHost: x\r\nX-${odd}y: z\r\nConnection: close\r\n\r\n`,
        `OPTIONS ${pathOf({ sid })} HTTP/1.1\r\nHost: x\r\nX-y: ${odd}z\r\nConnection: close\r\n\r\n`,
      ],
    );
    const statuses = new Map<string, number>();
    for (const head of heads) {
      const status = (await talkRaw(house.edge, head)).slice(9, 12);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    process.off("uncaughtException", thrown);

    expect(thrown).not.toHaveBeenCalled();
    expect(Object.fromEntries(statuses)).toEqual({
      400: expect.any(Number),
      500: expect.any(Number),
    });
    expect(house.owner.closes).toEqual([]);
  });

  test("is seen by middleware as if its client were connected there", async ({ redis, prefix }) => {
    const seen: unknown[] = [];
    const use: Middleware = ({ socket }, _res, next) => {
      const { remoteAddress, remoteFamily, remotePort } = socket;
      const encrypted = Reflect.get(socket, "encrypted") === true;
      seen.push({ remoteAddress, remoteFamily, hasPort: Number(remotePort) > 0, encrypted });
      next();
    };
    await using house = await openHouse(kind, { redis, prefix, use });
    const sid = await openSession(house.owner);

    await ask(house.edge, { sid, method: "POST", body: "4hello" });

    const here = { remoteAddress: "127.0.0.1", remoteFamily: "IPv4", hasPort: true };
    expect(seen).toEqual(Array(2).fill({ ...here, encrypted: false }));
  });

  test("brings the headers that proxies have added", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const sid = await openSession(house.owner);
    const seen: unknown[] = [];
    house.owner.engine.on("headers", (_, req) => seen.push(req.headers["x-forwarded-for"]));

    const headers = { "X-Forwarded-For": "203.0.113.7, 10.0.0.1" };
    await ask(house.edge, { sid, method: "POST", body: "4hello", headers });

    expect(seen).toEqual(["203.0.113.7, 10.0.0.1"]);
  });
});
