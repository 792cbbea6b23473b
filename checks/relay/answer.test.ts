import type { Server as Engine } from "engine.io";
import { describe, expect } from "vitest";
import { ask, openSession } from "./by-hand.ts";
import { KINDS, openHouse, type Middleware } from "./house.ts";
import { test } from "./test.ts";

/** A session id as a worker makes them, of nobody. */
const NOBODYS = "Nobod123456789012345";

describe.each(KINDS)("an answer in %s", (kind) => {
  test("has what the app adds, in its events and its middleware", async ({ redis, prefix }) => {
    const use: Middleware = (_req, res, next) => {
      res.setHeader("X-Middleware", "yes");
      res.setHeader("Set-Cookie", ["a=1", "b=2"]);
      next();
    };
    const prepare = (engine: Engine) => {
      engine.on("headers", (headers) => (headers["X-Event"] = "yes"));
      engine.on("initial_headers", (headers) => (headers["X-Initial"] = "yes"));
    };
    await using house = await openHouse(kind, { redis, prefix, use, prepare });
    const sid = await openSession(house.owner);

    const { headers } = await ask(house.edge, { sid, method: "POST", body: "4hello" });

    expect(headers).toMatchObject({
      "x-middleware": "yes",
      "x-event": "yes",
      "set-cookie": ["a=1", "b=2"],
    });
    expect(headers).not.toHaveProperty("x-initial");
  });

  test("has a cookie for the session once, at its beginning", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, {
      redis,
      prefix,
      options: { cookie: { name: "io" } },
    });

    const first = await ask(house.owner);
    const sid = /"sid":"([^"]+)"/.exec(first.body)?.[1] ?? "";
    const next = await ask(house.edge, { sid, method: "POST", body: "4hello" });

    expect(first.headers["set-cookie"]).toEqual([`io=${sid}; Path=/; HttpOnly; SameSite=Lax`]);
    expect(next.headers).not.toHaveProperty("set-cookie");
  });

  test.for([
    ["a session", {}, 200],
    ["nobody's session", { sid: NOBODYS }, 400],
  ] as const)("about %s is for whom CORS says", async ([, question, status], { redis, prefix }) => {
    const cors = { origin: "https://example.com", credentials: true };
    await using house = await openHouse(kind, { redis, prefix, options: { cors } });
    const sid = await openSession(house.owner);
    const headers = { Origin: "https://example.com" };

    const answer = await ask(house.edge, {
      sid,
      method: "POST",
      body: "4hello",
      headers,
      ...question,
    });

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "https://example.com",
      "access-control-allow-credentials": "true",
      vary: "Origin",
    });
  });

  test("to a preflight of CORS is empty", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, {
      redis,
      prefix,
      options: { cors: { origin: "https://example.com", methods: ["GET", "POST"] } },
    });
    const sid = await openSession(house.owner);
    const headers = {
      Origin: "https://example.com",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "x-mine",
    };

    const answer = await ask(house.edge, { sid, method: "OPTIONS", headers, body: "" });

    expect(answer).toMatchObject({ status: 204, body: "" });
    expect(answer.headers).toMatchObject({
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "x-mine",
    });
    expect(house.owner.closes).toEqual([]);
  });

  test("that is too much has the headers of CORS, too", async ({ redis, prefix }) => {
    const options = { cors: { origin: "*" }, maxHttpBufferSize: 100 };
    await using house = await openHouse(kind, { redis, prefix, options });
    const sid = await openSession(house.owner);

    const answer = await ask(house.edge, { sid, method: "POST", body: "4".repeat(101) });

    expect(answer.status).toBe(413);
    expect(answer.headers).toMatchObject({ "access-control-allow-origin": "*" });
  });

  test("is refused by what middleware says", async ({ redis, prefix }) => {
    const use: Middleware = (req, _res, next) =>
      next("no" in req.headers ? new Error("no") : undefined);
    const options = { maxHttpBufferSize: 100 };
    await using house = await openHouse(kind, { redis, prefix, use, options });
    const sid = await openSession(house.owner);

    for (const body of ["4hello", "4".repeat(101)]) {
      const answer = await ask(house.edge, { sid, method: "POST", body, headers: { no: "1" } });
      expect(answer.status).toBe(400);
    }
  });
});

describe.each(KINDS)("middleware in %s", (kind) => {
  test("may answer by itself and fail then", async ({ redis, prefix }) => {
    const use: Middleware = (_req, res, next) => {
      if (res.req.method === "POST") res.end("mine");
      next(res.writableEnded ? new Error("too late") : undefined);
    };
    const options = { maxHttpBufferSize: 100 };
    await using house = await openHouse(kind, { redis, prefix, use, options });
    const sid = await openSession(house.owner);

    for (const body of ["4hello", "4".repeat(101)]) {
      const answer = await ask(house.edge, { sid, method: "POST", body });
      expect(answer).toMatchObject({ status: 200, body: "mine" });
    }
  });
});

describe.each(KINDS)("a handshake in %s", (kind) => {
  test("is refused by allowRequest, and its session's requests are not asked for", async ({
    redis,
    prefix,
  }) => {
    const asked: unknown[] = [];
    const options: ConstructorParameters<typeof Engine>[0] = {
      allowRequest(req, answer) {
        asked.push(req.headers["x-who"]);
        answer(
          req.headers["x-who"] === "friend" ? null : "strangers may not",
          req.headers["x-who"] === "friend",
        );
      },
    };
    await using house = await openHouse(kind, { redis, prefix, options });

    const stranger = await ask(house.edge);
    const sid = await openSession(house.owner, { headers: { "X-Who": "friend" } });
    const next = await ask(house.edge, { sid, method: "POST", body: "4hello" });

    expect(stranger).toMatchObject({
      status: 403,
      body: '{"code":4,"message":"strangers may not"}',
    });
    expect(next.status).toBe(200);
    expect(asked).toEqual([undefined, "friend"]);
  });

  test("of the third protocol is served, where it may", async ({ redis, prefix }) => {
    const options = { allowEIO3: true };
    await using house = await openHouse(kind, { redis, prefix, options });
    const query = { EIO: "3" };
    const sid = await openSession(house.owner, { query });

    await ask(house.edge, { sid, query, method: "POST", body: "6:4hello" });
    const answer = await ask(house.other, { sid, query: { ...query, b64: "1" } });

    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain("4echo hello");
  });

  test("by JSONP is served", async ({ redis, prefix }) => {
    await using house = await openHouse(kind, { redis, prefix });
    const query = { j: "7" };
    const sid = /\\"sid\\":\\"([^"\\]+)/.exec((await ask(house.owner, { query })).body)?.[1];

    await ask(house.edge, { sid, query, method: "POST", body: "d=4hello" });
    const answer = await ask(house.other, { sid, query });

    expect(answer).toMatchObject({ status: 200, body: '___eio[7]("4echo hello");' });
  });
});
