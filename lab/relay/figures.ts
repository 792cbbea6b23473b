import type { Lag } from "../load/lag.ts";
import type { Rounds } from "./statistics.ts";
import type { Variant } from "./variants.ts";

/** How the samples of a figure are shown: as median and 99th percentile, or as one number. */
type Show = "median" | "mean" | "share";

interface Description {
  title: string;
  unit: string;
  show: Show;
  /** Whether the clients have timed it, or counted it per time. */
  isTimed: boolean;
}

/** What is measured, in the order of the table. */
export const figures = {
  "connected.default": share("connected at first try, default transports"),
  "connected.polling": share("connected at first try, polling only"),
  "connected.websocket": share("connected at first try, WebSocket first"),
  "connect.default": time("connect, default transports, until connected"),
  "upgrade.default": time("connect, default transports, until upgraded"),
  "connect.polling": time("connect, polling only"),
  "connect.websocket": time("connect, WebSocket first"),
  "roundTrip.default": time("acknowledged message, upgraded socket *"),
  "roundTrip.polling": time("acknowledged message, polling"),
  "roundTrip.websocket": time("acknowledged message, WebSocket first"),
  servedElsewhere: share("sockets of * whose session is at another worker"),
  foreign: share("requests of polling clients that met another worker"),
  broadcast: time("broadcast to 20 clients, until the last has it"),
  acks: { ...mean("acknowledged messages per second, 20 clients", "/s"), isTimed: true },
  "acks.cpu": mean("server CPU per acknowledged message, 20 clients", "ms"),
  refusal: time("until an unknown session is refused"),
  "post.time": time("one relayed request (POST) **"),
  "post.cpu": mean("server CPU per relayed request **", "ms"),
  "post.commands": mean("Redis commands per relayed request **", ""),
  "post.publishes": mean("  of them PUBLISH", ""),
  "post.bytes": mean("bytes that Redis sends per relayed request **", "B"),
  "connect.commands": mean("Redis commands per connect, default transports", ""),
  "connect.publishes": mean("  of them PUBLISH", ""),
  "connect.cpu": mean("server CPU per connect, default transports", "ms"),
  "roundTrip.default.commands": mean("Redis commands per message, upgraded socket *", ""),
  "roundTrip.default.publishes": mean("  of them PUBLISH", ""),
  "roundTrip.default.cpu": mean("server CPU per message, upgraded socket *", "ms"),
  "roundTrip.polling.commands": mean("Redis commands per message, polling", ""),
  "roundTrip.polling.publishes": mean("  of them PUBLISH", ""),
  "roundTrip.polling.cpu": mean("server CPU per message, polling", "ms"),
} satisfies Record<string, Description>;

export type Figure = keyof typeof figures;

/** The samples of one variant, by figure and round. */
export type Samples = Partial<Record<Figure, Rounds>>;

/** How late the clients' process was itself while a figure was measured, by round. */
export type Lags = Partial<Record<Figure, readonly Lag[]>>;

/** What was measured with so many workers. The single process has one, whatever the others have. */
export interface Block {
  workers: number;
  variants: Partial<Record<Variant, Samples>>;
  lags: Partial<Record<Variant, Lags>>;
  /** A bare echo by PUBLISH and SUBSCRIBE between two processes, in ms. */
  echo: Rounds;
}

function time(title: string): Description {
  return { title, unit: "ms", show: "median", isTimed: true };
}
function share(title: string): Description {
  return { title, unit: "", show: "share", isTimed: false };
}
function mean(title: string, unit: string): Description {
  return { title, unit, show: "mean", isTimed: false };
}
