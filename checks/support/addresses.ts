import { once } from "node:events";
import { createServer } from "node:net";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import { onAddress } from "./hosts-seen.ts";
import { must } from "./must.ts";
import { openThrough, pass, type Asked } from "./passage.ts";

/** Linux has all of 127.0.0.0/8; elsewhere there may be but one address. */
const OTHER = "127.0.0.2";
const NGINX = "127.0.0.1";
/** For documentation only: nobody has it. */
const MADE_UP = "203.0.113.7";

/**
 * A client's address must come to the app, and must not be what the client says of it. Gives what was
 * seen.
 *
 * @throws NotYet
 */
export async function mustKnowAddresses(nginx: Nginx): Promise<string[]> {
  const from = (await isOurs(OTHER)) ? OTHER : NGINX;
  const told = await addressTold(nginx, { from });
  must(told !== undefined, {
    expected: "hello to hold the client's address",
    seen: "none",
    look: { file: "server.ts" },
  });
  must(told === from, {
    expected: `a client of ${from} to be known by that address`,
    seen: `${told}${told === NGINX ? ", which is nginx's" : ""}`,
    look: onAddress,
    hint:
      told === NGINX
        ? "To the app all connections come from nginx. X-Forwarded-For has to tell the address that nginx sees: one, and no more."
        : undefined,
  });
  const forged = await addressTold(nginx, { from, headers: { "X-Forwarded-For": MADE_UP } });
  must(forged === from, {
    expected: `a client of ${from} that says X-Forwarded-For: ${MADE_UP} to be known by ${from}`,
    seen: String(forged),
    look: onAddress,
    hint:
      forged === MADE_UP
        ? "Anybody can send that header. nginx has to replace it by what it sees itself, $remote_addr."
        : "$proxy_add_x_forwarded_for adds to what the client has sent: the app gets two addresses, and believes neither. The first proxy replaces it, by $remote_addr.",
  });
  return [
    from === OTHER
      ? `a client of ${from} is known as ${told}`
      : `this machine has no ${OTHER}: a client of ${from} is known as ${told}`,
    `one that says that it is ${MADE_UP} is known as ${forged}`,
  ];
}

/** The address in the greeting of a client. */
async function addressTold(nginx: Nginx, how: Asked): Promise<string | undefined> {
  const { sid } = await openThrough(nginx, how);
  await pass(nginx, { ...how, method: "POST", sid, body: "40" });
  for (let polls = 0; polls < 3; polls += 1) {
    const { body } = await pass(nginx, { ...how, sid });
    const greeting = body.split("\x1e").find((packet) => packet.startsWith('42["hello",'));
    if (!greeting) continue;
    const [, hello]: unknown[] = JSON.parse(greeting.slice(2));
    // One person less in the room.
    await pass(nginx, { ...how, method: "POST", sid, body: "1" });
    const address: unknown =
      typeof hello === "object" && hello !== null && Reflect.get(hello, "address");
    return typeof address === "string" ? address : undefined;
  }
  return undefined;
}

/** Whether this machine has an address. */
export async function isOurs(address: string): Promise<boolean> {
  const server = createServer().listen(0, address);
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
