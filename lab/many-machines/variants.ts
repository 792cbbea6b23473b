import { readFileSync } from "node:fs";

/** Ways to lead clients to two hosts. */
export type Variant = "roundRobin" | "stickySid" | "stickyCookie" | "ipHash" | "webSocketOnly";

interface Description {
  title: string;
  /** What it is, for the legend below the table. */
  about: string;
  /** The nginx.conf, in the folder variants. */
  conf: string;
  transports: readonly string[];
}

const BOTH = ["polling", "websocket"];

export const variants: Readonly<Record<Variant, Description>> = {
  roundRobin: {
    title: "round robin",
    about: "any request to any host, and the relay",
    conf: "round-robin.conf",
    transports: BOTH,
  },
  stickySid: {
    title: "sticky by sid",
    about: "the session id chooses the host of all requests but the first",
    conf: "sticky-sid.conf",
    transports: BOTH,
  },
  stickyCookie: {
    title: "sticky by cookie",
    about: "a cookie chooses the host of all requests but the first, whose host it names",
    conf: "sticky-cookie.conf",
    transports: BOTH,
  },
  ipHash: {
    title: "ip_hash",
    about: "the client's address chooses the host; here all clients have one",
    conf: "ip-hash.conf",
    transports: BOTH,
  },
  webSocketOnly: {
    title: "WebSocket only",
    about: "round robin, and clients that never poll",
    conf: "round-robin.conf",
    transports: ["websocket"],
  },
};

/** The text of a variant's nginx.conf. */
export function confOf(variant: Variant): string {
  return readFileSync(new URL(`variants/${variants[variant].conf}`, import.meta.url), "utf8");
}
