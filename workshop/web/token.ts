import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NOTES } from "../catalog.ts";

const FILE = join(NOTES, "web", "token");
const OWNER_ONLY = 0o600;
const TOKEN = /^[\w-]{32}$/;

/**
 * What lets a browser in. It stays the same for this clone: a page that is open finds its way back
 * when the server is started again. Whoever can read the file can start programs here anyway.
 */
export function clonesToken(): string {
  const known = read();
  if (known) return known;
  mkdirSync(join(NOTES, "web"), { recursive: true });
  const token = randomBytes(24).toString("base64url");
  writeFileSync(FILE, token, { mode: OWNER_ONLY });
  return token;
}

function read(): string | undefined {
  try {
    const token = readFileSync(FILE, "utf8").trim();
    return TOKEN.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
