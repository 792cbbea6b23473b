import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, NGINX_CONF, steps, type Step } from "../workshop/catalog.ts";
import { openDesk, runCli, type Desk } from "../workshop/testing/cli.ts";

/** The whole check of a wrong answer, on a busy machine. In ms. */
const BUSY_TIMEOUT = 240_000;

interface Wrong {
  name: string;
  /** What stands in the solution's nginx.conf, and what stands there instead. */
  instead: [string | RegExp, string];
  check: string;
  says: string[];
  todo: string;
}

/** Wrong answers to the first TODOs, each with the check that finds it out. */
const WRONG: readonly Wrong[] = [
  {
    name: "a semicolon is missing",
    instead: ["proxy_http_version 1.1;", "proxy_http_version 1.1"],
    check: "two hosts of two workers each",
    says: ['Saw invalid number of arguments in "proxy_http_version" directive (nginx.conf:'],
    todo: "nginx.conf:",
  },
  {
    name: "ip_hash chooses the host",
    instead: ["zone chat 64k;", "zone chat 64k;\n    ip_hash;"],
    check: "two hosts of two workers each",
    says: ["24 on host a, 0 on host b", "ip_hash chooses the host by the client's address"],
    todo: "TODO 9.1",
  },
  {
    name: "the upstream has one server",
    instead: [/.*127\.0\.0\.1:3002.*\n/, ""],
    check: "two hosts of two workers each",
    says: ["Host b is at 127.0.0.1:3002, and no server of the upstream names it."],
    todo: "TODO 9.1",
  },
  {
    name: "proxy_pass names a host",
    instead: [/http:\/\/chat;/g, "http://127.0.0.1:3001;"],
    check: "two hosts of two workers each",
    says: ["proxy_pass http://127.0.0.1:3001 names host a itself"],
    todo: "TODO 9.1",
  },
  {
    name: "nothing is said of an upgrade",
    instead: [/ +proxy_set_header (Upgrade|Connection).*\n/g, ""],
    check: "clients with default transports come to a WebSocket",
    says: ["an ordinary GET", "Missing: proxy_set_header Upgrade, proxy_set_header Connection."],
    todo: "TODO 9.2",
  },
  {
    name: "nginx hangs up after a second",
    instead: ["proxy_read_timeout 60s", "proxy_read_timeout 1s"],
    check: "who has nothing to say stays connected",
    says: ["disconnected: transport close", "proxy_read_timeout says when"],
    todo: "TODO 9.4",
  },
  {
    name: "nginx hangs up before the next ping",
    instead: ["proxy_read_timeout 60s", "proxy_read_timeout 20s"],
    check: "who has nothing to say stays connected",
    says: ["Saw proxy_read_timeout 20s"],
    todo: "TODO 9.4",
  },
];

function stepNine(): Step {
  const step = steps.find(({ number }) => number === 9);
  if (!step) throw new Error("The catalogue has no step 9.");
  return step;
}

/** The solution of step 9 as a learner's copy, with something else in its nginx.conf. */
function copyWith(desk: Desk, [what, instead]: Wrong["instead"]): void {
  const step = stepNine();
  const dir = join(desk.work, step.slug);
  cpSync(folderOf(step, "solution"), dir, { recursive: true });
  const file = join(dir, NGINX_CONF);
  const right = readFileSync(file, "utf8");
  const wrong = right.replace(what, instead);
  expect(wrong).not.toBe(right);
  writeFileSync(file, wrong);
}

describe("step 9 is not passed when", { timeout: BUSY_TIMEOUT }, () => {
  test.each(WRONG)("$name", async ({ instead, check, says, todo }) => {
    using desk = openDesk();
    copyWith(desk, instead);

    const { code, output } = await runCli(["check", "9"], desk);

    const words = output.replace(/\s+/g, " ");
    expect(output).toMatch(new RegExp(`^✗ ${check}`, "m"));
    for (const text of [...says, todo]) expect(words).toContain(text);
    expect(code).toBe(1);
  });
});

test("without nginx it is the machine, and not the learner, that step 9 sends away", async () => {
  using desk = openDesk();
  desk.env.NGINX_PATH = join(desk.work, "no-nginx");

  const { code, output } = await runCli(["check", "9", "--solution"], desk);

  expect(output).toMatch(/^your machine/m);
  expect(output.replace(/\s+/g, " ")).toContain("NGINX_PATH names");
  expect(output).toContain("Correct or unset NGINX_PATH.");
  expect(code).toBe(3);
});
