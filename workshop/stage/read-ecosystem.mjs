// @ts-check
/** `node read-ecosystem.mjs FILE` sends what an ecosystem file exports to the parent, and ends. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const file = process.argv[2] ?? "";
const config = file.endsWith(".json")
  ? JSON.parse(readFileSync(file, "utf8"))
  : (await import(pathToFileURL(file).href)).default;

// Functions and the like do not travel; pm2 would not take them either.
process.send?.(JSON.parse(JSON.stringify(config ?? null)), () => process.exit());
