import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import type { Finding } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import { explainCrash } from "./crash.ts";
import { cleanEnvironment } from "./environment.ts";

/** Lets a server crash that is written like this, and gives what is made of what it prints. */
function crash(files: Record<string, string>, env: NodeJS.ProcessEnv = {}): Finding {
  using folder = makeFolder(files);
  const { stderr } = spawnSync(process.execPath, ["--import", "tsx", "server.ts"], {
    cwd: folder.path,
    env: { ...cleanEnvironment(), ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return explainCrash(stderr, folder.path).finding;
}

const server = (code: string) => ({ "server.ts": code });

describe("a server that does not start is told with its error and its line:", () => {
  test("a syntax error", () => {
    const finding = crash(server("const port = 3000;\nconst app = (;\n"));

    expect(finding.seen).toMatch(/^SyntaxError: .* \(server\.ts:2\)$/);
    expect(finding).toMatchObject({ look: { file: "server.ts" }, blocks: true });
  });

  test("a syntax error in another file of the learner's", () => {
    const finding = crash({
      "server.ts": 'import { rooms } from "./rooms.ts";\nconsole.log(rooms);\n',
      "rooms.ts": "\nexport const rooms = [1, ;\n",
    });

    expect(finding.seen).toMatch(/^SyntaxError: .* \(rooms\.ts:2\)$/);
    expect(finding.look).toEqual({ file: "rooms.ts", line: 2 });
  });

  test("an exception at top level", () => {
    const finding = crash(server('const port = 3000;\n\nthrow new Error("out of luck");\n'));

    expect(finding.seen).toBe("Error: out of luck (server.ts:3)");
  });

  test("an exception in a function that the server calls", () => {
    const finding = crash({
      "server.ts": 'import { open } from "./lib/rooms.ts";\nopen();\n',
      "lib/rooms.ts": "export function open(): void {\n  null.name;\n}\n",
    });

    expect(finding.seen).toMatch(/^TypeError: .* \(lib\/rooms\.ts:2\)$/);
    expect(finding.look).toEqual({ file: "lib/rooms.ts", line: 2 });
  });

  test("a name that is not defined", () => {
    const finding = crash(server("export {};\nconst app = expres();\n"));

    expect(finding.seen).toBe("ReferenceError: expres is not defined (server.ts:2)");
  });

  test("an error of a subclass", () => {
    const finding = crash(
      server(
        'class OutOfLuck extends Error {\n  name = "OutOfLuckError";\n}\nthrow new OutOfLuck("bad");\n',
      ),
    );

    expect(finding.seen).toMatch(/bad \(server\.ts:\d\)$/);
  });

  test("a file that cannot be imported", () => {
    const finding = crash(server('import { rooms } from "./rooms.ts";\nconsole.log(rooms);\n'));

    expect(finding.seen).toMatch(/Cannot find module .*rooms\.ts/);
    expect(finding.look).toEqual({ file: "server.ts", line: 1 });
    expect(finding.hint).toMatch(/import/);
  });

  test("a package that is not installed, in another file of the learner's", () => {
    const finding = crash({
      "server.ts": 'import { relay } from "./relay.ts";\nrelay();\n',
      "relay.ts":
        '// Hands it on.\nimport relay from "no-such-package";\nexport { relay };\nrelay();\n',
    });

    expect(finding.seen).toMatch(/Cannot find package 'no-such-package'/);
    expect(finding.look).toEqual({ file: "relay.ts", line: 2 });
  });

  test("a package that is not installed", () => {
    const finding = crash(server('import "no-such-package";\n'));

    expect(finding.seen).toMatch(/Cannot find package 'no-such-package'/);
    expect(finding.hint).toMatch(/import/);
  });

  test("a name that a module does not export", () => {
    const finding = crash(server('import { nope } from "node:http";\nconsole.log(nope);\n'));

    expect(finding.seen).toMatch(/^SyntaxError: .*nope.*\(server\.ts:1\)$/);
  });

  test("a port that is taken", async () => {
    const holder = createServer().listen(0);
    await once(holder, "listening");
    const address = holder.address();
    const port = typeof address === "object" && address ? address.port : 0;

    const finding = crash(
      server(
        'import { createServer } from "node:http";\ncreateServer().listen(process.env.PORT);\n',
      ),
      { PORT: String(port) },
    );
    holder.close();

    expect(finding.seen).toMatch(new RegExp(`^Error: listen EADDRINUSE.*:${port}`));
    expect(finding.hint).toMatch(/port/);
  });

  test("an exception in a promise that nobody handles", () => {
    const finding = crash(server('export {};\nPromise.reject(new Error("nobody cares"));\n'));

    expect(finding.seen).toBe("Error: nobody cares (server.ts:2)");
  });

  test.each(["just a text", "{ code: 3 }"])("something thrown that is no error: %s", (thrown) => {
    const value = thrown.startsWith("{") ? thrown : JSON.stringify(thrown);

    const finding = crash(server(`throw ${value};\n`));

    expect(finding.seen).not.toMatch(/^\s*at |node:internal|Node\.js v/);
  });
});

describe("what was printed as it died", () => {
  test("without an error is told by its last line", () => {
    const { finding } = explainCrash("it ended with exit code 3", "/clone/work/01-one-process");

    expect(finding).toMatchObject({
      expected: "the server to start",
      seen: "it ended with exit code 3",
      look: { file: "server.ts" },
      blocks: true,
    });
  });

  test("may be nothing at all", () => {
    const { finding } = explainCrash("", "/clone/work/01-one-process");

    expect(finding.seen).toBe("no reason");
  });

  test("names the learner's line, and not those of packages or of the workshop", () => {
    const text = [
      "Error: no such room",
      "    at Router.handle (/clone/node_modules/express/lib/router.js:10:3)",
      "    at overhear (/clone/workshop/trace/preload.mjs:20:5)",
      "    at open (/clone/work/01-one-process/server.ts:7:9)",
      "    at main (/clone/work/01-one-process/server.ts:30:1)",
    ].join("\n");

    const { finding } = explainCrash(text, "/clone/work/01-one-process");

    expect(finding.seen).toBe("Error: no such room (server.ts:7)");
  });
});
