import { emitKeypressEvents, type Key } from "node:readline";

/**
 * Listens to single keys in a terminal; Ctrl-C comes as a signal, as without it. Disposing it gives
 * the terminal back as it was.
 */
export function onKeys(actions: Record<string, () => void>): Disposable {
  const { stdin } = process;
  const listener = (_: string | undefined, key: Key) => {
    if (key.ctrl && key.name === "c") process.kill(process.pid, "SIGINT");
    else if (key.name && !key.ctrl && !key.meta) actions[key.name]?.();
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on("keypress", listener);
  return {
    [Symbol.dispose]() {
      stdin.off("keypress", listener);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
