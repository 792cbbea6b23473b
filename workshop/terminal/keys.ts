import { emitKeypressEvents, type Key } from "node:readline";

/** What is listened to: standard input, when it is a terminal. */
export interface KeyInput extends NodeJS.ReadableStream {
  isTTY?: boolean;
  setRawMode?: (raw: boolean) => unknown;
}

/** A terminal brackets what is pasted when it is asked to, so that nobody takes it for keys. */
export const PASTE_ON = "\x1b[?2004h";
export const PASTE_OFF = "\x1b[?2004l";

/**
 * Listens to single keys in a terminal. What writes a letter comes as that letter (`g`, `G`, `?`),
 * others by name (`up`, `pagedown`, `escape`), with Ctrl as `ctrl-z`. What is pasted is left out.
 * Disposing it gives the terminal back as it was.
 */
export function listenToKeys(input: KeyInput, onKey: (key: string) => void): Disposable {
  let isPasting = false;
  const listener = (text: string | undefined, key: Key) => {
    if (key.name === "paste-start") isPasting = true;
    else if (key.name === "paste-end") isPasting = false;
    else if (!isPasting) {
      const name = nameOf(text, key);
      if (name) onKey(name);
    }
  };
  // A terminal that was closed can be read no more; its SIGHUP says so, too.
  const ignore = () => {};
  input.on("error", ignore);
  emitKeypressEvents(input);
  input.setRawMode?.(true);
  input.on("keypress", listener);
  input.resume();
  return {
    [Symbol.dispose]() {
      input.off("keypress", listener);
      input.off("error", ignore);
      input.setRawMode?.(false);
      input.pause();
    },
  };
}

function nameOf(text: string | undefined, { name, ctrl, meta }: Key): string | undefined {
  if (ctrl) return name && `ctrl-${name}`;
  // Alt with a letter is no letter; Escape comes with it.
  if (meta) return name === "escape" ? name : undefined;
  if (name === "space" || (text && /^[^\p{Cc}]$/u.test(text))) return text;
  return name;
}
