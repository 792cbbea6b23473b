import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../workshop/catalog.ts";

/** What git ignores, by the names of folders. */
const IGNORED = /^(?:\.git|node_modules|work|\.workshop|\.scratch.*|results)$/;

/**
 * The files that make up the clone, as paths from its root with `/` between folders. Without git: not
 * everybody who runs the tests has got the files by it.
 */
export function filesOfTheClone(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOfTheClone(path);
    return entry.isFile() ? [relative(root, path).replaceAll("\\", "/")] : [];
  });
}
