import { watch } from "chokidar";

/** Editors write a file in several moves; one save is one change. In ms. */
const SETTLE = 60;

/** Calls back once for each save in the folder, until it is disposed. */
export async function watchFolder(dir: string, onSave: () => void): Promise<AsyncDisposable> {
  let settling: NodeJS.Timeout | undefined;
  // What editors put beside the file that they are writing is no save.
  const watcher = watch(dir, { ignoreInitial: true, ignored: /node_modules|[~#]$|\.sw.$/ });
  watcher.on("all", () => {
    clearTimeout(settling);
    settling = setTimeout(onSave, SETTLE);
  });
  // A watcher that fails (too many files, a folder that was deleted) must not end the session.
  watcher.on("error", () => {});
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(settling);
      await watcher.close();
    },
  };
}
