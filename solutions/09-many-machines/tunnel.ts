import { Duplex } from "node:stream";
import { Kind, NOTHING, WINDOW, type Client, type Frame } from "./frame.ts";

/** What a tunnel hands to its worker to be sent. */
export type Outgoing = Pick<Frame, "kind" | "number" | "credit" | "data">;

interface TunnelOptions {
  client: Client;
  /** Sends a frame to the other end. */
  send: (frame: Outgoing) => void;
  /** At the edge: what the Open frame says before the first bytes. The owner has none. */
  opening?: Buffer;
}

/** Why a tunnel broke: the other worker is gone, or frames are. */
export class Broken extends Error {
  readonly isOwnerGone: boolean;

  constructor(message: string, { isOwnerGone = false } = {}) {
    super(message);
    this.isOwnerGone = isOwnerGone;
  }
}

/**
 * One end of a connection that leads through Redis to another worker. To an HTTP server, and to
 * `http.request`, it is a socket like any other; so it has what they and frameworks read of one.
 *
 * - Frames are numbered. Pub/sub drops messages without a word when a subscription is cut; where one
 *   is missing the tunnel breaks, so that its client connects anew instead of missing something.
 * - An end sends as much as it has credit for, and gives credit as its reader takes what has come: a
 *   slow client fills at most a window, `WINDOW` bytes, in each direction.
 * - What is written within one turn of the event loop goes in one frame.
 *
 * Emits `accept` when the first frame of the other end has come, and `over` when the last frame has
 * come or gone; what has come until then can still be read.
 */
export class Tunnel extends Duplex implements Client {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly encrypted: boolean;

  readonly #send: TunnelOptions["send"];
  #opening: Buffer | undefined;
  /** Numbers of the next frame that goes out, and of the next that must come in. */
  #next = 0;
  #expected = 0;

  /** Written and not sent yet. */
  #outbox: Buffer[] = [];
  #outboxBytes = 0;
  #credit = WINDOW;
  /** Called when what was written has gone out, or may go. */
  #written: (() => void) | undefined;
  #finish: (() => void) | undefined;
  #isFlushDue = false;

  /** Bytes that have come and for which no new credit was given. */
  #uncredited = 0;
  #isReaderKeepingUp = true;
  /** One of the ends has said that it is over: nothing may be sent any more. */
  #isOver = false;

  constructor({ client, send, opening }: TunnelOptions) {
    super({ allowHalfOpen: false });
    this.remoteAddress = client.remoteAddress;
    this.remotePort = client.remotePort;
    this.remoteFamily = client.remoteFamily;
    this.encrypted = client.encrypted === true;
    this.#send = send;
    this.#opening = opening;
    // Whoever uses it hears its errors; and where nobody does yet, a worker must not die of one.
    this.on("error", () => {});
  }

  /** Takes a frame that has come from the other end. False when it has come before. */
  receive({ kind, number, credit, data }: Frame): boolean {
    const ahead = (number - this.#expected) >>> 0;
    if (ahead >= 2 ** 31) return false;
    this.#uncredited += data.length;
    if (ahead > 0) this.destroy(new Broken(`${ahead} frames are missing`));
    else if (this.#uncredited > WINDOW) this.destroy(new Broken("more has come than was granted"));
    if (this.destroyed) return true;

    this.#expected = (number + 1) >>> 0;
    if (number === 0) this.emit("accept");
    this.#credit += credit;
    if (data.length > 0) this.#isReaderKeepingUp = this.push(data);
    if (kind === Kind.End) this.#end();
    else if (credit > 0) this.#flush();
    return true;
  }

  /** Tells the edge that the tunnel is taken, unless something that was sent has told so already. */
  accept(): void {
    if (this.#next === 0 && !this.#isOver) this.#transmit(Kind.Data, NOTHING);
  }

  override _read(): void {
    this.#isReaderKeepingUp = true;
    if (this.#uncredited >= WINDOW / 2) this.#flushSoon();
  }

  override _write(chunk: Buffer, _encoding: string, written: () => void): void {
    this._writev([{ chunk }], written);
  }

  override _writev(chunks: readonly { chunk: Buffer }[], written: () => void): void {
    if (this.#isOver) return written();
    for (const { chunk } of chunks) {
      this.#outbox.push(chunk);
      this.#outboxBytes += chunk.length;
    }
    this.#flushSoon();
    if (this.#outboxBytes <= this.#credit) written();
    else this.#written = written;
  }

  override _final(finish: () => void): void {
    if (this.#isOver) return finish();
    this.#finish = finish;
    this.#flushSoon();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    if (!this.#isOpening) {
      this.#finish ??= () => {};
      this.#flush();
      if (!this.#isOver) this.#transmit(Kind.End, NOTHING);
    }
    if (!this.#isOver) this.#end();
    this.#outbox = [];
    destroyed(error);
  }

  /** At the end of this turn: by then HTTP has written its head, its body and its end. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    process.nextTick(() => queueMicrotask(() => this.#flush()));
  }

  /** Sends what may be sent. */
  #flush(): void {
    this.#isFlushDue = false;
    if (this.#isOver) return;
    const data = this.#take(this.#credit);
    const isLast = this.#finish !== undefined && this.#outboxBytes === 0;
    const credits = this.#isReaderKeepingUp && this.#uncredited >= WINDOW / 2;
    if (data.length > 0 || isLast || credits) this.#transmit(isLast ? Kind.End : Kind.Data, data);
    if (this.#outboxBytes <= this.#credit) this.#release();
  }

  /** HTTP never closes one half alone: whichever end says so, nothing is sent or read any more. */
  #end(): void {
    this.#isOver = true;
    this.emit("over");
    if (!this.destroyed) this.push(null);
    this.#release();
  }

  /** Lets the writer go on. */
  #release(): void {
    const [written, finish] = [this.#written, this.#isOver ? this.#finish : undefined];
    this.#written = undefined;
    if (this.#isOver) this.#finish = undefined;
    written?.();
    finish?.();
  }

  /** Takes so many bytes at most out of the outbox. */
  #take(most: number): Buffer {
    if (this.#outboxBytes === 0 || most === 0) return NOTHING;
    const [first] = this.#outbox;
    const all = this.#outbox.length === 1 && first ? first : Buffer.concat(this.#outbox);
    const data = all.subarray(0, most);
    const rest = all.subarray(most);
    this.#outbox = rest.length > 0 ? [rest] : [];
    this.#outboxBytes = rest.length;
    this.#credit -= data.length;
    return data;
  }

  /** At the edge, before the first frame has gone out: the owner knows of nothing yet. */
  get #isOpening(): boolean {
    return this.#opening !== undefined;
  }

  #transmit(kind: Kind, data: Buffer): void {
    const opening = this.#opening;
    this.#opening = undefined;
    const credit = this.#isReaderKeepingUp ? this.#uncredited : 0;
    this.#uncredited -= credit;
    const number = this.#next;
    this.#next = (number + 1) >>> 0;
    this.#send({
      kind: opening ? Kind.Open : kind,
      number,
      credit,
      data: opening ? Buffer.concat([opening, data]) : data,
    });
    if (kind !== Kind.End) return;
    // An Open frame cannot be the last, too.
    if (opening) this.#transmit(kind, NOTHING);
    else this.#end();
  }
}
