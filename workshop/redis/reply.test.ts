import { ErrorReply } from "redis";
import { expect, test } from "vitest";
import { formatReply } from "./reply.ts";

const text = (content: string) => Buffer.from(content);

// What redis-cli 7.0 prints with --no-raw for the same replies.
test.each([
  ["PONG", "PONG"],
  [text("b"), '"b"'],
  [text(""), '""'],
  [4, "(integer) 4"],
  [null, "(nil)"],
  [new ErrorReply("ERR unknown command 'FOO'"), "(error) ERR unknown command 'FOO'"],
  [[], "(empty array)"],
  [[text("x"), 0, null], '1) "x"\n2) (integer) 0\n3) (nil)'],
  [[1, [2, []], text("a")], '1) (integer) 1\n2) 1) (integer) 2\n   2) (empty array)\n3) "a"'],
])("%j is shown as %j", (reply, shown) => {
  expect(formatReply(reply)).toBe(shown);
});

test("bytes beyond printable ASCII are shown as such", () => {
  const packed = Buffer.from([0x93, 0xc3, 0x00, 0x22, 0x5c, 0x09, 0x7f, 0x61]);

  expect(formatReply([packed])).toBe(String.raw`1) "\x93\xc3\x00\"\\\t\x7fa"`);
});

test("the numbers of a long array stand below each other", () => {
  const lines = formatReply(Array.from({ length: 10 }, (_, at) => [at])).split("\n");

  expect(lines.at(0)).toBe(" 1) 1) (integer) 0");
  expect(lines.at(-1)).toBe("10) 1) (integer) 9");
});

test("a text of several lines is shown as it is", () => {
  expect(formatReply(text("# Clients\r\nconnected_clients:1\r\n"))).toBe(
    "# Clients\nconnected_clients:1",
  );
});
