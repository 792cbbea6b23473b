import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, steps, type Source } from "../../workshop/catalog.ts";
import { NotYet } from "../../workshop/problems.ts";
import { parseFindings } from "./findings.ts";

const whole = { owner: 0, refusedBy: 1, request: "POST", status: 400, code: 1, share: 0 };

/** What is wrong with findings like these. */
function wrongWith(findings: unknown): string {
  const text = typeof findings === "string" ? findings : JSON.stringify(findings);
  try {
    parseFindings(text);
  } catch (error) {
    if (error instanceof NotYet) return error.finding.seen;
    throw error;
  }
  throw new Error("They are accepted.");
}

const fileOf = (source: Source) =>
  steps
    .filter(({ slug }) => slug === "03-cluster")
    .map((step) => readFileSync(join(folderOf(step, source), "findings.json"), "utf8"))
    .join("");

describe("findings", () => {
  test("that are whole are read as they are", () => {
    expect(parseFindings(JSON.stringify(whole))).toEqual(whole);
  });

  test("of the solution are whole", () => {
    expect(parseFindings(fileOf("solution"))).toEqual(expect.objectContaining({ status: 400 }));
  });

  test("may name the request in small letters", () => {
    expect(parseFindings(JSON.stringify({ ...whole, request: "upgrade" })).request).toBe("UPGRADE");
  });

  test("may say more than is asked for", () => {
    expect(parseFindings(JSON.stringify({ ...whole, note: "odd" }))).toEqual(whole);
  });
});

describe("findings are refused with what is wrong:", () => {
  test("the starter's, which say nothing yet", () => {
    expect(wrongWith(fileOf("starter"))).toMatch(/^nothing yet about owner, refusedBy/);
  });

  test("one that is missing, by its name", () => {
    const { code: _, ...rest } = whole;

    expect(wrongWith(rest)).toBe("nothing yet about code");
  });

  test("a number that is a text", () => {
    expect(wrongWith({ ...whole, status: "400" })).toBe('status as "400", which is no number');
  });

  test("a request that is none", () => {
    expect(wrongWith({ ...whole, request: "PUT" })).toBe(
      'request as "PUT", not one of GET, POST, UPGRADE',
    );
  });

  test.each(["", "{", "not JSON", "[1", "null", "5", '"text"'])("no JSON object: %j", (text) => {
    expect(wrongWith(text)).toMatch(/^a file that is no JSON/);
  });

  test("a list instead of an object", () => {
    expect(wrongWith([whole])).toMatch(/^a file that is no JSON|^nothing yet about/);
  });
});

test("wrong findings send the learner to the file and to the trace", () => {
  expect(() => parseFindings("{")).toThrow(
    expect.objectContaining({
      finding: expect.objectContaining({
        look: { file: "findings.json", todo: "3.2" },
        hint: expect.stringContaining("trace"),
      }),
    }),
  );
});
