import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { APP_PORT, NGINX_CONF } from "../catalog.ts";
import { NotYet } from "../problems.ts";
import { LOG_FORMAT } from "./nginx-log.ts";

/** The folder, beside the other files, for what is too big for memory. */
export const TEMPORARY = "temporary";

/** What includes the learner's file: no more than nginx needs, and everything in its own folder. */
export function mainConf(): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  // Started by root, it would give its workers to a user who may not read the run's folder.
  const group = process.platform === "darwin" ? " wheel" : "";
  return `
    ${process.getuid?.() === 0 ? `user root${group};` : ""}
    daemon off;
    worker_processes 1;
    worker_shutdown_timeout 1s;
    pid pids/nginx.pid;
    error_log error.log notice;
    events {
      worker_connections 1024;
    }
    http {
      default_type application/octet-stream;
      ${LOG_FORMAT}
      access_log access.log workshop;
      ${temporary.map((what) => `${what}_temp_path ${TEMPORARY}/${what};`).join("\n      ")}
      include ${NGINX_CONF};
    }
  `;
}

/**
 * The text of the learner's nginx.conf: what would be `/etc/nginx/conf.d/chat.conf` on a server.
 *
 * @throws NotYet when there is no such file.
 */
export function readNginxConf(dir: string): string {
  const file = join(dir, NGINX_CONF);
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new NotYet({
    expected: `a file ${NGINX_CONF} that tells nginx where the hosts are`,
    seen: existsSync(dir) ? "no such file" : "that the whole folder is missing",
    look: { file: NGINX_CONF },
    hint: "npm run step makes a missing folder again; a single file can be copied from steps/.",
    blocks: true,
  });
}

/** Where a port is written in the first argument of a directive: what stands before it, and behind. */
const PORT_IN = new Map([
  ["listen", /^(["']?(?:.*:)?)(\d+)(["']?)$/s],
  ["server", /^(["']?.*:)(\d+)(["']?)$/s],
  ["proxy_pass", /^(["']?\w+:\/\/(?:\[[^\]]*\]|[^/:]+):)(\d+)(.*)$/s],
]);

/**
 * The same text with what the stage must decide: other ports, where it listens and where it hands
 * requests on, and no log of requests but the workshop's, which holds for all that says nothing else.
 * Its lines stay where they are.
 */
export function place(conf: string, ports: ReadonlyMap<number, number>): string {
  let text = "";
  let done = 0;
  const replace = (from: number, to: number, by: string) => {
    text += conf.slice(done, from) + by;
    done = to;
  };
  for (const directive of directives(conf)) {
    const { name, argument, at, from, to } = directive;
    if (isLogOfRequests(directive) && conf[to - 1] === ";") {
      replace(from, to, conf.slice(from, to).replace(/[^\n]+/g, ""));
      continue;
    }
    const [, before = "", port = "", behind = ""] = PORT_IN.get(name)?.exec(argument) ?? [];
    const other = ports.get(Number(port));
    if (other !== undefined) replace(at, at + argument.length, before + other + behind);
  }
  return text + conf.slice(done);
}

/**
 * Whether it says where requests are to be logged. One that says more has lost its semicolon, and with
 * it the next directive: that is for nginx to tell.
 */
function isLogOfRequests({ name, all: [where, ...more] }: Directive): boolean {
  if (name !== "access_log" || where === undefined) return false;
  const [, ...settings] = more;
  return where === "off"
    ? more.length === 0
    : settings.every((word) => /^(?:gzip$|(?:buffer|flush|gzip|if)=)/.test(word));
}

/** @throws NotYet when it does not say that nginx listens on the port where people expect the app. */
export function requireListen(conf: string): void {
  const all = [...directives(conf)].filter(({ name }) => name === "listen");
  if (all.some(({ argument }) => Number(PORT_IN.get("listen")?.exec(argument)?.[2]) === APP_PORT))
    return;
  const [first] = all;
  const line = first && conf.slice(0, first.at).split("\n").length;
  throw new NotYet({
    expected: `nginx to listen on port ${APP_PORT}`,
    seen: first ? `listen ${first.argument} (${NGINX_CONF}:${line})` : "no listen in any server",
    look: { file: NGINX_CONF, ...(line === undefined ? {} : { line }) },
    hint: `listen ${APP_PORT}; stands in server { … }.`,
    blocks: true,
  });
}

/** A directive of nginx, with the first of its arguments. */
export interface Directive {
  name: string;
  /** Its first argument as it is written; empty when it has none. */
  argument: string;
  /** Where that begins in the text. */
  at: number;
  /** Where all of it begins in the text, and where it ends: behind its semicolon, or its brace. */
  from: number;
  to: number;
  /** All of its arguments as they are written. */
  all: readonly string[];
  /** The blocks that it stands in, the outermost first. */
  within: readonly Directive[];
}

/** A comment, a quoted word, what ends a directive, or a word, in nginx's own way of reading. */
const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\\.|\$\{[^}]*\}|[^\s;{}])+/gs;

/** What a text in nginx's language tells it, one after the other; comments are left out. */
export function* directives(conf: string): Generator<Directive> {
  let words: { text: string; at: number }[] = [];
  const open: Directive[] = [];
  for (const { 0: text, index: at } of conf.matchAll(TOKEN)) {
    if (text.startsWith("#")) continue;
    if (!/^[{};]$/.test(text)) {
      words.push({ text, at });
      continue;
    }
    const [{ text: name, at: from } = { text: "", at }, ...more] = words;
    const [argument] = more;
    const directive = {
      name,
      argument: argument?.text ?? "",
      at: argument?.at ?? at,
      from,
      to: at + text.length,
      all: more.map((word) => word.text),
      within: [...open],
    };
    if (name) yield directive;
    if (text === "{") open.push(directive);
    if (text === "}") open.pop();
    words = [];
  }
}
