import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decode,
  decodeClient,
  decodeList,
  encode,
  encodeClient,
  encodeList,
  Kind,
  WINDOW,
  type Frame,
} from "../../solutions/07-share-the-handshake/frame.ts";

/** So many bytes of a frame come before its data. */
const HEAD = 19;

const bytes = (constraints: fc.IntArrayConstraints = {}) =>
  fc.uint8Array(constraints).map((array) => Buffer.from(array));
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const name = fc.stringMatching(/^[\w-]{5}$/);

const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...Object.values(Kind)),
  from: name,
  tunnel: int32,
  number: uint32,
  credit: uint32,
  data: bytes({ maxLength: 2000 }),
});

const client = fc.record({
  remoteAddress: fc.option(fc.oneof(fc.ipV4(), fc.ipV6()), { nil: undefined }),
  remotePort: fc.option(fc.nat(65535), { nil: undefined }),
  remoteFamily: fc.option(fc.constantFrom("IPv4", "IPv6"), { nil: undefined }),
  encrypted: fc.boolean(),
});

const sample: Frame = {
  kind: Kind.Data,
  from: "Wor-1",
  tunnel: -7,
  number: 3,
  credit: 9,
  data: Buffer.from("hello"),
};

/** The sample, with some of its bytes written over. */
function sampleWith(at: number, ...values: number[]): Buffer {
  const bytes = encode(sample);
  bytes.set(values, at);
  return bytes;
}

describe("a frame", () => {
  test("comes out of its bytes as it went in", () => {
    fc.assert(fc.property(frame, (frame) => void expect(decode(encode(frame))).toEqual(frame)));
  });

  test("looks on the wire as its description says", () => {
    expect(encode(sample).toString("latin1")).toBe(
      "\x01\x02Wor-1\xff\xff\xff\xf9\0\0\0\x03\0\0\0\x09hello",
    );
  });

  test("is never seen in other bytes, and those never throw", () => {
    const others = bytes({ maxLength: 200 }).filter((bytes) => bytes[0] !== 1);

    fc.assert(fc.property(others, (bytes) => void expect(decode(bytes)).toBeUndefined()));
  });

  test("survives any change of its bytes, or is none", () => {
    const change = fc.record({ at: fc.nat(HEAD + 4), value: fc.nat(255) });

    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const bytes = encode(sample);
        for (const { at, value } of changes) bytes[at] = value;
        const frame = decode(bytes);
        if (frame) expect(encode(frame)).toEqual(bytes);
      }),
    );
  });

  test.for([
    ["is cut short in its head", encode(sample).subarray(0, HEAD - 1)],
    ["is empty", Buffer.alloc(0)],
    ["has another version", sampleWith(0, 2)],
    ["has no kind", sampleWith(1, 0)],
    ["has an unknown kind", sampleWith(1, 6)],
    ["has a sender with a space", sampleWith(4, 0x20)],
    ["has a sender with a line break at its end", sampleWith(6, 0x0a)],
    ["has a sender with a star", sampleWith(2, 0x2a)],
    ["has a sender beyond ASCII", sampleWith(2, 0xe9)],
    ["is longer than anybody sends", encode({ ...sample, data: Buffer.alloc(WINDOW + 1025) })],
  ] as const)("is none when it %s", ([, bytes]) => {
    expect(decode(bytes)).toBeUndefined();
  });

  test("holds a whole window, and who the client is", () => {
    const data = Buffer.concat([encodeClient(longestClient()), Buffer.alloc(WINDOW)]);

    expect(decode(encode({ ...sample, kind: Kind.Open, data }))?.data.equals(data)).toBe(true);
  });

  test("is read without a copy of its data: what is dropped costs nothing", () => {
    const bytes = encode({ ...sample, data: Buffer.alloc(WINDOW) });

    expect(decode(bytes)?.data.buffer).toBe(bytes.buffer);
  });
});

describe("the client in an Open frame", () => {
  test("comes out of its bytes as it went in, and so do the bytes that follow", () => {
    fc.assert(
      fc.property(client, bytes(), (client, rest) => {
        expect(decodeClient(Buffer.concat([encodeClient(client), rest]))).toEqual({ client, rest });
      }),
    );
  });

  test("never throws, whatever the bytes", () => {
    fc.assert(fc.property(bytes(), (bytes) => void decodeClient(bytes)));
  });

  test("is of the types that a socket has, whatever the JSON says", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const decoded = decodeClient(lengthAndText(json));
        expect(decoded?.client ?? {}).toSatisfy(isClient);
      }),
    );
    fc.assert(
      fc.property(
        fc.record({
          remoteAddress: fc.jsonValue(),
          remotePort: fc.jsonValue(),
          remoteFamily: fc.jsonValue(),
          encrypted: fc.jsonValue(),
        }),
        (told) =>
          void expect(decodeClient(lengthAndText(JSON.stringify(told)))?.client).toSatisfy(
            isClient,
          ),
      ),
    );
  });

  test("is nobody when the bytes are fewer than they say", () => {
    const whole = encodeClient({ remoteAddress: "10.0.0.1", remotePort: 80, remoteFamily: "IPv4" });
    const saysMore = Buffer.concat([
      Buffer.from([whole[0] ?? 0, (whole[1] ?? 0) + 1]),
      whole.subarray(2),
    ]);

    for (let length = 0; length < whole.length; length += 1) {
      expect(decodeClient(whole.subarray(0, length))).toBeUndefined();
    }
    expect(decodeClient(saysMore)).toBeUndefined();
  });
});

describe("the list in an Alive frame", () => {
  test("comes out of its bytes as it went in", () => {
    fc.assert(
      fc.property(
        fc.array(int32),
        (list) => void expect(decodeList(encodeList(list))).toEqual(list),
      ),
    );
  });

  test("counts whole numbers only, whatever the bytes", () => {
    fc.assert(
      fc.property(
        bytes(),
        (bytes) => void expect(decodeList(bytes)).toHaveLength(bytes.length >> 2),
      ),
    );
  });
});

function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function longestClient() {
  return {
    remoteAddress: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%interface-15-ch",
    remotePort: 65535,
    remoteFamily: "IPv6",
    encrypted: true,
  };
}

function isClient(client: object): boolean {
  const types = Object.entries(client).map(([key, value]) => `${key} ${typeof value}`);
  return types.every((type) =>
    /^(remoteAddress|remoteFamily) (string|undefined)$|^remotePort (number|undefined)$|^encrypted boolean$/.test(
      type,
    ),
  );
}
