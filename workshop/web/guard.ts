import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/**
 * The workbench can start processes and write files, so nobody may talk to it but the person's own
 * browser, on a page that it got from here. What it asks for: a loopback name and our port as the
 * host (so a name that somebody has made to point to this machine is refused), this very origin where
 * the browser names one (so other pages are), and a token that only the terminal has shown.
 */
export interface Keeper {
  port: number;
  token: string;
}

/** Why a request is refused; undefined when it is not. */
export type Refusal = "host" | "origin" | "token";

/** The cookie that carries the token: one a port, since browsers do not tell ports apart. */
export function cookieName(port: number): string {
  return `workbench_${port}`;
}

/** Looks at a request before anything else does. */
export function refusalOf(
  { url = "/", headers }: Pick<IncomingMessage, "url" | "headers">,
  { port, token }: Keeper,
): Refusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = "", origin, cookie = "" } = headers;
  if (!hosts.includes(host.toLowerCase())) return "host";
  if (origin !== undefined && origin !== `http://${host}`) return "origin";
  if (headers["sec-fetch-site"] === "cross-site" && !isFirstVisit(url)) return "origin";
  const shown = [tokenIn(url), ...cookiesIn(cookie, cookieName(port))];
  return shown.some((each) => each !== undefined && isSame(each, token)) ? undefined : "token";
}

/** A request names only what comes after the host. */
const BASE = "http://localhost";

/** The token in a URL, as the terminal shows it: only a page is opened that way. */
export function tokenIn(url: string): string | undefined {
  if (!URL.canParse(url, BASE)) return undefined;
  const { pathname, searchParams } = new URL(url, BASE);
  const isPage = pathname === "/" || pathname === "/live";
  return isPage ? (searchParams.get("token") ?? undefined) : undefined;
}

/**
 * Puts the guard before all that listens on a server: requests, upgrades, the Socket.IO handshake.
 * Call it when the others are attached.
 */
export function guard(server: Server, keeper: () => Keeper): void {
  const requests = server.listeners("request");
  const upgrades = server.listeners("upgrade");
  server.removeAllListeners("request").removeAllListeners("upgrade");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request, keeper());
    if (refusal) refuse(response, refusal);
    else for (const listener of requests) Reflect.apply(listener, server, [request, response]);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (refusalOf(request, keeper())) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    for (const listener of upgrades) Reflect.apply(listener, server, [request, socket, head]);
  });
}

/** A link that somebody has clicked in another page or program, with the token in it. */
function isFirstVisit(url: string): boolean {
  return tokenIn(url) !== undefined;
}

function cookiesIn(header: string, name: string): string[] {
  return header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

function isSame(shown: string, token: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const WHY: Record<Refusal, string> = {
  host: "It was asked for by a name that is not this machine's own.",
  origin: "Another page has asked for it.",
  token: "The address that <code>npm start</code> has printed lets you in: open that one.",
};

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(403, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
  });
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not for this page</title>
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem }</style>
<h1>This workbench is not open to you</h1>
<p>${WHY[refusal]}</p>
<p>It can start programs on this machine, so it answers its own page only.</p>
</html>
`);
}
