import { dirname, sep } from "node:path";
import { watch } from "chokidar";

/** Editors write a file in several moves; one save is one change. In ms. */
const SETTLE = 40;

/**
 * What a learner saves. Logs, pid files and whatever else an app writes into its folder are no
 * saves, nor is what editors put beside the file that they are writing.
 */
const CODE = /\.([cm]?[jt]s|json|conf|html|css|md)$/;

/** Calls back once for each save in the folder, until it is disposed. */
export async function watchFolder(dir: string, onSave: () => void): Promise<AsyncDisposable> {
  let settling: NodeJS.Timeout | undefined;
  // From above, so that a folder that was deleted and made again is still watched.
  const above = dirname(dir);
  const watcher = watch(above, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      path !== above &&
      ((path !== dir && !path.startsWith(dir + sep)) ||
        path.includes("node_modules") ||
        (stats?.isFile() === true && !CODE.test(path))),
  });
  watcher.on("all", (event) => {
    if (event === "addDir" || event === "unlinkDir") return;
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
