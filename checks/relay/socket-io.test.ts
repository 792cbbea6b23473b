import { Server } from "socket.io";
import { io as connect, type ManagerOptions, type Socket } from "socket.io-client";
import { describe, expect } from "vitest";
import { openBalancer } from "./balancer.ts";
import { openRelay, type Relay } from "./house.ts";
import { holds } from "./party.ts";
import { test } from "./test.ts";

/** What each way of connecting is called. */
const WAYS: Record<string, Partial<ManagerOptions>> = {
  "by default": {},
  "by polling only": { transports: ["polling"] },
  "by WebSocket first": { transports: ["websocket", "polling"] },
};

/** How many connect at once. */
const CROWD = 20;

/** The apps of the three workers: they answer what they are asked, and say what they are told to. */
function serve({ owner, edge, other }: Relay): Server[] {
  return [owner, edge, other].map(({ engine }) => {
    const io = new Server();
    io.bind(engine);
    io.on("connection", (socket) => {
      socket.on("ask", (what: unknown, answer: (what: unknown) => void) => answer(what));
      socket.on("count", (to: number) => {
        for (let at = 0; at < to; at += 1) socket.emit("number", at);
      });
    });
    return io;
  });
}

/** So many clients of Socket.IO, closed when they are disposed. */
function gather(url: string, count: number, options: Partial<ManagerOptions>) {
  const sockets: Socket[] = [];
  const errors: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const socket = connect(url, { ...options, forceNew: true, reconnection: false });
    socket.on("connect_error", ({ message }) => errors.push(message));
    socket.on("disconnect", (reason) => errors.push(reason));
    sockets.push(socket);
  }
  return {
    sockets,
    errors,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.disconnect();
    },
  };
}

describe.each(Object.keys(WAYS))("clients that connect %s, whichever worker they meet", (way) => {
  test("are all connected, and answered", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix, echoes: false });
    serve(relay);
    await using balancer = await openBalancer([relay.owner, relay.edge, relay.other]);
    using crowd = gather(balancer.url, CROWD, WAYS[way] ?? {});
    await holds(() => crowd.sockets.every(({ connected }) => connected), "everybody, connected");

    const answers = await Promise.all(
      crowd.sockets.map((socket, at) => socket.timeout(5000).emitWithAck("ask", { at })),
    );

    expect(answers).toEqual(crowd.sockets.map((_, at) => ({ at })));
    expect(crowd.errors).toEqual([]);
  });

  test("hear everything once and in order, also while they upgrade", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix, echoes: false });
    serve(relay);
    await using balancer = await openBalancer([relay.owner, relay.edge, relay.other]);
    using crowd = gather(balancer.url, CROWD, WAYS[way] ?? {});
    const heard = crowd.sockets.map((socket) => {
      const numbers: number[] = [];
      socket.on("number", (number: number) => numbers.push(number));
      socket.on("connect", () => socket.emit("count", 200));
      return numbers;
    });

    await holds(() => heard.every(({ length }) => length >= 200), "all numbers");

    const all = Array.from({ length: 200 }, (_, at) => at);
    expect(heard).toEqual(crowd.sockets.map(() => all));
    expect(crowd.errors).toEqual([]);
  });

  test("send 1 MB in one message, and get it back", async ({ redis, prefix }) => {
    const options = { maxHttpBufferSize: 4e6 };
    await using relay = await openRelay({ redis, prefix, echoes: false, options });
    serve(relay);
    await using balancer = await openBalancer([relay.owner, relay.edge, relay.other]);
    using crowd = gather(balancer.url, 4, WAYS[way] ?? {});
    const bytes = Buffer.alloc(1e6, "0123456789");

    const answers = await Promise.all(
      crowd.sockets.map((socket) => socket.timeout(10_000).emitWithAck("ask", bytes)),
    );

    expect(answers.map((answer) => bytes.equals(answer))).toEqual(Array(4).fill(true));
  });

  test("come and go, and leave no tunnel behind", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix, echoes: false });
    serve(relay);
    const workers = [relay.owner, relay.edge, relay.other];
    await using balancer = await openBalancer(workers);
    for (let times = 0; times < 3; times += 1) {
      using crowd = gather(balancer.url, CROWD, WAYS[way] ?? {});
      await holds(() => crowd.sockets.every(({ connected }) => connected), "everybody, connected");
    }

    await holds(() => workers.every(({ engine }) => engine.clientsCount === 0), "no session", 5000);
    await holds(() => workers.every(({ engine }) => engine.relay.tunnels === 0), "no tunnel", 5000);
  });
});
