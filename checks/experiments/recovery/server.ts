/** The app of the experiment: Socket.IO's own way to lose nothing, as its documentation shows it. */
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import type { ClientEvents, ServerEvents } from "./events.ts";

const redis = createClient({ url: process.env.REDIS_URL });
redis.on("error", (error: Error) => console.error(`redis: ${error.message}`));
await redis.connect();

const httpServer = createServer();
const io = new Server<ClientEvents, ServerEvents>(httpServer, {
  // One request makes the handshake, so it needs no relay.
  transports: ["websocket"],
  adapter: createAdapter(redis),
  connectionStateRecovery: {
    // Socket.IO's own default is 2 minutes.
    maxDisconnectionDuration: Number(process.env.MAX_DISCONNECTION ?? 120_000),
  },
});

io.on("connection", (socket) => {
  socket.on("where", (reply) => reply(process.pid));
  socket.on("say", (text, reply) => {
    io.emit("said", text);
    reply();
  });
});

httpServer.listen(Number(process.env.PORT), () => process.send?.("ready"));

process.once("SIGINT", async () => {
  await io.close();
  await redis.close();
  process.exit(0);
});
