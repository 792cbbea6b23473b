import { join } from "node:path";
import { createContext, Script } from "node:vm";
import { build, type Plugin } from "esbuild";
import type { CrowdTarget } from "./protocol.ts";

type Transports = CrowdTarget["transports"];

/** What Socket.IO's client does by itself. */
const BY_DEFAULT: Transports = ["polling", "websocket"];
/** How long the page's options may take to be made, in ms. */
const WITHIN = 500;
/** The folder of what a browser loads. */
const PAGE = "public";

/**
 * By which transports the page of this code connects: a crowd does as the page would. The options are
 * made as in a browser, however they are written; where that fails, the page has none either.
 */
export async function transportsOf(dir: string): Promise<Transports> {
  try {
    const named = evaluate(await bundle(join(dir, PAGE)));
    const known = BY_DEFAULT.filter((name) => named.includes(name));
    // The first is the one that a session begins with.
    known.sort((one, other) => named.indexOf(one) - named.indexOf(other));
    return known.length > 0 ? known : BY_DEFAULT;
  } catch {
    return BY_DEFAULT;
  }
}

/** The page's options with all that they import, as one script that leaves them in `page`. */
async function bundle(folder: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "client-options.js")],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "page",
    plugins: [fromItsServer(folder)],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** In a browser `/name.js` is a file of the page's own server. */
function fromItsServer(folder: string): Plugin {
  return {
    name: "from its server",
    setup({ onResolve }) {
      onResolve({ filter: /^\// }, ({ path, kind }) =>
        kind === "entry-point" ? undefined : { path: join(folder, path) },
      );
    },
  };
}

/** The names that stand in the options of such a script. */
function evaluate(script: string): readonly unknown[] {
  const transports: unknown = new Script(
    `${script}\nJSON.stringify(page.clientOptions.transports ?? null);`,
  ).runInContext(createContext(browsersOwn(), { microtaskMode: "afterEvaluate" }), {
    timeout: WITHIN,
  });
  const named: unknown = JSON.parse(String(transports));
  return Array.isArray(named) ? named : [];
}

/** What such a file may ask of a browser while it is loaded; no timer ever comes. */
function browsersOwn(): Record<string, unknown> {
  const nothing = () => {};
  const page = {
    console: Object.fromEntries(Object.keys(console).map((name) => [name, nothing])),
    document: { title: "", cookie: "", addEventListener: nothing, querySelector: () => null },
    location: new URL("http://localhost:3000/"),
    navigator: { onLine: true, userAgent: "" },
    addEventListener: nothing,
    setTimeout: () => 0,
    setInterval: () => 0,
    clearTimeout: nothing,
    clearInterval: nothing,
    URL,
    URLSearchParams,
  };
  return { ...page, window: page };
}
