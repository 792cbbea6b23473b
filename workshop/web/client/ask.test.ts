import { once } from "node:events";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { freePort } from "../../stage/ports.ts";
import type { PageSocket, PageToServer, ServerToPage } from "../protocol.ts";
import { ask, keepNothingFor, NOT_ASKED } from "./ask.ts";

afterEach(() => vi.restoreAllMocks());

/** A server that answers what is about step 1, and leaves the rest without an answer. */
async function openServer(port: number) {
  const http = createServer();
  const server = new Server<PageToServer, ServerToPage>(http);
  const heard: string[] = [];
  server.on("connection", (socket) => {
    socket.onAny((what: string, step: number) => heard.push(`${what} ${step}`));
    socket.on("check", (step, reply) => {
      if (step === 1) reply({ ok: true, value: undefined });
    });
    socket.on("stop", (_step, reply) => reply({ ok: false, problem: "Nothing runs." }));
  });
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  return { heard, [Symbol.asyncDispose]: () => server.close() };
}

/** A page's end of the connection. */
function connect(port: number) {
  const socket: PageSocket = io(`http://127.0.0.1:${port}`, { reconnectionDelay: 20 });
  keepNothingFor(socket);
  const comes = (what: "connect" | "disconnect") =>
    new Promise<void>((resolve) => socket.once(what, () => resolve()));
  const check = (step: number) => ask(socket, () => socket.emitWithAck("check", step));
  return { socket, comes, check, [Symbol.dispose]: () => void socket.disconnect() };
}

test("what the server says to be wrong is thrown, in its words", async () => {
  const port = await freePort();
  await using _server = await openServer(port);
  using page = connect(port);
  await page.comes("connect");

  await page.check(1);

  await expect(ask(page.socket, () => page.socket.emitWithAck("stop", 1))).rejects.toThrow(
    "Nothing runs.",
  );
});

describe("when the connection is lost", () => {
  test("whoever waits for an answer hears that there will be none", async () => {
    const port = await freePort();
    const server = await openServer(port);
    using page = connect(port);
    await page.comes("connect");

    const told = expect(page.check(2)).rejects.toThrow("before it answered");
    await vi.waitUntil(() => server.heard.length > 0);
    await server[Symbol.asyncDispose]();

    await told;
  });

  test("nothing is asked, and nothing of it is done by the server that comes then", async () => {
    const port = await freePort();
    const server = await openServer(port);
    using page = connect(port);
    await page.comes("connect");
    const lost = page.comes("disconnect");
    await server[Symbol.asyncDispose]();
    await lost;

    const answer = page.check(3);

    await expect(answer).rejects.toThrow(NOT_ASKED);
    const back = page.comes("connect");
    await using next = await openServer(port);
    await back;
    await page.check(1);
    expect(next.heard).toEqual(["check 1"]);
  });

  test("after a long sleep, what is asked before that is noticed is not done later", async () => {
    const port = await freePort();
    await using server = await openServer(port);
    using page = connect(port);
    await page.comes("connect");
    const lost = page.comes("disconnect");

    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
    const answer = page.check(2);

    await expect(answer).rejects.toThrow("before it answered");
    vi.restoreAllMocks();
    await lost;
    if (!page.socket.connected) await page.comes("connect");
    await page.check(1);
    expect(server.heard).toEqual(["check 1"]);
  });
});
