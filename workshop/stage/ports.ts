import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/**
 * Where free ports are looked for: below those that operating systems give to outgoing connections
 * (from 32768 on Linux, 49152 elsewhere), of which there are always some that come and go.
 */
const FIRST = 20_000;
const LAST = 32_000;
/** Those that were given last: whoever asked for one may not listen on it yet. */
const given = new Set<number>();
/** So many of them are remembered. */
const REMEMBERED = 1_000;
/** How often one is tried at random before the operating system is asked. */
const TRIES = 50;

/**
 * A TCP port that was free a moment ago on every interface, that no outgoing connection takes, and that
 * this process has not been given lately.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port)) continue;
    remember(port);
    if (await isFree(port)) return port;
  }
  const port = await listenOnce(0);
  if (port === undefined) throw new Error("The operating system gave no free port.");
  return port;
}

function remember(port: number): void {
  given.add(port);
  const [oldest] = given;
  if (given.size > REMEMBERED && oldest !== undefined) given.delete(oldest);
}

/** The wished port where it is free, else the next free one above it. */
export async function portFrom(wished: number): Promise<number> {
  for (let port = wished; port < wished + 100; port += 1) {
    if (await isFree(port)) return port;
  }
  return freePort();
}

export async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

/** Whether somebody takes connections on that port of the loopback address. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * Listens as `server.listen(port)` does, on every interface, and stops at once. Programs that hold
 * the port on the loopback address alone are found by a second try there.
 */
async function listenOnce(port: number): Promise<number | undefined> {
  const everywhere = await tryListen(port, undefined);
  if (everywhere === undefined) return undefined;
  return (await tryListen(everywhere, "127.0.0.1")) === undefined ? undefined : everywhere;
}

function tryListen(port: number, host: string | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() =>
        resolve(address && typeof address === "object" ? address.port : undefined),
      );
    });
  });
}
