import { describe, expect, test } from "vitest";
import type { Mend } from "./mend.ts";
import type { Probe } from "./probe.ts";
import { alternativesTo, consentFor, treat } from "./treatment.ts";

const update = ["apt-get", "update"];
const apt = (name: string): Mend => {
  const argv = ["apt-get", "install", name];
  return { text: argv.join(" "), argv, before: update, asks: false };
};
const told: Mend = { text: "do it yourself", asks: false };

describe("a treatment", () => {
  test("leaves alone what lacks nothing", async () => {
    const machine = machineWith("redis");

    expect(await treat([machine.look("redis", apt("redis"))], machine)).toEqual([]);
    expect(machine.ran).toEqual([]);
  });

  test("ends with the first mend that helps", async () => {
    const machine = machineWith();
    const look = machine.look("redis", apt("other"), apt("redis"), apt("third"));

    expect(await treat([look], machine)).toMatchObject([{ name: "redis", state: "ok" }]);
    expect(machine.ran.at(-1)).toBe("apt-get install redis");
  });

  test("says what it found before it acts", async () => {
    const machine = machineWith();

    await treat([machine.look("redis", apt("redis"))], machine);

    expect(machine.said).toEqual(["redis: not found"]);
  });

  test("updates the lists once for several packages", async () => {
    const machine = machineWith();
    const looks = ["redis", "nginx"].map((name) => machine.look(name, apt(name)));

    await treat(looks, machine);

    expect(machine.ran).toEqual([
      "apt-get update",
      "apt-get install redis",
      "apt-get install nginx",
    ]);
  });

  test("runs nothing without consent, and nothing that only a person can do", async () => {
    const machine = { ...machineWith(), consents: () => false };

    expect(await treat([machine.look("redis", apt("redis"), told)], machine)).toEqual([]);
    expect(machine.ran).toEqual([]);
    expect(machine.said).toEqual([]);
  });

  test("reports what is still missing, with what a person can do", async () => {
    const machine = machineWith();

    const [left] = await treat([machine.look("redis", apt("other"), told)], machine);

    expect(left?.state).toBe("lack");
    expect(left && alternativesTo(left)).toBe("do it yourself");
  });
});

describe("consent", () => {
  test.each([
    { asks: false, isTerminal: false, always: false, consent: "run" },
    { asks: false, isTerminal: true, always: false, consent: "run" },
    { asks: true, isTerminal: true, always: false, consent: "ask" },
    { asks: true, isTerminal: false, always: false, consent: "skip" },
    { asks: false, isTerminal: true, always: true, consent: "ask" },
    { asks: false, isTerminal: false, always: true, consent: "run" },
    { asks: true, isTerminal: false, always: true, consent: "skip" },
  ])("$consent: asks $asks, terminal $isTerminal, always $always", ({ asks, consent, ...way }) => {
    expect(consentFor({ asks }, way)).toBe(consent);
  });
});

/** A machine on which `apt-get install X` installs X, and nothing else does anything. */
function machineWith(...installed: string[]) {
  const ran: string[] = [];
  const said: string[] = [];
  return {
    ran,
    said,
    consents: () => true,
    say: (line: string) => void said.push(line),
    async run(argv: readonly string[]) {
      ran.push(argv.join(" "));
      installed.push(argv.at(-1) ?? "");
      return { ok: true, how: "exit code 0", output: "" };
    },
    look:
      (name: string, ...mends: Mend[]) =>
      async (): Promise<Probe> =>
        installed.includes(name)
          ? { name, required: true, state: "ok", detail: "here" }
          : { name, required: true, state: "lack", detail: "not found", mends },
  };
}
