import { ECOSYSTEM, SERVER } from "../../workshop/catalog.ts";
import type { Edit } from "../../workshop/verify/compose.ts";

/** What is done about the handshake, which takes several requests. */
export type Handshake = "no fix" | "WebSocket only" | "sticky" | "relay";
/** What carries a message from the worker that has it to the others. */
export type Adapter = "none" | "Redis";

/** How many of all: none may be one in eight, since chance may send all requests to one worker. */
export type Share = "all" | "some" | "none";

/** What a cell shows, whatever the numbers. */
export interface Claims {
  /** Who connects at first try: clients by default, over WebSocket only, by polling only. */
  byDefault: Share;
  webSocket: Share;
  polling: Share;
  /** Which messages arrive; `nobody`: there is nobody who could say or hear one. */
  messages: Share | "nobody";
  /** Whether all pages come to a WebSocket without a refused request. */
  pages: "all" | "not all";
}

/** A field of the ablation: the code of a step, with no more changed in it than the table says. */
export interface AblationCell {
  handshake: Handshake;
  adapter: Adapter;
  /** The number of the step on whose solution it stands. */
  on: number;
  /** Files that it does without; then the page has its own. */
  without?: readonly string[];
  edits?: readonly Edit[];
  claims: Claims;
}

/** The page's client, too, connects by default then. */
const NO_CLIENT_OPTIONS = ["public/client-options.js"];

const ANY_TRANSPORT: Edit = { file: SERVER, take: '    transports: ["websocket"],\n', put: "" };

/** nginx, in front of them, knows which worker has a client's session: see nginx.conf. */
const A_PORT_EACH: Edit = {
  file: ECOSYSTEM,
  take: 'exec_mode: "cluster",',
  put: 'exec_mode: "fork",\n      increment_var: "PORT",',
};

const NO_ADAPTER: Edit = {
  file: SERVER,
  take: `
  adapter: createTolerantAdapter(publisher, subscriber, {
    key: PREFIX,
    // How long the other workers may take to answer, in ms.
    requestsTimeout: 2000,
  }),`,
  put: "",
};

const BROKEN = { byDefault: "none", webSocket: "all", polling: "none", pages: "not all" } as const;
const WEBSOCKETS = { byDefault: "none", webSocket: "all", polling: "none", pages: "all" } as const;
const MENDED = { byDefault: "all", webSocket: "all", polling: "all", pages: "all" } as const;

/** All of them, in the order of the table. */
export const ablation: readonly AblationCell[] = [
  { handshake: "no fix", adapter: "none", on: 3, claims: { ...BROKEN, messages: "nobody" } },
  {
    handshake: "no fix",
    adapter: "Redis",
    on: 6,
    without: NO_CLIENT_OPTIONS,
    edits: [ANY_TRANSPORT],
    claims: { ...BROKEN, messages: "nobody" },
  },
  {
    handshake: "WebSocket only",
    adapter: "none",
    on: 4,
    claims: { ...WEBSOCKETS, messages: "some" },
  },
  {
    handshake: "WebSocket only",
    adapter: "Redis",
    on: 6,
    claims: { ...WEBSOCKETS, messages: "all" },
  },
  {
    handshake: "sticky",
    adapter: "none",
    on: 3,
    edits: [A_PORT_EACH],
    claims: { ...MENDED, messages: "some" },
  },
  {
    handshake: "sticky",
    adapter: "Redis",
    on: 6,
    without: NO_CLIENT_OPTIONS,
    edits: [ANY_TRANSPORT, A_PORT_EACH],
    claims: { ...MENDED, messages: "all" },
  },
  {
    handshake: "relay",
    adapter: "none",
    on: 7,
    edits: [NO_ADAPTER],
    claims: { ...MENDED, messages: "some" },
  },
  { handshake: "relay", adapter: "Redis", on: 7, claims: { ...MENDED, messages: "all" } },
];

/** `sticky, adapter Redis` */
export function nameOf({
  handshake,
  adapter,
}: Pick<AblationCell, "handshake" | "adapter">): string {
  return `${handshake}, ${adapter === "none" ? "no adapter" : "adapter"}`;
}
