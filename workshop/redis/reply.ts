import { ErrorReply } from "redis";

/**
 * A reply as redis-cli shows it in a terminal: `(integer) 4`, `"text"`, `(nil)`, numbered arrays. A
 * Buffer is a string of any bytes, a string one of the server's own words (`OK`). A text of several
 * lines, such as INFO gives, is shown as it is.
 */
export function formatReply(reply: unknown): string {
  if (Buffer.isBuffer(reply) && reply.includes("\n")) {
    return reply.toString().replaceAll("\r\n", "\n").trimEnd();
  }
  return linesOf(reply).join("\n");
}

function linesOf(reply: unknown): string[] {
  if (Array.isArray(reply)) return reply.length ? linesOfArray(reply) : ["(empty array)"];
  if (Buffer.isBuffer(reply)) return [quote(reply)];
  if (reply instanceof ErrorReply) return [`(error) ${reply.message}`];
  if (typeof reply === "number") return [`(integer) ${reply}`];
  return [reply === null ? "(nil)" : String(reply)];
}

/** Every number as wide as the last; what belongs to an element stands below its first line. */
function linesOfArray(items: readonly unknown[]): string[] {
  const width = String(items.length).length;
  return items.flatMap((item, at) =>
    linesOf(item).map((line, below) => {
      const number = below === 0 ? `${String(at + 1).padStart(width)}) ` : " ".repeat(width + 2);
      return number + line;
    }),
  );
}

const NAMED: Record<string, string> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** In quotes, with everything beyond printable ASCII as `\x` and two digits. */
function quote(bytes: Buffer): string {
  const shown = bytes
    .toString("latin1")
    .replace(
      /[^ !#-[\]-~]/g,
      (char) => NAMED[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
  return `"${shown}"`;
}
