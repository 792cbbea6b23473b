import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import express from "express";
import { Server } from "socket.io";
import type {
  ClientToServerEvents,
  InterServerEvents,
  Person,
  Reply,
  RollCall,
  ServerToClientEvents,
  SocketData,
} from "../../page/events.ts";
import { closeRedis, connectRedis, publisher, subscriber } from "./redis.ts";
import { RelayEngine } from "./relay.ts";
import { createTolerantAdapter } from "./tolerant.ts";

const PORT = Number(process.env.PORT ?? 3000);
const worker = { instance: Number(process.env.NODE_APP_INSTANCE ?? 0), pid: process.pid };
// A Redis has many users: the prefix keeps our channels apart from theirs.
const PREFIX = process.env.REDIS_PREFIX ?? "chat";
/** Where everybody begins. */
const LOBBY = "lobby";
/** How long a client may take to answer a roll call, in ms. */
const ROLL_CALL = 1000;

const app = express();
// What lies in public/ comes before what the page has by default: client-options.js is such a file.
app.use(express.static(here("public")));
app.use(express.static(here("../../page")));
app.use("/client", express.static(here("../../node_modules/socket.io-client/dist")));

const httpServer = createServer(app);

const io = new Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>({
  adapter: createTolerantAdapter(publisher, subscriber, {
    key: PREFIX,
    // How long the other workers may take to answer, in ms.
    requestsTimeout: 2000,
  }),
});

// The adapter shares messages, the engine shares sessions. What Engine.IO can be told (transports,
// pingInterval, cors, …) is told to the engine now.
const engine = new RelayEngine(publisher, subscriber, { prefix: `${PREFIX}:relay:` });
engine.on("relay_error", (error: Error) => console.error(`relay: ${error.message}`));
engine.attach(httpServer, { path: "/socket.io/" });
io.bind(engine);

io.on("connection", async (socket) => {
  socket.data = { worker, room: LOBBY };
  // In brackets, because the types keep it private: whoever knows a session id can speak for it. It
  // is told here so that the page can show it; a server in production keeps it to itself.
  socket.emit("hello", { worker, sid: socket.conn["id"], room: LOBBY });

  socket.on("say", (text: unknown, reply: unknown) => {
    const answer = (result: Reply) => {
      if (typeof reply === "function") reply(result);
    };
    if (typeof text !== "string" || text.length < 1 || text.length > 500) {
      answer({ ok: false, error: "A message is a text of 1 to 500 characters." });
      return;
    }
    io.to(idOf(socket.data.room)).emit("said", { text, from: socket.id.slice(0, 4), worker });
    answer({ ok: true });
  });

  socket.on("join", async (room: unknown, reply: unknown) => {
    const answer = (result: Reply) => {
      if (typeof reply === "function") reply(result);
    };
    if (typeof room !== "string" || !/^[\p{L}\p{N} _-]{1,20}$/u.test(room)) {
      answer({ ok: false, error: "A room is called by 1 to 20 letters, digits, spaces, _ or -." });
      return;
    }
    const before = socket.data.room;
    await socket.leave(idOf(before));
    socket.data.room = room;
    await socket.join(idOf(room));
    answer({ ok: true });
    roomChanged(before);
    roomChanged(room);
  });

  socket.on("rollCall", async (reply: unknown) => {
    const result = await callRoll(socket.data.room);
    if (typeof reply === "function") reply(result);
  });

  await socket.join(idOf(LOBBY));
  roomChanged(LOBBY);
  socket.on("disconnect", () => roomChanged(socket.data.room));

  // A drill: with DRILL in its environment, this worker can be crashed on purpose.
  if (process.env.DRILL) {
    socket.on("crash", async () => {
      throw new Error(`worker ${worker.instance} was asked to crash`);
    });
  }
});

/** Each socket is alone in a room called by its own id: the prefix keeps people out of those. */
function idOf(room: string): string {
  return `room:${room}`;
}

/** Who is in a room, in all workers. While the others do not answer: who is there in this one. */
async function whoIsIn(room: string): Promise<Person[]> {
  const everywhere = io.in(idOf(room)).fetchSockets();
  const sockets = await everywhere.catch(() => io.local.in(idOf(room)).fetchSockets());
  return sockets.map(({ id, data }) => ({ from: id.slice(0, 4), worker: data.worker }));
}

/** Asks everybody in a room to answer, and counts those who do in time. */
async function callRoll(room: string): Promise<RollCall> {
  const { length: present } = await whoIsIn(room);
  try {
    const answers = await io.to(idOf(room)).timeout(ROLL_CALL).emitWithAck("areYouHere");
    return { ok: true, answered: answers.length };
  } catch (error) {
    // The answers that came in time come with the error.
    const answers = error instanceof Error && "responses" in error ? error.responses : [];
    const answered = Array.isArray(answers) ? answers.length : 0;
    const missing = present - answered;
    // Who is in the room is not known, either, while a worker does not answer.
    const who = missing > 0 ? `${missing} of ${present}` : "Some worker";
    return { ok: false, answered, error: `${who} did not answer within ${ROLL_CALL / 1000} s.` };
  }
}

/** In every worker, those who are in the room shall see who is. */
function roomChanged(room: string): void {
  void tellWhoIsIn(room);
  io.serverSideEmit("roomChanged", room);
}

// One of the other workers has said so.
io.on("roomChanged", (room) => void tellWhoIsIn(room));

/** Rooms that are being told; true for one that has changed again meanwhile. */
const telling = new Map<string, boolean>();

/** Tells our own clients who is in their room. One at a time, so that the last word is the newest. */
async function tellWhoIsIn(room: unknown): Promise<void> {
  // "roomChanged" comes from whoever can publish in Redis, with anything.
  if (typeof room !== "string") return;
  if (telling.has(room)) {
    telling.set(room, true);
    return;
  }
  do {
    telling.set(room, false);
    const people = await whoIsIn(room);
    io.local.to(idOf(room)).emit("members", people.length);
    io.local.to(idOf(room)).emit("present", people);
  } while (telling.get(room));
  telling.delete(room);
}

// First the others, then the clients; but a Redis that is away must not keep us from serving.
const joined = connectRedis().catch((error: Error) => {
  console.error(`worker ${worker.instance} is alone: ${error.message}`);
});
await Promise.race([joined, sleep(2000)]);

httpServer.listen(PORT, () => {
  console.log(`worker ${worker.instance} (pid ${worker.pid}) listens on port ${PORT}`);
  process.send?.("ready");
});

// pm2 asks with SIGINT; Docker, systemd and kill ask with SIGTERM.
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

async function stop(): Promise<void> {
  console.log(`worker ${worker.instance} (pid ${worker.pid}) stops`);
  const closed = new Promise((resolve) => httpServer.close(resolve));
  // Ends every session, and every connection that was handed on, so that the clients reconnect at once.
  await io.close();
  await Promise.race([closed, sleep(1000)]);
  await closeRedis();
  process.exit(0);
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
