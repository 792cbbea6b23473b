// @ts-check
/**
 * `node read-ecosystem.mjs FILE` sends what an ecosystem file exports to the parent, as the text
 * of a JSON document, and ends.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const file = process.argv[2] ?? "";
const config = file.endsWith(".json")
  ? JSON.parse(readFileSync(file, "utf8"))
  : exported(await import(pathToFileURL(file).href));

process.send?.(toJson(config), () => process.exit());

/** pm2 takes a default export, and named ones as well. @param {Record<string, unknown>} module */
function exported(module) {
  return module.default ?? { ...module };
}

/** @param {unknown} value @returns {string} `null` for what pm2 would not take either */
function toJson(value) {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return "null";
  }
}
