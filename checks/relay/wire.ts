import { setImmediate as turn } from "node:timers/promises";
import {
  encodeClient,
  decodeClient,
  Kind,
  type Client,
  type Frame,
} from "../../solutions/07-share-the-handshake/frame.ts";
import { Tunnel, type Outgoing } from "../../solutions/07-share-the-handshake/tunnel.ts";

/** Both ends of a tunnel, wired to each other without a Redis between them. */
export interface Wire {
  edge: Tunnel;
  owner: Tunnel;
  /** Every frame that an end has sent, in the order in which they were sent. */
  sent: { by: "edge" | "owner"; frame: Outgoing }[];
  /** While it is true, frames wait; those that wait go on their way when it is false again. */
  isHeld: boolean;
}

/**
 * Wires two ends. As on Redis, a frame does not arrive within the turn in which it was sent.
 *
 * @param change what becomes of a frame of the edge on its way: it can be lost, doubled, changed
 */
export function wire(change: (frame: Outgoing) => Outgoing[] = (frame) => [frame]): Wire {
  const client: Client = { remoteAddress: "192.0.2.1", remotePort: 4711, encrypted: true };
  const sent: Wire["sent"] = [];
  const waiting: (() => void)[] = [];
  let isHeld = false;
  const carry = (deliver: () => void) => {
    setImmediate(() => (isHeld ? waiting.push(deliver) : deliver()));
  };

  const edge: Tunnel = new Tunnel({
    client,
    opening: encodeClient(client),
    send(frame) {
      sent.push({ by: "edge", frame });
      for (const one of change(frame)) carry(() => owner.receive(asReceived(one)));
    },
  });
  const owner: Tunnel = new Tunnel({
    client,
    send(frame) {
      sent.push({ by: "owner", frame });
      carry(() => edge.receive(asReceived(frame)));
    },
  });
  return {
    edge,
    owner,
    sent,
    get isHeld() {
      return isHeld;
    },
    set isHeld(held) {
      isHeld = held;
      if (!held) for (const deliver of waiting.splice(0)) deliver();
    },
  };
}

/** As a worker hands it to the tunnel: of an Open frame, what comes after the client. */
function asReceived({ kind, number, credit, data }: Outgoing): Frame {
  const rest = kind === Kind.Open ? (decodeClient(data)?.rest ?? data) : data;
  return { kind, from: "other", tunnel: 1, number, credit, data: rest };
}

/** Bytes in which each has its place. */
export function bytesOf(length: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, at) => at * 2654435761).buffer);
}

/** What one end has sent. */
export const framesOf = ({ sent }: Wire, by: string) =>
  sent.filter((one) => one.by === by).map(({ frame }) => frame);

/** How many bytes one end has sent. */
export const bytesSent = (wire: Wire, by: string) =>
  framesOf(wire, by).reduce((sum, { data }) => sum + data.length, 0);

/** Lets turns pass until no more frames are sent. */
export async function quiet({ sent }: Wire): Promise<void> {
  for (let before = -1; before !== sent.length;) {
    before = sent.length;
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
}

/** Writes so many bytes, and never waits: the stream itself keeps what it cannot send. */
export function pour(into: Tunnel, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += 10_000) into.write(bytes.subarray(at, at + 10_000));
}

/** Its end, by an error or not. */
export function closing(tunnel: Tunnel): Promise<void> {
  return new Promise((resolve) => void tunnel.once("close", resolve));
}

/** The next so many bytes that come out. */
export async function arrive(from: Tunnel, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let missing = length;
  for await (const chunk of from.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    missing -= chunk.length;
    if (missing <= 0) break;
  }
  return Buffer.concat(chunks);
}
