import { createServer, type Server as HttpServer } from "node:http";
import { once } from "node:events";
import express from "express";
import { Server } from "socket.io";
import { Bench } from "./bench.ts";
import { cookieName, guard, tokenIn, type Keeper } from "./guard.ts";
import { hearPage } from "./hear-page.ts";
import type { PageToServer, ServerToPage } from "./protocol.ts";
import type { Tools } from "../session/tools.ts";

/** Loopback only: nobody else's machine can even connect. */
const HOST = "127.0.0.1";

export interface WorkbenchOptions extends Keeper {
  /** The folder of the built page. */
  page: string;
  tools: Tools;
}

export interface Workbench extends AsyncDisposable {
  bench: Bench;
  /** Without the token. */
  url: string;
}

export type PageServer = Server<PageToServer, ServerToPage>;

/**
 * Opens the workbench on a port of the loopback address: the page, and what it may do over
 * Socket.IO. Disposing it ends all that it has started.
 */
export async function openWorkbench({
  page,
  tools,
  port,
  token,
}: WorkbenchOptions): Promise<Workbench> {
  const http = createServer(pages(page, { port, token }));
  const io: PageServer = new Server(http, {
    serveClient: false,
    // The page is the server's own: no other origin gets an answer that it could read.
    cors: { origin: false },
  });
  const bench = new Bench(
    tools,
    (event, ...what) => io.emit(event, ...what),
    () => io.engine.clientsCount > 0,
  );
  io.on("connection", (socket) => hearPage(socket, bench));
  guard(http, () => ({ port, token }));
  http.listen(port, HOST);
  await once(http, "listening");
  return {
    bench,
    url: `http://${HOST}:${port}/`,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await io.close();
      await closed(http);
    },
  };
}

/** The lens alone: a page of this machine, such as a slide, may show it in a frame. */
const LIVE = "/live";
const NO_FRAME = "frame-ancestors 'none'";
const MAY_FRAME = "frame-ancestors http://127.0.0.1:*";

/** What frames may show is the learner's app, on whatever port it has. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src http://localhost:*",
  NO_FRAME,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function pages(folder: string, { port, token }: Keeper): express.Express {
  const app = express();
  app.disable("x-powered-by");
  app.use((request, response, next) => {
    const mayBeFramed = request.path === LIVE;
    response.set({
      "Content-Security-Policy": mayBeFramed ? POLICY.replace(NO_FRAME, MAY_FRAME) : POLICY,
      "X-Content-Type-Options": "nosniff",
      // The token may stand in the address for a moment.
      "Referrer-Policy": "no-referrer",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cache-Control": "no-store",
    });
    if (tokenIn(request.url) !== undefined) {
      response.cookie(cookieName(port), token, { httpOnly: true, sameSite: "strict", path: "/" });
    }
    next();
  });
  app.get(LIVE, (_request, response) => response.sendFile("index.html", { root: folder }));
  app.use(express.static(folder, { cacheControl: false }));
  app.use((_request, response) => void response.status(404).type("txt").send("Not found"));
  return app;
}

async function closed(server: HttpServer): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}
