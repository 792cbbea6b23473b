import { randomBytes } from "node:crypto";

/** What a frame of the relay begins with: version, kind, name, tunnel, number, credit. See frame.ts. */
const HEAD = 19;
const OPEN = 1;
const KINDS = [0, OPEN, 2, 3, 4, 5, 6, 255];
/** A name that no worker has: it has a character that names are not made of … */
const NOBODY = "odd!!";
/** … and one that might be a worker's, of which nobody has heard. */
const STRANGER = "odd--";
const CLIENTS = ["", "{", "null", "42", '{"remoteAddress":[]}', '{"remotePort":"x"}'];

/**
 * What somebody might publish on a worker's channel who has seen frames, and does not keep to their
 * rules: cut off, of an unknown version or kind, from nobody, for tunnels that there are not, and
 * tunnels through which comes what is no HTTP.
 */
export function oddFrames(): Buffer[] {
  const frames = KINDS.flatMap((kind) =>
    [NOBODY, STRANGER].flatMap((from) =>
      [-1, 0, 1, 2 ** 31 - 1].map((tunnel) => frame({ kind, from, tunnel })),
    ),
  );
  const openings = CLIENTS.map((client, at) => opening(100 + at, client, "GET / HTTP/1.1\r\n\r\n"));
  const noHttp = [
    opening(200, "{}", "\u0016\u0003\u0001 no HTTP at all\r\n\r\n"),
    opening(201, "{}", "GET /socket.io/?EIO=4&transport=polling&sid=x HTTP/9.9\r\n\r\n"),
    opening(202, "{}", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
    opening(203, "{}", `GET /${"x".repeat(200_000)}`),
  ];
  const whole = opening(300, "{}", "GET /socket.io/ HTTP/1.1\r\n\r\n");
  const cutOff = Array.from({ length: HEAD + 3 }, (_, length) => whole.subarray(0, length));
  const noise = [1, HEAD - 1, HEAD, 100, 10_000].map((length) => randomBytes(length));
  const otherVersion = Buffer.from(whole);
  otherVersion[0] = 2;
  return [...frames, ...openings, ...noHttp, ...cutOff, ...noise, otherVersion];
}

function frame({ kind = OPEN, from = STRANGER, tunnel = 1, data = Buffer.alloc(0) }): Buffer {
  const head = Buffer.alloc(HEAD);
  head[0] = 1;
  head[1] = kind;
  head.write(from, 2, "latin1");
  head.writeInt32BE(tunnel, 7);
  return Buffer.concat([head, data]);
}

/** Opens a tunnel for this client, with what comes through it at once. */
function opening(tunnel: number, client: string, bytes: string): Buffer {
  const length = Buffer.from([client.length >> 8, client.length & 0xff]);
  const data = Buffer.concat([length, Buffer.from(client), Buffer.from(bytes, "latin1")]);
  return frame({ tunnel, data });
}
