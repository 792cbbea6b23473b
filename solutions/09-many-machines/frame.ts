/**
 * What two workers tell each other about a tunnel: frames, one in each message on a Redis channel.
 *
 *     byte  0      version, 1
 *           1      kind
 *           2–6    name of the sender
 *           7–10   tunnel: the number that the edge has given it; in frames of the owner it is negative
 *          11–14   number of this frame: each end of a tunnel counts its own, from 0
 *          15–18   credit: how many more bytes the other end may send
 *          19–     data
 *
 * The **edge** is the worker that the client is connected to, the **owner** the one that has its session.
 *
 * | kind    | sent by  | data                                   | means                                  |
 * | ------- | -------- | -------------------------------------- | -------------------------------------- |
 * | Open    | the edge | who the client is, and the first bytes | take this connection                   |
 * | Data    | both     | bytes, or nothing                      | these come next; the first one accepts |
 * | End     | both     | the last bytes, or nothing             | nothing comes after this               |
 * | Unknown | both     | nothing                                | I know of no such tunnel               |
 * | Alive   | both     | tunnels, four bytes each               | I am here, and these are open          |
 *
 * Open, Data and End are numbered.
 */
export const Kind = { Open: 1, Data: 2, End: 3, Unknown: 4, Alive: 5 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export interface Frame {
  kind: Kind;
  /** The name of the worker that sends it. */
  from: string;
  tunnel: number;
  number: number;
  /** In bytes. */
  credit: number;
  data: Buffer;
}

/** Length of a worker's name, in characters of base64url: 30 bits. */
export const NAME_LENGTH = 5;
/** How many bytes may be on their way in one direction of a tunnel before its reader has taken some. */
export const WINDOW = 256 * 1024;
export const NOTHING = Buffer.alloc(0);

const VERSION = 1;
const HEAD = 19;
/** Nobody sends more at once: the whole window, and who the client is. */
const LONGEST = HEAD + WINDOW + 1024;
const NAME = /^[\w-]{5}$/;

export function encode({ kind, from, tunnel, number, credit, data }: Frame): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD + data.length);
  bytes[0] = VERSION;
  bytes[1] = kind;
  bytes.write(from, 2, "latin1");
  bytes.writeInt32BE(tunnel, 7);
  bytes.writeUInt32BE(number, 11);
  bytes.writeUInt32BE(credit, 15);
  data.copy(bytes, HEAD);
  return bytes;
}

/** Gives nothing for what is no frame: anybody can publish anything. Never throws. */
export function decode(bytes: Buffer): Frame | undefined {
  if (bytes.length < HEAD || bytes.length > LONGEST || bytes[0] !== VERSION) return undefined;
  const kind = Object.values(Kind).find((known) => known === bytes[1]);
  const from = bytes.toString("latin1", 2, 7);
  if (kind === undefined || !NAME.test(from)) return undefined;
  return {
    kind,
    from,
    tunnel: bytes.readInt32BE(7),
    number: bytes.readUInt32BE(11),
    credit: bytes.readUInt32BE(15),
    data: bytes.subarray(HEAD),
  };
}

/** The client, as its socket at the edge tells of it. */
export interface Client {
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
  remoteFamily?: string | undefined;
  /** Whether it came by TLS. */
  encrypted?: boolean | undefined;
}

/** What the data of an Open frame begins with: a length of two bytes, and JSON. */
export function encodeClient({
  remoteAddress,
  remotePort,
  remoteFamily,
  encrypted,
}: Client): Buffer {
  const json = Buffer.from(JSON.stringify({ remoteAddress, remotePort, remoteFamily, encrypted }));
  return Buffer.concat([Buffer.from([json.length >> 8, json.length & 0xff]), json]);
}

/** Who the client is, and the bytes that follow. Gives nothing for what is malformed. Never throws. */
export function decodeClient(data: Buffer): { client: Client; rest: Buffer } | undefined {
  try {
    const end = 2 + data.readUInt16BE();
    if (end > data.length) return undefined;
    const told: unknown = JSON.parse(data.toString("utf8", 2, end));
    const { remoteAddress, remotePort, remoteFamily, encrypted }: Record<string, unknown> = {
      ...(typeof told === "object" ? told : {}),
    };
    const client = {
      remoteAddress: typeof remoteAddress === "string" ? remoteAddress : undefined,
      remotePort: typeof remotePort === "number" ? remotePort : undefined,
      remoteFamily: typeof remoteFamily === "string" ? remoteFamily : undefined,
      encrypted: encrypted === true,
    };
    return { client, rest: data.subarray(end) };
  } catch {
    return undefined;
  }
}

/** The data of an Alive frame. */
export function encodeList(tunnels: readonly number[]): Buffer {
  const bytes = Buffer.alloc(tunnels.length * 4);
  tunnels.forEach((tunnel, at) => bytes.writeInt32BE(tunnel, at * 4));
  return bytes;
}

/** The tunnels in the data of an Alive frame; what is left over at its end counts for nothing. */
export function decodeList(data: Buffer): number[] {
  return Array.from({ length: data.length >> 2 }, (_, at) => data.readInt32BE(at * 4));
}
