import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { expect, test } from "vitest";
import { until } from "../../workshop/stage/until.ts";
import { disperse, gather, isBack, isThere, over, settle, strike } from "./crowd.ts";

const WITHIN = 20_000;

/** A server that acknowledges what is said. */
async function startServer() {
  const httpServer = createServer();
  const io = new Server(httpServer);
  io.on("connection", (socket) => {
    socket.emit("hello", {});
    socket.on("say", (text: string, reply: (reply: object) => void) => {
      io.emit("said", { text });
      reply({ ok: true });
    });
  });
  httpServer.listen(0, "127.0.0.1");
  await once(httpServer, "listening");
  // It listens on a port, and not on a file.
  const { port } = httpServer.address() as AddressInfo;
  return {
    io,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void (await io.close()),
  };
}

function comesTrue(condition: () => boolean): Promise<boolean> {
  return until(condition, Boolean, { within: WITHIN, otherwise: () => new Error("It does not.") });
}

test("a crowd knows whom a fault has hit, and when the last of these was served again", async () => {
  await using server = await startServer();
  gather({ url: server.url, transports: ["websocket"], count: 3, keeps: false });
  await comesTrue(isThere);

  strike();
  // One of three loses its connection, and connects again by itself.
  const [victim] = server.io.sockets.sockets.values();
  if (!victim) throw new Error("Nobody is there.");
  const gone = once(victim, "disconnect");
  victim.conn.close();
  await gone;
  await comesTrue(() => server.io.sockets.sockets.size === 3);
  over();
  await comesTrue(isBack);
  await settle();
  const { hit, back, doubled } = disperse();

  expect(hit).toBe(1);
  // It waits for 50 ms at least until it tries again.
  expect(back).toBeGreaterThan(50);
  expect(back).toBeLessThan(WITHIN);
  expect(doubled).toBe(0);
});

test("a crowd that a fault does not hit is served at once", async () => {
  await using server = await startServer();
  gather({ url: server.url, transports: ["websocket"], count: 2, keeps: false });
  await comesTrue(isThere);

  strike();
  over();
  await comesTrue(isBack);
  await settle();

  expect(disperse()).toMatchObject({ hit: 0, back: 0, lost: 0, doubled: 0 });
});
