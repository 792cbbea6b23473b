/** The app of the soak: it keeps count of what it has handled, and tells of its own health. */
import { createServer } from "node:http";
import { createClient } from "redis";
import { Server } from "socket.io";
import { RelayEngine } from "../../../solutions/07-share-the-handshake/relay.ts";
import { HANDLED, type ClientEvents, type ServerEvents, type Health } from "../events.ts";

/** How often each client is told a number, in ms. */
const TICK = 500;

const url = process.env.REDIS_URL;
const publisher = createClient({ url, disableOfflineQueue: true });
const subscriber = createClient({ url });
for (const client of [publisher, subscriber]) {
  client.on("error", (error: Error) => console.error(`redis: ${error.message}`));
}
await Promise.all([publisher.connect(), subscriber.connect()]);

const httpServer = createServer((req, res) => {
  if (req.url !== "/health") return res.writeHead(404).end();
  global.gc?.();
  const health: Health = {
    pid: process.pid,
    heap: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().sort(),
    tunnels: engine.relay.tunnels,
    sessions: engine.clientsCount,
  };
  return res.end(JSON.stringify(health));
});
const engine = new RelayEngine(publisher, subscriber, { prefix: "soak:" });
engine.on("relay_error", (error: Error) => console.error(`relay: ${error.message}`));
engine.attach(httpServer, { path: "/socket.io/" });
const io = new Server<ClientEvents, ServerEvents>();
io.bind(engine);

io.on("connection", (socket) => {
  let ticks = 0;
  const timer = setInterval(() => socket.emit("tick", (ticks += 1)), TICK);
  socket.on("disconnect", () => clearInterval(timer));
  socket.on("say", async (id, reply) => {
    // First it is on record, then it is acknowledged: a worker may be killed in between.
    await publisher.hIncrBy(HANDLED, id, 1);
    reply();
  });
});

httpServer.listen(Number(process.env.PORT), () => process.send?.("ready"));

process.once("SIGINT", async () => {
  httpServer.close();
  await io.close();
  await Promise.allSettled([publisher.close(), subscriber.close()]);
  process.exit(0);
});
