import { ask } from "./ask.ts";
import type { Bench } from "./use-bench.ts";

/** Opens a file of the clone in the person's editor, by the server or by a link. */
export function useOpener({ socket, say }: Bench): (file: string, line?: number) => void {
  return (file, line = 1) => {
    ask(socket, () => socket.emitWithAck("open", file, line)).then(
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
