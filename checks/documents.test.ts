import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { marked, type Token } from "marked";
import { describe, expect, test } from "vitest";
import { root } from "../workshop/catalog.ts";
import { runCli } from "../workshop/testing/cli.ts";
import { anchorsOf } from "./support/anchors.ts";
import { filesOfTheClone } from "./support/clone-files.ts";
import { documented } from "./support/documented.ts";

const COMMAND =
  /^(?:[A-Z_]+=\S+ )?(?:npm|npx|curl|docker|git|pm2|redis-cli|tar|node|kill|forever|redis-server|for)(?= |$)/;
/** What looks like one, and is a line of JavaScript or a program's bare name. */
const NONE = /^(?:for \(|(?:npm|npx|curl|docker|git|pm2|tar|node|kill|forever)$|kill -\w+$)/;
/** Languages whose blocks are no commands. */
const CODE = /^(?:json|ts|js|tsx|diff|nginx|mermaid|html|text)$/;

const documents = filesOfTheClone().filter(
  (file) => file.endsWith(".md") && !file.startsWith("checks/answers/"),
);
const scripts: Record<string, string> = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
).scripts;

describe.each(documents)("%s", (file) => {
  test("leads nowhere that does not exist", () => {
    expect(linksIn(file).filter((href) => !leadsSomewhere(file, href))).toEqual([]);
  });

  test("names no command that is not run in a test, or listed with a reason", () => {
    const unknown = commandsIn(file).filter(
      (line) => !documented.some(({ command }) => command.test(line)),
    );

    expect(unknown).toEqual([]);
  });

  test("names no script that package.json does not have", () => {
    const named = [
      ...readFileSync(join(root, file), "utf8").matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g),
    ];

    expect(named.map(([, script = ""]) => script).filter((script) => !(script in scripts))).toEqual(
      [],
    );
  });
});

test.each(documented)("$command is still named, and its test still runs it", (entry) => {
  expect(documents.flatMap(commandsIn).some((line) => entry.command.test(line))).toBe(true);
  if ("test" in entry) expect(readFileSync(join(root, entry.test), "utf8")).toContain(entry.says);
});

test.each([".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/wrong-verdict.yml"])(
  "%s asks for what npm run doctor prints",
  (file) => {
    expect(readFileSync(join(root, file), "utf8")).toContain("npm run doctor");
  },
);

test("the workflow and a clean clone run the same", () => {
  expect(readFileSync(join(root, ".github/workflows/ci.yml"), "utf8")).toContain("run: .ci/run");
});

test("the tasks of the editor are scripts that exist", () => {
  const { tasks } = JSON.parse(readFileSync(join(root, ".vscode/tasks.json"), "utf8"));
  const called = tasks.map(
    ({ script, command }: { script?: string; command?: string }) =>
      script ?? /^npm run (\S+)/.exec(command ?? "")?.[1] ?? "",
  );

  expect(called.filter((script: string) => !(script in scripts))).toEqual([]);
});

test("npm run doctor says of each thing whether it is there", async () => {
  const { code, output } = await runCli(["doctor"]);

  for (const name of ["Node", "System", "Packages", "Chromium", "Redis", "nginx"]) {
    expect(output).toContain(name);
  }
  expect([0, 3]).toContain(code);
});

function tokensOf(file: string): Token[] {
  const tokens: Token[] = [];
  const text = readFileSync(join(root, file), "utf8");
  marked.walkTokens(marked.lexer(text), (token) => void tokens.push(token));
  return tokens;
}

/** What a reader is to type, without the comment behind it. */
function commandsIn(file: string): string[] {
  const lines = tokensOf(file).flatMap((token) => {
    if (token.type === "codespan") return [token.text];
    if (token.type === "code" && !CODE.test(token.lang ?? "")) return token.text.split("\n");
    return [];
  });
  return lines
    .map((line) => line.trim().replace(/\s+/g, " ").replace(/^\$ /, "").replace(/ # .*/, ""))
    .filter((line) => COMMAND.test(line) && !NONE.test(line));
}

function linksIn(file: string): string[] {
  return tokensOf(file).flatMap((token) =>
    token.type === "link" || token.type === "image" ? [String(token.href)] : [],
  );
}

/** Whether a link leads to a file of the clone, and to a heading in it. What leads out is not followed. */
function leadsSomewhere(file: string, href: string): boolean {
  if (/^[a-z]+:/.test(href)) return true;
  const [path = "", anchor] = href.split("#");
  const target = path === "" ? file : join(dirname(file), decodeURI(path));
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  return anchorsOf(readFileSync(join(root, target), "utf8")).includes(decodeURI(anchor));
}
