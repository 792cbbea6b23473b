import { setTimeout as sleep } from "node:timers/promises";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What shells report for a process that a signal has ended: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
/** How long an end in order may take before it is left to the leash. In ms. */
const PATIENCE = 8_000;

/**
 * Does a work that the terminal may ask to end. Then `ended` is aborted, the work has 8 s to close what
 * it has open, and the process ends with the code of the signal: whatever comes of the work, nobody
 * hears of it any more.
 *
 * @param onAsked called first, to say something
 */
export async function untilInterrupted<T>(
  work: (ended: AbortSignal) => Promise<T>,
  onAsked: () => void = () => {},
): Promise<T> {
  const end = new AbortController();
  let working: Promise<unknown> = Promise.resolve();
  using interrupt = onInterrupt(async () => {
    onAsked();
    end.abort();
    // What is half started is waited for: nobody would end what is started after the run has ended.
    await Promise.race([working.catch(() => {}), sleep(PATIENCE)]);
  });
  try {
    const worked = work(end.signal);
    working = worked;
    return await worked;
  } finally {
    // The process ends with the code of the signal then, and not with what comes of it here.
    if (interrupt.isAsked) await new Promise<never>(() => {});
  }
}

/**
 * When the terminal asks this process to end (Ctrl-C, a closed window), closes what it has open and
 * ends. A second Ctrl-C does not wait: the leash clears away what is left.
 */
export function onInterrupt(
  close: () => Promise<void>,
): Disposable & { readonly isAsked: boolean } {
  let asked = false;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      if (asked) process.exit(CODES[signal]);
      asked = true;
      void close().finally(() => process.exit(CODES[signal]));
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  return {
    get isAsked() {
      return asked;
    },
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
