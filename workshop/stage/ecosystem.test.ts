import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NotYet } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import { PRELOAD, place, readEcosystem, type Placement } from "./ecosystem.ts";

const CHAT = { name: "chat", script: "server.ts" };

/** What is found wrong with a folder of these files. */
async function findingOf(files: Record<string, string>) {
  using folder = makeFolder(files);
  const error: unknown = await readEcosystem(folder.path).catch((reason: unknown) => reason);
  if (!(error instanceof NotYet)) throw new Error(`No finding: ${JSON.stringify(error)}`);
  return error.finding;
}

const cjs = (code: string) => ({ "ecosystem.config.cjs": code });

describe("an ecosystem file", () => {
  test.each([
    ["ecosystem.config.cjs", `module.exports = { apps: [${JSON.stringify(CHAT)}] };`],
    ["ecosystem.config.cjs", `module.exports = { apps: ${JSON.stringify(CHAT)} };`],
    ["ecosystem.config.cjs", `module.exports = [${JSON.stringify(CHAT)}];`],
    ["ecosystem.config.cjs", `module.exports = ${JSON.stringify(CHAT)};`],
    ["ecosystem.config.cjs", `exports.apps = [${JSON.stringify(CHAT)}];`],
    ["ecosystem.config.js", `export default { apps: [${JSON.stringify(CHAT)}] };`],
    ["ecosystem.config.mjs", `export default { apps: [${JSON.stringify(CHAT)}] };`],
    ["ecosystem.config.json", JSON.stringify({ apps: [CHAT] })],
  ])("as %s, written %s, gives its app", async (name, text) => {
    using folder = makeFolder({ [name]: text });

    expect(await readEcosystem(folder.path)).toEqual(CHAT);
  });

  test("may print, compute and know its own folder", async () => {
    using folder = makeFolder(
      cjs(`
        console.log("hello");
        const { basename } = require("node:path");
        module.exports = { apps: [{ script: "server.ts", cwd: basename(__dirname) }] };`),
    );

    expect(await readEcosystem(folder.path)).toEqual({
      script: "server.ts",
      cwd: "höhe mit leer",
    });
  });

  test("that may keep Node from ending is read all the same", async () => {
    using folder = makeFolder(
      cjs(`setInterval(() => {}, 1000); module.exports = { apps: [${JSON.stringify(CHAT)}] };`),
    );

    expect(await readEcosystem(folder.path)).toEqual(CHAT);
  });
});

describe("what is wrong with it is told in one sentence:", () => {
  test("there is none", async () => {
    expect(await findingOf({})).toMatchObject({
      seen: "no such file",
      look: { file: "ecosystem.config.cjs" },
      blocks: true,
    });
  });

  test("a syntax error, with file and line", async () => {
    const finding = await findingOf(
      cjs("module.exports = {\n  apps: [\n    { name: }\n  ],\n};\n"),
    );

    expect(finding.seen).toBe("SyntaxError: Unexpected token '}' (ecosystem.config.cjs:3)");
    expect(finding.look).toEqual({ file: "ecosystem.config.cjs" });
  });

  test("a syntax error of an ES module, with file and line", async () => {
    const finding = await findingOf({
      "ecosystem.config.mjs": "export default {\n  apps: [ }\n};\n",
    });

    expect(finding.seen).toBe("SyntaxError: Unexpected token '}' (ecosystem.config.mjs:2)");
  });

  test("torn JSON", async () => {
    const finding = await findingOf({ "ecosystem.config.json": '{ "apps": [' });

    expect(finding.seen).toMatch(/^SyntaxError: .*JSON/);
    expect(finding.look).toEqual({ file: "ecosystem.config.json" });
  });

  test("an exception, with file and line", async () => {
    const finding = await findingOf(cjs('// a note\nthrow new Error("my own");\n'));

    expect(finding.seen).toBe("Error: my own (ecosystem.config.cjs:2)");
  });

  test("a missing module, with file and line", async () => {
    const finding = await findingOf(cjs('require("no-such-module");\n'));

    expect(finding.seen).toBe(
      "Error: Cannot find module 'no-such-module' (ecosystem.config.cjs:1)",
    );
  });

  test("an endless loop", async () => {
    const finding = await findingOf(cjs("for (;;);\n"));

    expect(`${finding.seen} ${finding.hint}`).toMatch(/end/);
    expect(finding.look).toEqual({ file: "ecosystem.config.cjs" });
  });

  test("no app", async () => {
    expect(await findingOf(cjs("module.exports = { apps: [] };"))).toMatchObject({
      expected: "one app with a script in ecosystem.config.cjs",
      seen: "no app",
    });
  });

  test("nothing exported", async () => {
    expect((await findingOf(cjs(""))).seen).toMatch(/^no app|an app without a script/);
  });

  test.each([
    ["a function", "module.exports = () => ({ apps: [] });"],
    ["a text", 'module.exports = "server.ts";'],
    ["nothing", "module.exports = undefined;"],
  ])("%s exported instead of an object", async (_, code) => {
    expect((await findingOf(cjs(code))).expected).toBe(
      "one app with a script in ecosystem.config.cjs",
    );
  });

  test("two apps, by their names", async () => {
    const two = [CHAT, { name: "admin", script: "admin.ts" }];

    const finding = await findingOf(cjs(`module.exports = { apps: ${JSON.stringify(two)} };`));

    expect(finding.seen).toBe("2 apps (chat, admin)");
  });

  test("an app without a script", async () => {
    const finding = await findingOf(cjs('module.exports = { apps: [{ name: "chat" }] };'));

    expect(finding.seen).toBe('an app without a script: {"name":"chat"}');
  });

  test("an exit of its own", async () => {
    const finding = await findingOf(cjs("process.exit(3);"));

    expect(finding.seen).toBe("that it exports nothing");
  });
});

describe("an app that is placed on the stage", () => {
  const placement: Placement = {
    dir: join("/clone", "work", "03-cluster"),
    name: "03-cluster-4000",
    port: 4000,
    base: { PATH: "/usr/bin" },
  };

  test("gets the stage's name and port, whatever it asks for", () => {
    const placed = place({ ...CHAT, env: { PORT: "80", GREETING: "hi" } }, placement);

    expect(placed).toMatchObject({
      name: "03-cluster-4000",
      env: { PATH: "/usr/bin", PORT: "4000", GREETING: "hi" },
    });
  });

  test("keeps what the learner has written otherwise", () => {
    const own = { exec_mode: "cluster", instances: 4, wait_ready: true, kill_timeout: 3000 };

    expect(place({ ...CHAT, ...own }, placement)).toMatchObject(own);
  });

  test.each([{ time: true }, { log_date_format: "HH:mm" }, { log_type: "json" }])(
    "prints its lines as they are, without %j",
    (dress) => {
      expect(place({ ...CHAT, ...dress }, placement)).toEqual(place(CHAT, placement));
    },
  );

  test("turns values of its env that are no text into text, as pm2 does", () => {
    expect(place({ ...CHAT, env: { LIMIT: 500 } }, placement).env).toMatchObject({ LIMIT: "500" });
  });

  test.each([
    ["a list", { node_args: ["--import", "tsx"] }],
    ["a text", { node_args: "--import  tsx" }],
    ["nodeArgs", { nodeArgs: ["--import", "tsx"] }],
    ["interpreter_args", { interpreter_args: "--import tsx" }],
  ])("keeps its Node arguments, given as %s, and loads the trace", (_, args) => {
    expect(place({ ...CHAT, ...args }, placement).node_args).toEqual([
      "--import",
      "tsx",
      "--import",
      PRELOAD,
    ]);
  });

  test("without Node arguments loads the trace alone", () => {
    expect(place(CHAT, placement).node_args).toEqual(["--import", PRELOAD]);
  });

  test("runs in the learner's folder", () => {
    expect(place(CHAT, placement).cwd).toBe(placement.dir);
  });

  test("runs where it asks to, seen from the learner's folder", () => {
    expect(place({ ...CHAT, cwd: "app" }, placement).cwd).toBe(join(placement.dir, "app"));
  });

  test("has a relative script, since pm2 cannot start an absolute one with a space in it", () => {
    const script = join(placement.dir, "server.ts");

    expect(place({ ...CHAT, script }, placement).script).toBe("server.ts");
  });

  test("does not inherit this process's environment", () => {
    expect(place(CHAT, placement)).toMatchObject({ filter_env: [""] });
  });
});
