const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What shells report for a process that a signal has ended: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

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
