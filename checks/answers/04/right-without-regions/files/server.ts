import http from "node:http";
import path from "node:path";
import express from "express";
import { Server, type Socket } from "socket.io";
// @ts-expect-error -- it is for the page, and has no types
import { TRANSPORTS } from "./public/transports.js";

const me = { instance: Number(process.env.NODE_APP_INSTANCE), pid: process.pid };
const folder = import.meta.dirname;

const app = express();
app.use((request, _response, next) => {
  console.log(`${me.instance}: ${request.method} ${request.url}`);
  next();
});
app.get("/health", (_request, response) => void response.json({ up: process.uptime() }));
for (const files of ["public", "../../page"]) app.use(express.static(path.join(folder, files)));
app.use("/client", express.static(path.join(folder, "../../node_modules/socket.io-client/dist")));

const web = http.createServer(app);
const chat = new Server({ transports: TRANSPORTS, pingInterval: 10_000, connectTimeout: 10_000 });
chat.attach(web);

chat.use((socket, next) => {
  socket.data.since = Date.now();
  next();
});
chat.on("connection", welcome);

function welcome(socket: Socket) {
  socket.emit("hello", { worker: me, sid: (socket.conn as unknown as { id: string }).id });
  socket.on("say", (text, done = () => {}) => {
    const error = problemWith(text);
    if (!error) chat.emit("said", { text, from: socket.id.slice(0, 4), worker: me });
    if (typeof done === "function") done(error ? { ok: false, error } : { ok: true });
  });
  socket.on("disconnect", count);
  count();
}

function problemWith(text: unknown): string | undefined {
  if (typeof text !== "string") return "Only texts can be said.";
  if (text.length === 0) return "Say something.";
  return text.length > 500 ? "That is too long." : undefined;
}

function count() {
  chat.emit("members", chat.of("/").sockets.size);
}

web.listen(process.env.PORT, () => process.send?.("ready"));

process.on("SIGINT", () => {
  void chat.close().then(() => process.exit());
});
