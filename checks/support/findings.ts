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
  if (missing.length > 0) throw notYet(`nothing yet about ${missing.join(", ")}`);
  const numbers = NUMBERS.map((name) => {
    const value = data[name];
    if (typeof value === "number") return [name, value] as const;
    throw notYet(`${name} as ${JSON.stringify(value)}, which is no number`, numberHint(value));
  });
  const named = String(data.request).toUpperCase().replace("WS", "UPGRADE");
  const request = REQUESTS.find((known) => known === named);
  if (!request) {
    throw notYet(
      `request as ${JSON.stringify(data.request)}, not one of ${REQUESTS.join(", ")}`,
      "It is the second column of the trace, without path and transport; what is WS there is UPGRADE here.",
    );
  }
  return { ...(Object.fromEntries(numbers) as Omit<Findings, "request">), request };
}

function numberHint(value: unknown): string {
  const text = String(value);
  if (/%/.test(text)) return "It is a part of 1, not of 100: 3 of 40 clients are 0.075.";
  if (/\d/.test(text))
    return 'In JSON a number stands without quotes and without words: 0, not "0".';
  return "The README tells each field; a refused line of the trace has most of them.";
}

function parse(text: string): Record<string, unknown> {
  let data: unknown;
  try {
    // Some editors put a mark in front of the text.
    data = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw notYet(`a file that is no JSON: ${reason}`, jsonHint(text));
  }
  if (typeof data === "object" && data !== null && !Array.isArray(data)) return { ...data };
  throw notYet(
    "a file that is no JSON object",
    "It is one object, { … }, as in the file that you began with: one refusal is enough.",
  );
}

function jsonHint(text: string): string {
  if (text.trim() === "")
    return "The file is empty; steps/ has it as it was, with the names to fill in.";
  if (/,\s*[}\]]/.test(text)) return "In JSON no comma stands after the last line.";
  if (/^\s*\/\/|\/\*/m.test(text)) return "JSON knows no comments.";
  if (/'/.test(text)) return "In JSON names and texts stand in double quotes.";
  return "Your editor marks the place if it knows the file as JSON. The trace has what goes in.";
}

function notYet(
  seen: string,
  hint = "The README tells each field; a refused line of the trace has most of them.",
): NotYet {
  return new NotYet({
    expected:
      "findings.json to say who owned the session, who refused which request, and how many connected",
    seen,
    look: { file: "findings.json", todo: "3.2" },
    hint,
  });
}
