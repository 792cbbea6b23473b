import { expect, test } from "vitest";
import { tornSessions } from "./logs.ts";

const opened = (worker: number, sid: string) => ({
  worker,
  text: `info: handshake authorized ${sid}`,
});
const used = (worker: number, sid: string, transport = "websocket") => ({
  worker,
  text: `debug: setting request GET /socket.io/1/${transport}/${sid}?t=1`,
});

test("a session that comes to another worker than its own is torn", () => {
  const lines = [opened(0, "aaa"), used(1, "aaa")];

  expect(tornSessions(lines)).toEqual([{ sid: "aaa", owner: 0, stranger: 1 }]);
});

test("a session that stays with its worker is whole", () => {
  expect(tornSessions([opened(0, "aaa"), used(0, "aaa", "xhr-polling")])).toEqual([]);
});

test("a worker's lines may come before those of the owner", () => {
  const lines = [used(1, "aaa"), opened(0, "aaa")];

  expect(tornSessions(lines)).toEqual([{ sid: "aaa", owner: 0, stranger: 1 }]);
});

test("a torn session counts once, however often it is used", () => {
  const lines = [
    opened(0, "aaa"),
    used(1, "aaa"),
    used(2, "aaa"),
    opened(1, "bbb"),
    used(1, "bbb"),
  ];

  expect(tornSessions(lines)).toEqual([{ sid: "aaa", owner: 0, stranger: 1 }]);
});
