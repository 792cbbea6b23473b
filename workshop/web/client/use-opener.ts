import { ask } from "./ask.ts";
import type { Bench } from "./use-bench.ts";

type Opened = { by: string } | { link: string; path: string };

/** Opens a file of the clone in the person's editor, by the server or by a link. */
export function useOpener({ socket, say }: Bench): (file: string, line?: number) => void {
  return (file, line = 1) => {
    ask<Opened>((reply) => socket.emit("open", file, line, reply)).then(
      (opened) => {
        if ("by" in opened) return say(`Opening ${file} in ${opened.by}.`);
        say(
          `No editor was found on the PATH: trying VS Code by a link. The file is ${opened.path}`,
        );
        location.assign(opened.link);
      },
      (error: Error) => say(error.message, "bad"),
    );
  };
}
