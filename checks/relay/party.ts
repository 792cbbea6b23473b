import { until } from "../../workshop/stage/until.ts";
import { Tunnels } from "../../solutions/07-share-the-handshake/tunnels.ts";
import type { Broken, Tunnel } from "../../solutions/07-share-the-handshake/tunnel.ts";
import type { RedisClients } from "./redis-clients.ts";
import type { Redis } from "./test.ts";

/** One that has tunnels: they listen, and what others open here is kept. */
export interface Party extends RedisClients {
  tunnels: Tunnels;
  /** The ends of the tunnels that others have opened, in the order of their coming. */
  accepted: Tunnel[];
  /** What is told when Redis refuses the subscription. */
  failures: Error[];
}

export async function openParty(
  redis: Redis,
  prefix: string,
  onAccept: (tunnel: Tunnel) => void = () => {},
): Promise<Party> {
  const clients = await redis.clients();
  const accepted: Tunnel[] = [];
  const failures: Error[] = [];
  const tunnels = new Tunnels(clients.publisher, clients.subscriber, {
    prefix,
    accept(tunnel) {
      accepted.push(tunnel);
      onAccept(tunnel);
    },
    failed: (error) => failures.push(error),
  });
  await tunnels.listen();
  return {
    ...clients,
    tunnels,
    accepted,
    failures,
    async [Symbol.asyncDispose]() {
      tunnels.close();
      await clients[Symbol.asyncDispose]();
    },
  };
}

/**
 * Opens a tunnel from one to the other, and gives both ends once it is accepted.
 *
 * @throws Broken when it breaks instead.
 */
export async function openTunnel(from: Party, to: Party): Promise<{ edge: Tunnel; owner: Tunnel }> {
  const before = to.accepted.length;
  const edge = from.tunnels.open(to.tunnels.name, { remoteAddress: "192.0.2.1" });
  edge.write("hello");
  const owner = await seen(
    () => to.accepted[before] ?? failureOf(edge),
    "the tunnel to be accepted",
  );
  if (owner instanceof Error) throw owner;
  owner.write("hi");
  const answer = await seen(
    () => (edge.readableLength > 0 ? edge : failureOf(edge)),
    "the answer of the owner",
  );
  if (answer instanceof Error) throw answer;
  owner.read();
  edge.read();
  return { edge, owner };
}

function failureOf({ errored }: Tunnel): Error | undefined {
  return errored ?? undefined;
}

/** What the probe gives, once it gives something. */
export async function seen<T>(
  probe: () => T | undefined,
  what: string,
  within = 10_000,
): Promise<T> {
  const found = await until(probe, (value) => value !== undefined, {
    within,
    otherwise: () => new Error(`Not seen within ${within} ms: ${what}.`),
  });
  if (found === undefined) throw new Error("unreachable: until() gives what holds");
  return found;
}

/** Waits until it is true. */
export async function holds(probe: () => boolean, what: string, within?: number): Promise<void> {
  await seen(() => (probe() ? true : undefined), what, within);
}

/** How a tunnel ended, and after how many ms. */
export async function broken(
  tunnel: Tunnel,
): Promise<{ message: string | undefined; isOwnerGone: boolean; after: number }> {
  const start = performance.now();
  if (!tunnel.closed) await new Promise<void>((resolve) => void tunnel.once("close", resolve));
  const error = tunnel.errored as Broken | null;
  return {
    message: error?.message,
    isOwnerGone: error?.isOwnerGone === true,
    after: performance.now() - start,
  };
}
