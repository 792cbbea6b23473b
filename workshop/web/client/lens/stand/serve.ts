import { join } from "node:path";
import { createServer } from "vite";
import { root } from "../../../../catalog.ts";

const STAND = "/workshop/web/client/lens/stand/index.html";

/**
 * Serves the lens on its stand, on a free port. For its tests; to work on how it looks, take
 * `npx tsx workshop/web/client/lens/stand/serve.ts` and open what it prints.
 *
 * @param cache a folder for what Vite keeps
 */
export async function serveStand(cache: string): Promise<AsyncDisposable & { url: string }> {
  const vite = await createServer({
    root,
    configFile: false,
    envFile: false,
    logLevel: "error",
    appType: "mpa",
    cacheDir: join(cache, "vite"),
    esbuild: { jsx: "automatic", jsxImportSource: "preact" },
    // Found while the first page loads, they would make it load twice.
    optimizeDeps: {
      include: ["preact", "preact/hooks", "preact/jsx-runtime", "preact/jsx-dev-runtime"],
      entries: [],
    },
    server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
  });
  await vite.listen();
  const address = vite.httpServer?.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}${STAND}`,
    [Symbol.asyncDispose]: () => vite.close(),
  };
}

if (process.argv[1]?.endsWith("serve.ts")) {
  const { NOTES } = await import("../../../../catalog.ts");
  console.log((await serveStand(join(NOTES, "web"))).url);
}
