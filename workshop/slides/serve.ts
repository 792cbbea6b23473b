import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Request } from "express";
import { SLIDES } from "./chapters.ts";
import { REPORTS } from "./picture.ts";
import { escapeHtml } from "../escape-html.ts";
import { liveSession, type Live } from "./live.ts";
import { deckPage, printPage, type Look } from "./page.ts";

const REVEAL = fileURLToPath(new URL(".", import.meta.resolve("reveal.js")));
const WEB = fileURLToPath(new URL("web", import.meta.url));

/** A deck that can be opened. */
export interface Served extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, with the query that says how it looks. */
  url: string;
  /** Where to print it from: a page for each slide, with or without the notes. */
  printUrl: (options: { notes: boolean }) => string;
}

/**
 * Serves the deck on a free port, to this machine alone. It is rendered anew each time that it is
 * loaded, so that who changes a slide sees it.
 */
export async function serveDeck(
  look: Look,
  live: () => Promise<Live | undefined> = liveSession,
): Promise<Served> {
  const app = express();
  app.use(ownPagesOnly);
  app.get("/", (request, response) => void response.send(deckPage(wished(request, look))));
  app.get("/print", (request, response) => {
    const notes = request.query.notes !== undefined;
    response.send(printPage(wished(request, look), { notes }));
  });
  app.get("/live", async (_request, response) => {
    response.json((await live()) ?? null);
  });
  app.use("/reveal", express.static(REVEAL));
  app.use("/web", express.static(WEB));
  app.use("/slides/drawings", express.static(join(SLIDES, "drawings")));
  app.use(REPORTS.path, express.static(REPORTS.folder));
  app.use(explain);
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  const query = new URLSearchParams({ ...look }).toString().replace("%3A", ":");
  return {
    url: `http://127.0.0.1:${port}/?${query}`,
    printUrl: ({ notes }) => `http://127.0.0.1:${port}/print?${query}${notes ? "&notes" : ""}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A name that somebody has made to point to this machine is not ours. */
const ownPagesOnly: express.RequestHandler = ({ hostname }, response, next) => {
  if (hostname === "127.0.0.1" || hostname === "localhost") next();
  else response.sendStatus(403);
};

/** The address says more than the command did: who changes it there means it. */
function wished({ query }: Request, look: Look): Look {
  return {
    cut: query.cut === "talk" || query.cut === "class" ? query.cut : look.cut,
    theme: query.theme === "dark" || query.theme === "light" ? query.theme : look.theme,
    ratio: query.ratio === "4:3" || query.ratio === "16:9" ? query.ratio : look.ratio,
  };
}

/** A mistake in a slide is shown where the slide would be. */
const explain: express.ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return void next(error);
  const text = error instanceof Error ? error.message : String(error);
  response.status(500).send(`<!doctype html><title>Slides</title><pre>${escapeHtml(text)}</pre>`);
};
