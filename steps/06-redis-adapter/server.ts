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

const io = new Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>(
  httpServer,
  {
    serveClient: false,
    transports: ["websocket"],
    //#region TODO 6.1
    // The adapter: createTolerantAdapter takes both clients and the options of createAdapter, PREFIX
    // as the key. How long may the other workers take to answer (requestsTimeout, in ms)?
    //#endregion
  },
);

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
    //#region TODO 6.2
    // Out of the one room, into the other; idOf gives what a room is called within Socket.IO.
    const before = socket.data.room;
    //#endregion
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
  //#region TODO 6.3
  // Socket.IO can fetch the sockets of a room from all workers; what each keeps in `data` comes with
  // them. While the others do not answer, that is rejected: then give those of this worker.
  const sockets = await io.local.in(idOf(LOBBY)).fetchSockets();
  return sockets.map(({ id, data }) => ({ from: id.slice(0, 4), worker: data.worker }));
  //#endregion
}

/** Asks everybody in a room to answer, and counts those who do in time. */
async function callRoll(room: string): Promise<RollCall> {
  //#region TODO 6.4
  // Emit "areYouHere" to the room with a timeout of ROLL_CALL, and wait for the acknowledgements.
  // Who does not answer in time must be told of: "1 of 5 did not answer within 1 s."
  return { ok: false, answered: 0, error: `Nobody has called the roll in ${room}.` };
  //#endregion
}

//#region TODO 6.5
/** In every worker, those who are in the room shall see who is. */
function roomChanged(room: string): void {
  // Only this worker knows of the change so far. Tell the others by io.serverSideEmit, and hear it
  // from them by io.on.
  void tellWhoIsIn(room);
}
//#endregion

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
  // Stops listening and ends every session, so that the clients reconnect at once.
  await io.close();
  await closeRedis();
  process.exit(0);
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
