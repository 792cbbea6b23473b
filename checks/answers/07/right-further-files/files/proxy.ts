import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline, type Duplex } from "node:stream";

const HOP =
  /^(?:connection|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

export function proxy(
  connection: Duplex,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  refuse: () => void,
): void {
  const further = request({
    createConnection: () => connection,
    method: incoming.method,
    path: incoming.url,
    headers: [...kept(incoming), "connection", "close"],
  });
  connection.once("close", () => {
    incoming.unpipe(further).resume();
    if (!outgoing.headersSent) refuse();
  });
  outgoing.once("close", () => connection.destroy());
  further.once("error", () => {});
  further.once("response", (reply: IncomingMessage) => {
    outgoing.writeHead(reply.statusCode ?? 500, kept(reply));
    pipeline(reply, outgoing, () => {});
  });
  incoming.pipe(further);
}

export function splice(
  connection: Duplex,
  incoming: IncomingMessage,
  socket: Duplex,
  first: Buffer,
  refuse: () => void,
): void {
  connection.once("close", refuse);
  connection.once("accept", () => {
    connection.off("close", refuse);
    pipeline(socket, connection, socket, () => {
      connection.destroy();
      socket.destroy();
    });
  });
  socket.on("error", () => connection.destroy());
  socket.on("close", () => connection.destroy());
  const lines = [`${incoming.method} ${incoming.url} HTTP/${incoming.httpVersion}`];
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
  }
  connection.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (first.length > 0) connection.write(first);
}

function kept({ rawHeaders }: IncomingMessage): string[] {
  const list: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (!HOP.test(name)) list.push(name, value);
  }
  return list;
}
