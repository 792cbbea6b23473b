import { join } from "node:path";
import { NGINX_CONF } from "../catalog.ts";
import { NotYet } from "../problems.ts";

/**
 * Makes a finding out of what nginx says of a file that it does not accept: its message, and the line
 * in the learner's file. Undefined when it says nothing of the kind.
 *
 * @param folder the one with the copy of the learner's file
 * @param ports of each port that is written in the learner's file: the one in the copy
 */
export function refusalOf(
  said: string,
  folder: string,
  ports: ReadonlyMap<number, number>,
): NotYet | undefined {
  const message = /\[emerg\] (?:\d+#\d+: )?(.*)/.exec(said)?.[1];
  if (message === undefined) return undefined;
  const [, what = message, at] = /^(.*) in .*[/\\]nginx\.conf:(\d+)$/.exec(message) ?? [];
  let seen = what.replaceAll(join(folder, "/"), "");
  for (const [written, real] of ports) {
    seen = seen.replace(new RegExp(String.raw`\b${real}\b`, "g"), String(written));
  }
  return new NotYet({
    expected: `nginx to accept ${NGINX_CONF}`,
    seen: at === undefined ? seen : `${seen} (${NGINX_CONF}:${at})`,
    look: { file: NGINX_CONF, ...(at === undefined ? {} : { line: Number(at) }) },
    hint: KNOWN.find(({ sign }) => sign.test(seen))?.hint,
    blocks: true,
  });
}

/** Messages of nginx that do not say what to do about them. */
const KNOWN: { sign: RegExp; hint: string }[] = [
  {
    sign: /^"(?:http|events|user|worker_processes|pid)" directive is not allowed here/,
    hint: "The file is a part of http { … }: it begins with upstream, map or server.",
  },
  {
    sign: /^invalid number of arguments|^directive "\w+" is not terminated|^unexpected/,
    hint: "Each directive ends with a semicolon, or with a block in braces; without, nginx reads on into the next one.",
  },
  {
    sign: /^host not found in upstream/,
    hint: "proxy_pass names an upstream of this file, or an address: http://127.0.0.1:3001",
  },
  {
    sign: /^unknown "\w+" variable/,
    hint: "A variable is one of nginx's own, or comes from a map or set in this file.",
  },
];
