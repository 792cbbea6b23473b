import { describe, expect, test } from "vitest";
import { parse } from "./redis-monitor.ts";

describe("a line of MONITOR", () => {
  // As redis-server 7.0 has written them.
  test.each([
    [
      '1795378550.388747 [0 127.0.0.1:58962] "PUBLISH" "chat:said" "{\\"text\\":\\"hi\\"}"',
      { port: 58962, command: "PUBLISH", channels: ["chat:said"], bytes: 13 },
    ],
    [
      '1795378550.388747 [0 [::1]:38110] "PUBLISH" "six" "x"',
      { port: 38110, command: "PUBLISH", channels: ["six"], bytes: 1 },
    ],
    [
      '1795378550.394578 [0 unix:/tmp/bh-SbOlji/s.sock] "publish" "unix" "x"',
      { port: 0, command: "PUBLISH", channels: ["unix"], bytes: 1 },
    ],
    [
      '1795378550.412528 [0 lua] "publish" "l" "m"',
      { port: 0, command: "PUBLISH", channels: ["l"], bytes: 1 },
    ],
    [
      String.raw`1795378550.399888 [0 127.0.0.1:55488] "publish" "q\"\\ \n\t\a\b\x01" "x\xc3\xa9"`,
      { port: 55488, command: "PUBLISH", channels: ['q"\\ \n\t\u0007\b\u0001'], bytes: 3 },
    ],
    [
      String.raw`1795378550.399888 [0 127.0.0.1:1] "PUBLISH" "c" "\\x41\\\\n\"] \"PUBLISH\" \""`,
      { port: 1, command: "PUBLISH", channels: ["c"], bytes: 21 },
    ],
    [
      '1795378550.407228 [0 127.0.0.1:55504] "pUblish" "a b" "\\" \\"c"',
      { port: 55504, command: "PUBLISH", channels: ["a b"], bytes: 4 },
    ],
    [
      '1795378550.417902 [3 127.0.0.1:55520] "publish" "" ""',
      { port: 55520, command: "PUBLISH", channels: [""], bytes: 0 },
    ],
    [
      '1795378550.5 [0 127.0.0.1:55520] "subscribe" "a" "b c" "a"',
      { port: 55520, command: "SUBSCRIBE", channels: ["a", "b c", "a"], bytes: undefined },
    ],
    [
      '1795378550.5 [0 127.0.0.1:55520] "PSUBSCRIBE" "socket.io#/#*"',
      { port: 55520, command: "PSUBSCRIBE", channels: ["socket.io#/#*"], bytes: undefined },
    ],
    [
      '1795378550.5 [0 127.0.0.1:55520] "SPUBLISH" "shard" "xyz"',
      { port: 55520, command: "SPUBLISH", channels: ["shard"], bytes: 3 },
    ],
  ])("%s", (line, told) => {
    expect(parse(line)).toMatchObject(told);
  });

  test("tells its time to the microsecond, in ms", () => {
    expect(parse('1795378550.388747 [0 127.0.0.1:1] "PUBLISH" "a" "b"')?.at).toBeCloseTo(
      1795378550388.747,
      2,
    );
  });

  test.each([
    "",
    "OK",
    "PUBLISH chat:said hello",
    '1795378550.388747 [0 127.0.0.1:1] "SET" "key" "PUBLISH"',
    '1795378550.388747 [0 127.0.0.1:1] "client" "setinfo" "LIB-NAME" "node-redis"',
    '1795378550.388747 [0 127.0.0.1:1] "ECHO" "] \\"PUBLISH\\" \\"a\\" \\"b\\""',
    "1795378550.388747 [0 127.0.0.1:1] PUBLISH a b",
    '[0 127.0.0.1:1] "PUBLISH" "a" "b"',
    '1795378550.388747 "PUBLISH" "a" "b"',
    "\u0000\u0001\ufffd",
  ])("that is of no interest is ignored: %j", (line) => {
    expect(parse(line)).toBeUndefined();
  });

  test("with a message of 1 MB is read at once", () => {
    const line = `1795378550.1 [0 127.0.0.1:1] "PUBLISH" "c" "${String.raw`\x00\"`.repeat(500_000)}"`;
    const start = performance.now();

    expect(parse(line)?.bytes).toBe(1_000_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
