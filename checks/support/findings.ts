import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NotYet } from "../../workshop/problems.ts";

/** What the learner writes down in step 3. */
export interface Findings {
  /** Instance number of the worker that opened the session. */
  owner: number;
  /** Instance number of the worker that refused a request of it. */
  refusedBy: number;
  request: "GET" | "POST" | "UPGRADE";
  status: number;
  /** Engine.IO's error code. */
  code: number;
  /** Of 40 clients, the part that connected at first try, from 0 to 1. */
  share: number;
}

const NUMBERS = ["owner", "refusedBy", "status", "code", "share"] as const;
const REQUESTS = ["GET", "POST", "UPGRADE"] as const;

/**
 * Reads findings.json in the learner's folder.
 *
 * @throws NotYet when it is not there, is no JSON, or when something is missing or of the wrong kind.
 */
export function readFindings(dir: string): Findings {
  let text: string;
  try {
    text = readFileSync(join(dir, "findings.json"), "utf8");
  } catch {
    throw notYet("no such file");
  }
  return parseFindings(text);
}

/** @throws NotYet as `readFindings` does. */
export function parseFindings(text: string): Findings {
  const data = parse(text);
  const missing = [...NUMBERS, "request" as const].filter(
    (name) => data[name] === null || data[name] === undefined,
  );
  if (missing.length > 0) {
    throw notYet(`nothing yet about ${missing.join(", ")}`);
  }
  const numbers = NUMBERS.map((name) => {
    const value = data[name];
    if (typeof value !== "number")
      throw notYet(`${name} as ${JSON.stringify(value)}, which is no number`);
    return [name, value] as const;
  });
  const named = String(data.request).toUpperCase().replace("WS", "UPGRADE");
  const request = REQUESTS.find((known) => known === named);
  if (!request)
    throw notYet(`request as ${JSON.stringify(data.request)}, not one of ${REQUESTS.join(", ")}`);
  return { ...(Object.fromEntries(numbers) as Omit<Findings, "request">), request };
}

function parse(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === "object" && data !== null) return { ...data };
    throw new SyntaxError("it is no object");
  } catch (error) {
    throw notYet(
      `a file that is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function notYet(seen: string): NotYet {
  return new NotYet({
    expected:
      "findings.json to say who owned the session, who refused which request, and how many connected",
    seen,
    look: { file: "findings.json", todo: "3.2" },
    hint: "The README tells each field; a refused line of the trace has most of them.",
  });
}
