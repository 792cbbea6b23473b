import { eventually } from "../../workshop/stage/until.ts";
import { directives } from "../../workshop/stage/nginx-conf.ts";
import { NotYet, type Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import type { ChatClient } from "./clients.ts";
import { onFailover, onUpgrade } from "./hosts-seen.ts";
import { must } from "./must.ts";

/** How long a client may take to upgrade, in ms; measured: 30. */
const UPGRADED_WITHIN = 5_000;

/** What a WebSocket needs nginx to say to a host. */
const NEEDED = [
  { name: "proxy_http_version", argument: /^1\.1$/, text: "proxy_http_version 1.1" },
  { name: "proxy_set_header", argument: /^upgrade$/i, text: "proxy_set_header Upgrade" },
  { name: "proxy_set_header", argument: /^connection$/i, text: "proxy_set_header Connection" },
];

/** The same finding, and what nginx says of a location to which it is sent, and which is not there. */
export function explainedByNginx(error: unknown, nginx: Nginx): unknown {
  const missing = /could not find named location "([^"]+)"/.exec(nginx.errorLog())?.[1];
  if (!(error instanceof NotYet) || !missing) return error;
  return new NotYet({
    ...error.finding,
    seen: `that nginx answers 500: it could not find named location "${missing}"`,
    look: onFailover,
    hint: `What has a sid is sent to ${missing}. location ${missing} { … } stands beside location /, and has a proxy_pass of its own.`,
  });
}

/** A client with default transports must come to a WebSocket, through nginx. @throws NotYet */
export async function mustUpgrade(
  { app, nginx, conf }: { app: App; nginx: Nginx; conf: string },
  client: ChatClient,
): Promise<void> {
  const transport = () => client.socket.io.engine.transport.name;
  await eventually(transport, (name) => name === "websocket", UPGRADED_WITHIN);
  must(transport() === "websocket", {
    expected: "a client with default transports to end on a WebSocket",
    seen: `one that stays on ${transport()}`,
    look: onUpgrade,
    ...why(app, nginx, conf, client.sid() ?? ""),
  });
}

function why(
  app: App,
  nginx: Nginx,
  conf: string,
  sid: string,
): Partial<Pick<Finding, "seen" | "hint">> {
  const asked = nginx.accessLog().find(({ upgrade, uri }) => upgrade && uri.includes(sid));
  const arrived = app.trace.of(sid).find(({ transport }) => transport === "websocket");
  const all = [...directives(conf)];
  const missing = NEEDED.filter(
    (one) => !all.some(({ name, argument }) => name === one.name && one.argument.test(argument)),
  ).map(({ text }) => text);
  const hint =
    missing.length > 0
      ? `Upgrade and Connection are said of one connection: a proxy says them again of its own only when it is told to. Missing: ${missing.join(", ")}.`
      : "Both are said somewhere. What are their values: $http_upgrade, and upgrade where the client has asked for one? And a location that sets one header by itself inherits none of those that are set above it.";
  if (!asked) return { hint };
  const what = arrived?.upgrade
    ? "an upgrade"
    : "an ordinary GET, without the headers Upgrade and Connection";
  return {
    seen: `one that stays on polling: nginx got its upgrade and answered ${asked.status}; what the host got was ${arrived ? what : "nothing"}`,
    hint,
  };
}
