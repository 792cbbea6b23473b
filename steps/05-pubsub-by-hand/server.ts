import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import express from "express";
import { Server } from "socket.io";
import type { ClientToServerEvents, Reply, ServerToClientEvents } from "../../page/events.ts";
import { readNews, type News } from "./news.ts";
import { closeRedis, connectRedis, publisher, subscriber } from "./redis.ts";

const PORT = Number(process.env.PORT ?? 3000);
const worker = { instance: Number(process.env.NODE_APP_INSTANCE ?? 0), pid: process.pid };
// A Redis has many users: the prefix keeps our channel apart from theirs.
const CHANNEL = `${process.env.REDIS_PREFIX ?? "chat"}:said`;
/** How we know our own messages when they come back: pids may repeat from machine to machine. */
const ORIGIN = randomUUID();

const app = express();
// What lies in public/ comes before what the page has by default: client-options.js is such a file.
app.use(express.static(here("public")));
app.use(express.static(here("../../page")));
app.use("/client", express.static(here("../../node_modules/socket.io-client/dist")));

const httpServer = createServer(app);

const io = new Server<ClientToServerEvents, ServerToClientEvents>(httpServer, {
  serveClient: false,
  transports: ["websocket"],
});

io.on("connection", (socket) => {
  // In brackets, because the types keep it private: whoever knows a session id can speak for it. It
  // is told here so that the page can show it; a server in production keeps it to itself.
  socket.emit("hello", { worker, sid: socket.conn["id"] });

  socket.on("say", (text: unknown, reply: unknown) => {
    const answer = (result: Reply) => {
      if (typeof reply === "function") reply(result);
    };
    if (typeof text !== "string" || text.length < 1 || text.length > 500) {
      answer({ ok: false, error: "A message is a text of 1 to 500 characters." });
      return;
    }
    //#region TODO 5.2
    // io.emit reaches the clients of this worker only, and to say so is better: io.local.emit. Then
    // publish it on CHANNEL, as JSON, with ORIGIN. What if Redis is away?
    io.emit("said", { text, from: socket.id.slice(0, 4), worker });
    //#endregion
    answer({ ok: true });
  });

  io.emit("members", io.sockets.sockets.size);
  socket.on("disconnect", () => io.emit("members", io.sockets.sockets.size));

  // A drill: with DRILL in its environment, this worker can be crashed on purpose.
  if (process.env.DRILL) {
    socket.on("crash", async () => {
      throw new Error(`worker ${worker.instance} was asked to crash`);
    });
  }
});

/** Tells our clients what the other workers say. */
async function hearTheOthers(): Promise<void> {
  //#region TODO 5.3
  // Connect (connectRedis), then subscribe to CHANNEL. readNews reads what comes. Who needs it, and
  // who has it already?
  //#endregion
}

// First the others, then the clients; but a Redis that is away must not keep us from serving.
const joined = hearTheOthers().catch((error: Error) => {
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
