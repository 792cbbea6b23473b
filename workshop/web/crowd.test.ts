import { createServer } from "node:http";
import { Server } from "socket.io";
import { describe, expect, test } from "vitest";
import { until } from "../stage/until.ts";
import { Crowd, LIMIT } from "./crowd.ts";
import type { CrowdState } from "./crowd-state.ts";
import type { CrowdTarget } from "./protocol.ts";

/** A Socket.IO server in this process; `refuses`: it says that it knows none of its sessions. */
async function startServer({ refuses = false } = {}) {
  const http = createServer();
  const io = new Server(http);
  if (refuses) {
    const listeners = http.listeners("request");
    http.removeAllListeners("request").on("request", (request, response) => {
      if (!request.url?.includes("sid=")) {
        for (const each of listeners) Reflect.apply(each, http, [request, response]);
        return;
      }
      response.writeHead(400, { "Content-Type": "application/json" });
      response.end('{"code":1,"message":"Session ID unknown"}');
    });
  }
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const target: CrowdTarget = {
    url: `http://127.0.0.1:${port}`,
    transports: ["polling", "websocket"],
  };
  return { io, target, [Symbol.asyncDispose]: async () => void (await io.close()) };
}

/** Waits until the crowd fares like this, and gives how it does. */
function fares(crowd: Crowd, holds: (state: CrowdState) => boolean): Promise<CrowdState> {
  return until(() => crowd.state, holds, {
    within: 20_000,
    otherwise: (last) => new Error(`It fares otherwise: ${JSON.stringify(last)}`),
  });
}

describe("the crowd", () => {
  test("connects so many clients, and tells how many are on WebSocket", async () => {
    await using server = await startServer();
    await using crowd = new Crowd(() => {});

    await crowd.open(server.target, 10);

    const state = await fares(crowd, ({ onWebSocket }) => onWebSocket === 10);
    expect(state).toMatchObject({ wanted: 10, connected: 10, connecting: 0, failed: 0 });
    expect(server.io.engine.clientsCount).toBe(10);
  });

  test("connects by the transports of the step, and by no others", async () => {
    await using server = await startServer();
    await using crowd = new Crowd(() => {});

    await crowd.open({ ...server.target, transports: ["polling"] }, 3);

    expect(await fares(crowd, ({ connected }) => connected === 3)).toMatchObject({
      onWebSocket: 0,
    });
  });

  test("counts each refusal, and says what was said", async () => {
    await using server = await startServer({ refuses: true });
    await using crowd = new Crowd(() => {});

    await crowd.open(server.target, 2);

    const state = await fares(crowd, ({ refused }) => refused >= 2);
    expect(state.connected).toBe(0);
    expect(state.problem).toContain("Session ID unknown");
  });

  test("opens no more than the limit, however many are asked for", async () => {
    await using crowd = new Crowd(() => {});
    // Nobody answers there: whether they connect is not the question.
    const opening = crowd.open({ url: "http://127.0.0.1:9", transports: ["websocket"] }, 10_000);

    expect(crowd.state).toMatchObject({ wanted: LIMIT, limit: LIMIT });
    await crowd.close();
    await opening;
  });

  test.each([Number.NaN, -3, 0.9])("takes %s for none", async (count) => {
    await using crowd = new Crowd(() => {});

    await crowd.open({ url: "http://127.0.0.1:9", transports: ["websocket"] }, count);

    expect(crowd.state.wanted).toBe(0);
  });

  test("leaves when it is sent away, and nobody comes after that", async () => {
    await using server = await startServer();
    await using crowd = new Crowd(() => {});
    await crowd.open(server.target, 5);

    await crowd.close();

    await until(
      () => server.io.engine.clientsCount,
      (count) => count === 0,
      { within: 10_000, otherwise: (last) => new Error(`${last} are still there.`) },
    );
    expect(crowd.state).toMatchObject({ wanted: 0, connected: 0, refused: 0 });
  });

  test("tells of its changes, the last one too", async () => {
    await using server = await startServer();
    const told: CrowdState[] = [];
    await using crowd = new Crowd((state) => told.push(state));

    await crowd.open(server.target, 3);

    await until(
      () => told.at(-1),
      (last) => last?.connected === 3,
      { within: 10_000, otherwise: (last) => new Error(`Told last: ${JSON.stringify(last)}`) },
    );
  });
});
