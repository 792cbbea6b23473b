import type { Fact } from "./facts.ts";
import { laneIdOf } from "./lanes.ts";

/** How far the clocks of two processes' reports may be apart, in ms. */
const SLACK = 4;
/** Requests that found no other half are forgotten when there are more than these. */
const WAITING = 2_000;
/** For so many relays commands are still looked for. */
const LATEST = 50;
/** Only commands as recent as these are looked at. */
const RECENT = 400;

/**
 * A request that a worker has handed on to the owner of its session, and back the answer. Both workers
 * have reported it. `forth` and `back` are the commands to Redis that carried the first and the last of
 * it; absent where Redis was not watched.
 */
export interface Relay {
  /** As the worker saw it that the client met. */
  edge: Fact;
  /** As the owner saw it. */
  owner: Fact;
  forth?: Fact | undefined;
  back?: Fact | undefined;
}

/** Finds the two halves of each relayed request, and the commands by which they went. */
export class Relays {
  readonly #edges = new Map<string, Fact[]>();
  readonly #owners = new Map<string, Fact[]>();
  readonly #byFact = new Map<number, Relay>();
  /** Which lanes listen on a channel. */
  readonly #listeners = new Map<string, Set<string>>();
  /** The latest ones: what Redis was told is sometimes heard of after the request was answered. */
  readonly #latest: Relay[] = [];
  #commands: Fact[] = [];

  /** The relay that this fact is a part of. */
  of({ n }: Fact): Relay | undefined {
    return this.#byFact.get(n);
  }

  /** The lanes that have subscribed to a channel, as far as that was seen. */
  listenersOn(channel: string): ReadonlySet<string> {
    const all = new Set(this.#listeners.get(channel));
    for (const [pattern, lanes] of this.#listeners) {
      if (!pattern.endsWith("*") || !channel.startsWith(pattern.slice(0, -1))) continue;
      for (const lane of lanes) all.add(lane);
    }
    return all;
  }

  add(fact: Fact): void {
    if (fact.event.kind === "command") this.#addCommand(fact);
    if (fact.event.kind !== "request" || !fact.isEngine || fact.sid === undefined) return;
    if (fact.isRelayed) this.#meet(fact, this.#owners, this.#edges);
    else if (fact.isForeign) this.#meet(fact, this.#edges, this.#owners);
  }

  /** Forgets what is older than this number. */
  forget(before: number): void {
    for (const [n, relay] of this.#byFact) {
      if (Math.max(relay.edge.n, relay.owner.n) < before) this.#byFact.delete(n);
    }
  }

  #meet(fact: Fact, own: Map<string, Fact[]>, others: Map<string, Fact[]>): void {
    const key = keyOf(fact);
    const [other, ...rest] = others.get(key) ?? [];
    if (!other) {
      if (own.size > WAITING) own.clear();
      own.set(key, [...(own.get(key) ?? []), fact]);
      return;
    }
    if (rest.length > 0) others.set(key, rest);
    else others.delete(key);
    const [edge, owner] = fact.isRelayed ? [other, fact] : [fact, other];
    const relay: Relay = { edge, owner };
    for (const command of this.#commands) this.#attach(relay, command);
    for (const { n } of [edge, owner]) this.#byFact.set(n, relay);
    for (const command of [relay.forth, relay.back])
      if (command) this.#byFact.set(command.n, relay);
    this.#latest.push(relay);
    if (this.#latest.length > LATEST) this.#latest.shift();
  }

  #addCommand(fact: Fact): void {
    if (fact.event.kind !== "command") return;
    const { channel, worker } = fact.event;
    if (fact.shape === "subscribe" && worker) {
      const lanes = this.#listeners.get(channel) ?? new Set();
      this.#listeners.set(channel, lanes.add(laneIdOf(worker)));
    }
    if (fact.shape !== "publish") return;
    this.#commands.push(fact);
    if (this.#commands.length > RECENT) this.#commands = this.#commands.slice(RECENT / 2);
    for (const relay of this.#latest) {
      if (this.#attach(relay, fact)) this.#byFact.set(fact.n, relay);
    }
  }

  /** Whether this command carried something of that relay; then it is noted there. */
  #attach(relay: Relay, command: Fact): boolean {
    if (command.event.kind !== "command") return false;
    const { edge, owner } = relay;
    if (command.when < edge.at - SLACK || command.when > edge.when + SLACK) return false;
    const { channel } = command.event;
    const pid = command.worker?.pid;
    if (pid === edge.worker?.pid && this.#leadsTo(channel, owner)) {
      if (relay.forth && relay.forth.when <= command.when) return false;
      relay.forth = command;
      return true;
    }
    if (pid === owner.worker?.pid && this.#leadsTo(channel, edge)) {
      if (relay.back && relay.back.when >= command.when) return false;
      relay.back = command;
      return true;
    }
    return false;
  }

  /** Whether what is published there is for this fact's worker alone. */
  #leadsTo(channel: string, { lane }: Fact): boolean {
    const lanes = this.#listeners.get(channel);
    return lanes !== undefined && lanes.size === 1 && lane !== undefined && lanes.has(lane);
  }
}

/** What both reports of one request have in common. */
function keyOf({ sid, what, event }: Fact): string {
  return [sid, what, event.kind === "request" ? event.tag : ""].join(" ");
}
