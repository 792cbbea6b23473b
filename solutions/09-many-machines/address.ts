import { isIP } from "node:net";
import type { Socket } from "socket.io";

/** From where our nginx connects to us. What anybody else says of an address is not believed. */
const PROXY = process.env.PROXY ?? "127.0.0.1";

/**
 * The address of a client. Its connection is with nginx, and nginx' connection is with us: so it is
 * what nginx says in X-Forwarded-For. Where that holds several addresses, nginx has only added to what
 * the client has sent, and nobody knows what of it is true.
 */
export function addressOf({
  headers,
  address,
}: Pick<Socket["handshake"], "headers" | "address">): string {
  const peer = address.replace(/^::ffff:/, "");
  const forwarded = headers["x-forwarded-for"];
  return peer === PROXY && typeof forwarded === "string" && isIP(forwarded) ? forwarded : peer;
}
