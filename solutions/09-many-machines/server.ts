import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as adapters from "@socket.io/redis-adapter";
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
  WorkerId,
} from "../../page/events.ts";
import { addressOf } from "./address.ts";
import { catchUp } from "./catch-up.ts";
import { append, type Kept } from "./history.ts";
import { isDraft, isRoom, readWhereabouts } from "./input.ts";
import { closeRedis, connectRedis, publisher, subscriber } from "./redis.ts";
import { RelayEngine } from "./relay.ts";
import { Tail } from "./tail.ts";
import { createTolerantAdapter } from "./tolerant.ts";

const PORT = Number(process.env.PORT ?? 3000);
const worker: WorkerId = {
  instance: Number(process.env.NODE_APP_INSTANCE ?? 0),
  pid: process.pid,
  // Each host numbers its workers from 0 on.
  host: process.env.HOST_NAME,
};
// A Redis has many users: the prefix keeps our channels apart from theirs.
const PREFIX = process.env.REDIS_PREFIX ?? "chat";
/** Where everybody begins. */
const LOBBY = "lobby";
/** A room for those who hear what is said: it is not called as people's rooms are. */
const ENTERED = "entered";
/** How long the other workers may take to answer, in ms. */
const OTHERS = 2000;
/** How long a client may take to answer a roll call, in ms. */
const ROLL_CALL = 1000;
/** How often a client in a quiet room learns how far the stream has come, in ms. */
const OFFSET_EVERY = 10_000;

const app = express();
// What lies in public/ comes before what the page has by default: client-options.js is such a file.
app.use(express.static(here("public")));
app.use(express.static(here("../../page")));
app.use("/client", express.static(here("../../node_modules/socket.io-client/dist")));

const httpServer = createServer(app);

const io = new Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>({
  //#region answer 9.6
  adapter: createTolerantAdapter(adapters.createShardedAdapter, publisher, subscriber, {
    channelPrefix: PREFIX,
    // What is said goes through the stream: a channel for each room would carry nothing.
    subscriptionMode: "static",
  }),
  //#endregion
});

// The adapter shares messages, the engine shares sessions. What Engine.IO can be told (transports,
// pingInterval, cors, …) is told to the engine now.
const engine = new RelayEngine(publisher, subscriber, {
  prefix: `${PREFIX}:relay:`,
  // How soon a connection is given up whose other end has frozen, in ms.
  pingInterval: Number(process.env.PING_INTERVAL ?? 25_000),
  pingTimeout: Number(process.env.PING_TIMEOUT ?? 20_000),
});
engine.on("relay_error", (error: Error) => console.error(`relay: ${error.message}`));
engine.attach(httpServer, { path: "/socket.io/" });
io.bind(engine);
// To a WebSocket on another path Engine.IO says nothing, and hangs up after a second. nginx holds that
// against the host; a refusal it passes on.
httpServer.on("upgrade", ({ url }, socket) => {
  if (url?.startsWith("/socket.io/")) return;
  socket.on("error", () => {});
  const refusal = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
  socket.end(refusal, () => socket.destroy());
});

const tail = new Tail();
// Each worker tells its own clients, and they are told by nobody else.
tail.on("message", ({ room, ...said }) => void io.local.to(idOf(room)).emit("said", said));
tail.on("missed", () => void io.local.to(ENTERED).emit("missed"));
tail.on("away", (isAway) => void io.local.emit("readOnly", isAway));
tail.once("moved", () => {
  // Whoever came before this worker had read anything cannot know what has been said since.
  io.local.to(ENTERED).emit("missed");
  tellOffset();
});
setInterval(tellOffset, OFFSET_EVERY).unref();

/** Who has heard nothing for long has missed nothing, either, and shall know from where on to ask. */
function tellOffset(): void {
  if (tail.cursor !== undefined) io.local.to(ENTERED).emit("offset", tail.cursor);
}

io.on("connection", async (socket) => {
  // A client that comes back says where it was, and what it has heard.
  const { room = LOBBY, offset } = readWhereabouts(socket.handshake.auth);
  socket.data = { worker, room };
  // In brackets, because the types keep it private: whoever knows a session id can speak for it. It
  // is told here so that the page can show it; a server in production keeps it to itself.
  const address = addressOf(socket.handshake);
  socket.emit("hello", { worker, sid: socket.conn["id"], address, room, keeps: true });
  if (tail.isAway) socket.emit("readOnly", true);

  /** From this tick on it hears what is said in its room, and knows from where on. */
  const enter = () => {
    void socket.join([idOf(socket.data.room), ENTERED]);
    if (tail.cursor !== undefined) socket.emit("offset", tail.cursor);
  };

  socket.on("say", async (draft: unknown, reply: unknown) => {
    const answer = (result: Reply) => {
      if (typeof reply === "function") reply(result);
    };
    if (!isDraft(draft)) {
      answer({ ok: false, error: "A message is a text of 1 to 500 characters, with an id." });
      return;
    }
    const message = { ...draft, room: socket.data.room, from: socket.id.slice(0, 4), worker };
    try {
      await append(message);
      answer({ ok: true });
    } catch (error) {
      // It may be kept, it may not. Who gets no answer says it again, and that does no harm.
      console.error(`not kept: ${error instanceof Error ? error.message : error}`);
    }
  });

  socket.on("join", async (room: unknown, reply: unknown) => {
    const answer = (result: Reply) => {
      if (typeof reply === "function") reply(result);
    };
    if (!isRoom(room)) {
      answer({ ok: false, error: "A room is called by 1 to 20 letters, digits, spaces, _ or -." });
      return;
    }
    const before = socket.data.room;
    await socket.leave(idOf(before));
    socket.data.room = room;
    enter();
    answer({ ok: true });
    roomChanged(before);
    roomChanged(room);
  });

  socket.on("rollCall", async (reply: unknown) => {
    const result = await callRoll(socket.data.room);
    if (typeof reply === "function") reply(result);
  });

  socket.on("disconnect", () => roomChanged(socket.data.room));

  // A drill: with DRILL in its environment, this worker can be crashed on purpose.
  if (process.env.DRILL) {
    socket.on("crash", async () => {
      throw new Error(`worker ${worker.instance} was asked to crash`);
    });
  }

  if (offset === undefined) enter();
  else {
    const comer = {
      offset,
      // In another room it hears what is said there from now on.
      isGone: () => socket.disconnected || socket.data.room !== room,
      take: ({ room: where, ...said }: Kept) => {
        if (where === room) socket.emit("said", said);
      },
      miss: () => void socket.emit("missed"),
    };
    await catchUp(comer, tail, enter);
  }
  roomChanged(room);
});

/** Each socket is alone in a room called by its own id: the prefix keeps people out of those. */
function idOf(room: string): string {
  return `room:${room}`;
}

/** Who is in a room, in all workers. While the others do not answer: who is there in this one. */
async function whoIsIn(room: string): Promise<Person[]> {
  const everywhere = io.in(idOf(room)).timeout(OTHERS).fetchSockets();
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
void connectRedis()
  .catch((error: Error) => {
    console.error(`worker ${worker.instance} is alone: ${error.message}`);
  })
  .then(() => tail.follow());
await Promise.race([tail.moves(), sleep(2000)]);

httpServer.listen(PORT, () => {
  console.log(`worker ${worker.instance} (pid ${worker.pid}) listens on port ${PORT}`);
  process.send?.("ready");
});

// pm2 asks with SIGINT; Docker, systemd and kill ask with SIGTERM.
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

async function stop(): Promise<void> {
  console.log(`worker ${worker.instance} (pid ${worker.pid}) stops`);
  tail.stop();
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
