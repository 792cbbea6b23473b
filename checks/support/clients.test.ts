import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { Clients } from "./clients.ts";

test.each<[string, RequestListener, boolean]>([
  [
    "is seen in a request that comes to no answer",
    (request) => void request.socket.destroy(),
    true,
  ],
  [
    "is not seen in a request that is refused",
    (_, response) => void response.writeHead(400).end("{}"),
    false,
  ],
])("the first sign of a death %s", async (_, answer, isSign) => {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  await using clients = new Clients(`http://127.0.0.1:${port}`);

  const attempt = await clients.tryOnce();
  server.close();

  expect(attempt.connected).toBe(false);
  expect(clients.hasLost).toBe(isSign);
});
