import { randomBytes } from "node:crypto";
import { Bus, type RedisClient } from "./bus.ts";
import {
  decode,
  decodeClient,
  decodeList,
  encode,
  encodeClient,
  encodeList,
  Kind,
  NAME_LENGTH,
  NOTHING,
  type Client,
  type Frame,
} from "./frame.ts";
import { Broken, Tunnel, type Outgoing } from "./tunnel.ts";

/** How long an owner may take to accept a tunnel, in ms: one that is dead or frozen never does. */
const ACCEPT_WITHIN = 500;
/** When an owner says that it accepts, in ms; if it has answered before, that has said so. */
const ACCEPT_AFTER = 50;
/** How often two workers that have tunnels tell each other that they are alive, in ms. */
const BEAT = 1000;
/** A worker that has been silent for more beats than this is gone … */
const SILENT_BEATS = 3;
/** … and after these it is forgotten. */
const FORGOTTEN_BEATS = 60;
/** The highest number of a tunnel; after it they begin anew. */
const HIGHEST = 2 ** 31 - 1;

interface TunnelsOptions {
  /** What the names of the channels begin with. */
  prefix: string;
  /** Takes the end of a tunnel that another worker has opened. */
  accept: (tunnel: Tunnel) => void;
  /** Told when Redis refuses the subscription. */
  failed: (error: Error) => void;
}

/** Another worker. */
interface Peer {
  /** By number: that of a tunnel which the other worker has opened is negative. */
  tunnels: Map<number, Tunnel>;
  /** Those that were there at the last beat. */
  settled: Set<number>;
  /** Beats since it was last heard. */
  silent: number;
  /** The last tunnel that it has opened: numbers grow, so an Open that comes twice is seen. */
  newest: number | undefined;
}

/**
 * All tunnels of one worker. It listens on a Redis channel of its own, and tells each frame to the
 * tunnel that it belongs to.
 */
export class Tunnels {
  /** This worker's name, by which others find its channel. */
  readonly name = randomBytes(NAME_LENGTH).toString("base64url").slice(0, NAME_LENGTH);
  /** How many messages have come that were of no use: no frame, or one that came twice or too late. */
  ignored = 0;

  readonly #bus: Bus;
  readonly #options: TunnelsOptions;
  readonly #peers = new Map<string, Peer>();
  #last = 0;
  #beat: NodeJS.Timeout | undefined;
  /** The subscription: undefined before it was tried, and when it failed. */
  #subscribing: Promise<(() => Promise<void>) | undefined> | undefined;
  #isListening = false;
  #stopWatching: (() => void) | undefined;

  constructor(publisher: RedisClient, subscriber: RedisClient, options: TunnelsOptions) {
    this.#bus = new Bus(publisher, subscriber);
    this.#options = options;
  }

  /** How many are open. */
  get size(): number {
    return [...this.#peers.values()].reduce((sum, { tunnels }) => sum + tunnels.size, 0);
  }

  /** Listens, if it does not yet. Resolved when it does, or has failed to; the next call tries again. */
  async listen(): Promise<void> {
    this.#stopWatching ??= this.#bus.onLost(() => {
      for (const name of this.#peers.keys()) this.#breakAll(name, "the subscription was lost");
    });
    await (this.#subscribing ??= this.#subscribe());
  }

  async #subscribe(): Promise<(() => Promise<void>) | undefined> {
    try {
      const stop = await this.#bus.subscribe(this.#channelOf(this.name), (bytes) =>
        this.#hear(bytes),
      );
      this.#isListening = this.#subscribing !== undefined;
      return stop;
    } catch (error) {
      this.#subscribing = undefined;
      this.#options.failed(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  /**
   * Opens a tunnel to another worker. It breaks when nobody takes it.
   *
   * @param client whose connection it carries on
   */
  open(owner: string, client: Client): Tunnel {
    const peer = this.#peer(owner);
    const { tunnels } = peer;
    // As long as there was none, it had no reason to be heard.
    if (tunnels.size === 0) peer.silent = 0;
    do this.#last = this.#last === HIGHEST ? 1 : this.#last + 1;
    while (tunnels.has(this.#last));

    let isPublished = false;
    const tunnel = this.#add(owner, this.#last, client, () => (isPublished = true));
    let isAccepted = false;
    const giveUp = () => {
      if (isAccepted) return;
      const why = isPublished ? "its owner does not accept it" : "Redis does not answer";
      tunnel.destroy(new Broken(why, { isOwnerGone: isPublished }));
    };
    // What has come while this worker was busy is heard before a setImmediate.
    const timer = setTimeout(() => setImmediate(giveUp), ACCEPT_WITHIN);
    tunnel.once("accept", () => (isAccepted = true));
    tunnel.once("accept", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
    if (!this.#bus.isReady) tunnel.destroy(new Broken("Redis is away"));
    if (!this.#isListening) void this.listen();
    return tunnel;
  }

  /** Ends all tunnels, and listens no more. */
  close(): void {
    for (const { tunnels } of this.#peers.values()) {
      for (const tunnel of tunnels.values()) tunnel.destroy();
    }
    this.#peers.clear();
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#subscribing?.then((stop) => stop?.()).catch(() => {});
    this.#subscribing = undefined;
    this.#isListening = false;
  }

  #peer(name: string): Peer {
    const known = this.#peers.get(name);
    if (known) return known;
    const peer = { tunnels: new Map(), settled: new Set<number>(), silent: 0, newest: undefined };
    this.#peers.set(name, peer);
    this.#beat ??= setInterval(() => this.#tellAlive(), BEAT).unref();
    return peer;
  }

  /** One end of a tunnel between us and this peer. */
  #add(name: string, number: number, client: Client, onPublished?: () => void): Tunnel {
    const { tunnels } = this.#peer(name);
    const tunnel = new Tunnel({
      client,
      opening: number > 0 ? encodeClient(client) : undefined,
      send: (frame) => {
        this.#publish(name, number, frame).then(onPublished, (error: Error) =>
          tunnel.destroy(new Broken(error.message)),
        );
      },
    });
    tunnels.set(number, tunnel);
    tunnel.once("over", () => tunnels.delete(number));
    return tunnel;
  }

  #channelOf(name: string): string {
    return this.#options.prefix + name;
  }

  async #publish(name: string, tunnel: number, frame: Outgoing): Promise<void> {
    // Without a subscription there would be no answer.
    if (!this.#isListening) await this.#subscribing;
    if (!this.#isListening) throw new Error("there is no subscription");
    const bytes = encode({ ...frame, from: this.name, tunnel });
    const receivers = await this.#bus.publish(this.#channelOf(name), bytes);
    if (receivers === 0) this.#breakAll(name, "the other worker is gone", { isOwnerGone: true });
  }

  #breakAll(name: string, why: string, how?: { isOwnerGone: boolean }): void {
    for (const tunnel of this.#peers.get(name)?.tunnels.values() ?? []) {
      tunnel.destroy(new Broken(why, how));
    }
  }

  #hear(bytes: Buffer): void {
    if (!this.#isListening) return;
    const frame = decode(bytes);
    try {
      if (!frame || frame.from === this.name || !this.#receive(frame)) this.ignored += 1;
    } catch (error) {
      // What the app throws is the app's; the Redis client must not take it for an error of its own.
      process.nextTick(() => {
        throw error;
      });
    }
  }

  /** False when the frame was of no use. */
  #receive(frame: Frame): boolean {
    const { kind, from } = frame;
    const peer = this.#peers.get(from);
    if (peer) peer.silent = 0;
    if (kind === Kind.Alive) {
      this.#compare(frame);
      return true;
    }
    const tunnel = peer?.tunnels.get(-frame.tunnel);
    if (kind === Kind.Unknown) {
      tunnel?.destroy(new Broken("the other end knows nothing of it", { isOwnerGone: true }));
      return tunnel !== undefined;
    }
    if (tunnel) return tunnel.receive(frame);
    if (kind === Kind.Open) return this.#receiveOpen(frame);
    if (kind === Kind.Data) this.#tellUnknown(from, -frame.tunnel);
    return false;
  }

  #receiveOpen(frame: Frame): boolean {
    const opening = decodeClient(frame.data);
    if (!opening || frame.tunnel <= 0 || frame.number !== 0) return false;
    const peer = this.#peer(frame.from);
    const ahead = (frame.tunnel - (peer.newest ?? 0)) & HIGHEST;
    if (peer.newest !== undefined && (ahead === 0 || ahead > HIGHEST / 2)) return false;
    peer.newest = frame.tunnel;

    const tunnel = this.#add(frame.from, -frame.tunnel, opening.client);
    const timer = setTimeout(() => tunnel.accept(), ACCEPT_AFTER);
    tunnel.once("close", () => clearTimeout(timer));
    this.#options.accept(tunnel);
    return tunnel.receive({ ...frame, data: opening.rest });
  }

  /** Once a beat: that we are there, and which tunnels we believe in. Those of a moment need no word. */
  #tellAlive(): void {
    for (const [name, peer] of this.#peers) {
      peer.silent += 1;
      if (peer.silent > SILENT_BEATS)
        this.#breakAll(name, "the other worker is silent", { isOwnerGone: true });
      // One that has opened nothing here may have a name that somebody has made up.
      const isKnown = peer.newest !== undefined && peer.silent <= FORGOTTEN_BEATS;
      if (!isKnown && peer.tunnels.size === 0) this.#peers.delete(name);
      const lasting = [...peer.tunnels.keys()].filter((number) => peer.settled.has(number));
      peer.settled = new Set(peer.tunnels.keys());
      if (lasting.length === 0) continue;
      const alive = { kind: Kind.Alive, number: 0, credit: 0, data: encodeList(lasting) };
      this.#publish(name, 0, alive).catch(() => {});
    }
    if (this.#peers.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }

  /** Tells the other worker which of its tunnels have come to an end here: a last frame may get lost. */
  #compare({ from, data }: Frame): void {
    const known = this.#peers.get(from)?.tunnels;
    for (const number of decodeList(data)) {
      if (!known?.has(-number)) this.#tellUnknown(from, -number);
    }
  }

  #tellUnknown(name: string, tunnel: number): void {
    const unknown = { kind: Kind.Unknown, number: 0, credit: 0, data: NOTHING };
    this.#publish(name, tunnel, unknown).catch(() => {});
  }
}
