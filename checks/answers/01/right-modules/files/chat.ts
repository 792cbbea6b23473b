import { Server, type Socket } from "socket.io";
import { me } from "./config.ts";
import { httpServer } from "./web.ts";

class Chat {
  readonly #io: Server;

  constructor(io: Server) {
    this.#io = io;
    io.sockets.on("connect", this.welcome);
  }

  welcome = (socket: Socket) => {
    socket.emit("hello", { worker: me, sid: Reflect.get(socket.conn, "id") });
    socket.on("say", (text, reply) => this.say(socket, text, reply));
    socket.on("disconnect", this.count);
    this.count();
  };

  count = () => {
    this.#io.emit("members", this.#io.of("/").sockets.size);
  };

  say(socket: Socket, text: unknown, reply: unknown) {
    const why = problemWith(text);
    if (!why) this.#io.emit("said", { text, from: socket.id.slice(0, 4), worker: me });
    if (reply instanceof Function) reply(why ? { ok: false, error: why } : { ok: true });
  }
}

function problemWith(text: unknown): string | undefined {
  if (typeof text !== "string") return "no text";
  if (!text.length) return "empty";
  return text.length > 500 ? "too long" : undefined;
}

export const chat = new Chat(new Server(httpServer, { serveClient: false }));
