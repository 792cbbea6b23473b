import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NOTES, root } from "../catalog.ts";
import { fingerprint } from "../verify/fingerprint.ts";

const CLIENT = fileURLToPath(new URL("client", import.meta.url));

/** What the page is made of; more than it needs does no harm. */
const MADE_OF = ["workshop/web", "workshop/trace", "workshop/text.ts", "package-lock.json"];

/**
 * The folder of the page as a browser takes it: built when there is none of just these sources, which
 * takes some 2 s, and kept.
 *
 * @param told called when it has to be built
 */
export async function builtPage(told: () => void = () => {}): Promise<string> {
  const name = fingerprint(MADE_OF.map((path) => join(root, path)));
  const above = join(NOTES, "web", "page");
  const folder = join(above, name);
  if (existsSync(join(folder, "index.html"))) return folder;
  told();
  const draft = join(above, `${name}.${process.pid}`);
  mkdirSync(above, { recursive: true });
  await build(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another command was quicker.
    if (!existsSync(join(folder, "index.html"))) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
  for (const old of readdirSync(above)) {
    if (old !== name && !old.includes(".")) rmSync(join(above, old), { recursive: true });
  }
  return folder;
}

async function build(outDir: string): Promise<void> {
  const vite = await import("vite");
  await vite.build({
    root: CLIENT,
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: "error",
    base: "./",
    cacheDir: join(NOTES, "web", "vite"),
    esbuild: { jsx: "automatic", jsxImportSource: "preact" },
    build: { outDir, emptyOutDir: true, target: "es2023", assetsInlineLimit: 0 },
  });
}
