import { request } from "node:http";
import { connect } from "node:net";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { steps } from "../catalog.ts";
import { openTools } from "../session/tools.ts";
import { freePort } from "../stage/ports.ts";
import { makeFolder, type Folder } from "../testing/folder.ts";
import { cookieName, refusalOf } from "./guard.ts";
import { openWorkbench, type Workbench } from "./server.ts";

const TOKEN = "a-token-of-thirty-two-characters";

describe("a workbench", () => {
  let page: Folder;
  let workbench: Workbench;
  let port: number;
  const open: AsyncDisposable[] = [];

  beforeAll(async () => {
    page = makeFolder({ "index.html": "<h1>The page</h1>", "assets/page.js": "" });
    port = await freePort();
    const claim = { update() {}, [Symbol.dispose]() {} };
    const tools = await openTools(claim, new AbortController().signal);
    workbench = await openWorkbench({ page: page.path, tools, port, token: TOKEN });
    open.push(workbench, tools);
  });
  afterAll(async () => {
    for (const each of open) await each[Symbol.asyncDispose]();
    page[Symbol.dispose]();
  });

  const cookie = () => `${cookieName(port)}=${TOKEN}`;
  const host = () => `127.0.0.1:${port}`;
  /** The status and headers of an answer to a request with just these headers. */
  const get = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; cookies: string[]; body: string; policy: string }>((resolve) => {
      request({ port, host: "127.0.0.1", path, headers: { Host: host(), ...headers } })
        .on("response", async (answer) => {
          const body = (await answer.toArray()).join("");
          const cookies = answer.headers["set-cookie"] ?? [];
          const policy = String(answer.headers["content-security-policy"]);
          resolve({ status: answer.statusCode ?? 0, cookies, body, policy });
        })
        .end();
    });
  const HANDSHAKE = "/socket.io/?EIO=4&transport=polling";
  const UPGRADE = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  /** The first line that answers a WebSocket handshake. */
  const upgrade = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      const all = { Host: host(), ...UPGRADE, ...headers };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
      const path = HANDSHAKE.replace("polling", "websocket");
      socket.write([`GET ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
      socket.once("data", (data) => {
        resolve(String(data).split("\r\n")[0] ?? "");
        socket.destroy();
      });
    });

  test("lets in who has the address with the token, by a cookie that no script can read", async () => {
    const first = await get(`/?token=${TOKEN}`);
    const next = await get("/assets/page.js", { Cookie: cookie() });

    expect([first.status, next.status]).toEqual([200, 200]);
    expect(first.body).toContain("The page");
    expect(first.cookies).toEqual([`${cookie()}; Path=/; HttpOnly; SameSite=Strict`]);
  });

  test("refuses whoever has no token, or another", async () => {
    const answers = await Promise.all([
      get("/"),
      get("/?token=another"),
      get("/assets/page.js", { Cookie: `${cookieName(port)}=another` }),
      get(HANDSHAKE),
      get("//"),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(answers[0]?.body).toContain("npm start");
  });

  test("refuses a name that somebody has made to point to this machine", async () => {
    const headers = { Host: `evil.example:${port}`, Cookie: cookie() };

    const answers = await Promise.all([
      get("/", headers),
      get(`/?token=${TOKEN}`, headers),
      get(HANDSHAKE, headers),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(await upgrade(headers)).toBe("HTTP/1.1 403 Forbidden");
  });

  test.each(["http://evil.example", "http://localhost:3000", "null"])(
    "refuses a page of %s, for requests and for both kinds of handshake",
    async (origin) => {
      const headers = { Origin: origin, Cookie: cookie() };

      const answers = await Promise.all([get("/", headers), get(HANDSHAKE, headers)]);

      expect(answers.map(({ status }) => status)).toEqual([403, 403]);
      expect(await upgrade(headers)).toBe("HTTP/1.1 403 Forbidden");
    },
  );

  test("lets its own page shake hands, by polling and by WebSocket", async () => {
    const headers = { Origin: `http://${host()}`, Cookie: cookie() };

    expect((await get(HANDSHAKE, headers)).status).toBe(200);
    expect(await upgrade(headers)).toBe("HTTP/1.1 101 Switching Protocols");
    expect(await upgrade({ Origin: `http://${host()}` })).toBe("HTTP/1.1 403 Forbidden");
  });

  test("serves nothing from outside its page's folder", async () => {
    const headers = { Cookie: cookie() };

    const answers = await Promise.all(
      ["/../package.json", "/%2e%2e/package.json", "/assets/..%2f..%2fpackage.json"].map((path) =>
        get(path, headers),
      ),
    );

    for (const { status, body } of answers) {
      expect(status).not.toBe(200);
      expect(body).not.toContain("broken-handshakes");
    }
  });

  test("lets no other page frame it, and its page run no script but its own", async () => {
    const { policy } = await get("/", { Cookie: cookie() });

    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("script-src");
  });

  test("lets a slide on this machine frame the lens alone, to who has the token", async () => {
    const live = await get("/live", { Cookie: cookie() });

    expect(live.status).toBe(200);
    expect(live.policy).toContain("frame-ancestors http://127.0.0.1:*");
    expect((await get("/live")).status).toBe(403);
  });

  test("listens on the loopback address only", async () => {
    const { networkInterfaces } = await import("node:os");
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address && !address.internal && address.family === "IPv4");
    if (!outside) return;

    const failure = await new Promise<string>((resolve) => {
      connect(port, outside.address)
        .once("connect", () => resolve("connected"))
        .once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    });

    expect(failure).toBe("ECONNREFUSED");
  });

  test("opens no file outside the clone, and takes no step that does not exist", async () => {
    const socket = io(`http://${host()}`, { extraHeaders: { Cookie: cookie() } });
    const ask = (...what: unknown[]) =>
      new Promise<unknown>((resolve) => socket.emit(String(what[0]), ...what.slice(1), resolve));

    const answers = [
      await ask("open", "../../etc/passwd", 1),
      await ask("open", "/etc/passwd", 1),
      await ask("guide", 10, "en"),
      await ask("start", "3; rm -rf /", "work"),
      await ask("worker", 1, { do: "kill", pid: process.pid }),
      await ask("check", 1),
      await ask("check", 10),
    ];
    socket.close();

    expect(answers).toMatchObject(answers.map(() => ({ ok: false })));
    expect(answers[0]).toMatchObject({ problem: /no file/ });
  });

  test("gives the guide of each step, in both languages", async () => {
    const socket = io(`http://${host()}`, { extraHeaders: { Cookie: cookie() } });

    for (const step of steps) {
      for (const language of ["en", "ja"]) {
        const answer: unknown = await socket.emitWithAck("guide", step.number, language);
        expect(answer).toMatchObject({ ok: true, value: { step: step.number, language } });
      }
    }
    socket.close();
  });
});

test("the address with the token opens from anywhere; what the page loads does not", () => {
  const keeper = { port: 4000, token: TOKEN };
  const headers = { host: "localhost:4000", "sec-fetch-site": "cross-site" };
  const withCookie = { ...headers, cookie: `${cookieName(4000)}=${TOKEN}` };

  expect(refusalOf({ url: `/?token=${TOKEN}`, headers }, keeper)).toBeUndefined();
  expect(refusalOf({ url: "/assets/page.js", headers: withCookie }, keeper)).toBe("origin");
});
