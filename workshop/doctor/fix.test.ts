import { describe, expect, test } from "vitest";
import {
  applyFixes,
  chromiumFixes,
  consentFor,
  manual,
  manualFixes,
  nodeFixes,
  packageFixes,
  redisFixes,
  type Fix,
  type PackageNames,
} from "./fix.ts";
import type { RequirementStatus } from "./report.ts";
import type { System } from "./system.ts";

const debian = linux("debian");
const ubuntu = linux("ubuntu");
const mac: System = { ...debian, platform: "darwin", distro: undefined };
const windows: System = { ...mac, platform: "win32" };
const redis: PackageNames = { apt: "redis-server", brew: "redis", dnf: "valkey", pacman: "valkey" };

const update = ["apt-get", "update"];
const apt = (name: string): Fix => {
  const argv = ["apt-get", "install", name];
  return { text: argv.join(" "), argv, before: update, asks: false };
};
const told = manual("do it yourself");

describe("Chromium", () => {
  test("is a package on Debian, for root", () => {
    const [first, ...others] = chromiumFixes(asRoot(debian));

    expect(first?.before).toEqual(["apt-get", "update"]);
    expect(first?.argv).toEqual(["apt-get", "install", "-y", "chromium"]);
    expect(others.map(({ text }) => text)).toEqual(["set CHROMIUM_PATH to a Chrome or Chromium"]);
  });

  test("comes with its libraries from Playwright on Ubuntu, for root", () => {
    expect(commands(chromiumFixes(asRoot(ubuntu)))).toEqual([
      "npx playwright install --with-deps chromium",
    ]);
  });

  test("is never an apt package on Ubuntu, where that is a stub", () => {
    const texts = [ubuntu, asRoot(ubuntu)].flatMap(chromiumFixes).map(({ text }) => text);

    expect(texts.filter((text) => text.includes("apt-get"))).toEqual([]);
  });

  test.each([
    [debian, "sudo apt-get install -y chromium"],
    [ubuntu, "npx playwright install --with-deps chromium"],
    [linux("fedora"), "sudo dnf install chromium"],
    [linux("arch"), "sudo pacman -S chromium"],
    [windows, "winget install Google.Chrome"],
  ])("is downloaded where we are not root; what needs more rights is only told", (system, told) => {
    const [first, second] = chromiumFixes(system);

    expect(first?.argv).toEqual(["npx", "playwright", "install", "chromium"]);
    expect(second).toEqual({ text: told, asks: false });
  });

  test("comes by brew only after a question", () => {
    expect(chromiumFixes(mac).filter(({ asks }) => asks)).toMatchObject([
      { text: "brew install --cask google-chrome" },
    ]);
  });
});

describe("a package", () => {
  test.each([debian, ubuntu])("is installed without a question for root only", (system) => {
    expect(commands(packageFixes(redis, asRoot(system)))).toEqual([
      "apt-get install -y redis-server",
    ]);
    expect(packageFixes(redis, system)).toEqual([
      { text: "sudo apt-get install -y redis-server", asks: false },
    ]);
  });

  test.each([
    [linux("fedora"), "sudo dnf install valkey"],
    [linux("arch"), "sudo pacman -S valkey"],
    [windows, "install it inside WSL2"],
    [linux("alpine"), "install redis-server with your package manager"],
  ])("is only told elsewhere", (system, text) => {
    expect(packageFixes(redis, system)).toEqual([{ text, asks: false }]);
  });

  test("comes by brew only after a question", () => {
    expect(packageFixes(redis, mac)).toMatchObject([{ text: "brew install redis", asks: true }]);
  });
});

describe("Redis", () => {
  const build = "node --import tsx workshop/doctor/build-redis.ts";

  test.each([debian, ubuntu])("is a package for root, and else built", (system) => {
    expect(commands(redisFixes(asRoot(system)))).toEqual([
      "apt-get install -y redis-server",
      build,
    ]);
    expect(texts(redisFixes(system)).slice(0, 2)).toEqual([
      "sudo apt-get install -y redis-server",
      build,
    ]);
    expect(commands(redisFixes(system))).toEqual([build]);
  });

  test.each([
    [linux("fedora"), "sudo dnf install valkey"],
    [linux("arch"), "sudo pacman -S valkey"],
    [linux("alpine"), "install redis-server with your package manager"],
  ])("is built where a package is not ours to install", (system, told) => {
    expect(texts(redisFixes(system)).slice(0, 2)).toEqual([told, build]);
    expect(commands(redisFixes(system))).toEqual([build]);
  });

  test("comes by brew after a question, and else is built", () => {
    expect(redisFixes(mac).slice(0, 2)).toMatchObject([
      { text: "brew install redis", asks: true },
      { text: build, asks: false },
    ]);
  });

  test("is not built on Windows", () => {
    expect(commands(redisFixes(windows))).toEqual([]);
    expect(texts(redisFixes(windows))[0]).toBe("install it inside WSL2");
  });

  test.each([debian, asRoot(ubuntu), mac, windows, linux("alpine")])(
    "may at last be a container, for sessions only",
    (system) => {
      const last = redisFixes(system).at(-1);

      expect(last?.argv).toBeUndefined();
      expect(last?.text).toMatch(/^docker run .*for sessions, not for checks/);
    },
  );
});

describe("Node", () => {
  test.each([debian, mac, windows])("is never changed by the doctor itself", (system) => {
    expect(commands(nodeFixes(system, false))).toEqual([]);
    expect(commands(nodeFixes(system, true))).toEqual([]);
  });

  test("comes from nvm where there is nvm", () => {
    expect(nodeFixes(mac, true)[0]?.text).toBe("nvm install 22");
  });
});

describe("fixing", () => {
  test("leaves alone what is met", async () => {
    const machine = machineWith("redis");

    expect(await applyFixes([machine.inspect("redis", apt("redis"))], machine)).toEqual([]);
    expect(machine.ran).toEqual([]);
  });

  test("ends with the first fix that helps", async () => {
    const machine = machineWith();
    const inspect = machine.inspect("redis", apt("other"), apt("redis"), apt("third"));

    expect(await applyFixes([inspect], machine)).toMatchObject([{ name: "redis", state: "ok" }]);
    expect(machine.ran.at(-1)).toBe("apt-get install redis");
  });

  test("says what it found before it acts", async () => {
    const machine = machineWith();

    await applyFixes([machine.inspect("redis", apt("redis"))], machine);

    expect(machine.said).toEqual(["redis: not found"]);
  });

  test("updates the lists once for several packages", async () => {
    const machine = machineWith();
    const inspections = ["redis", "nginx"].map((name) => machine.inspect(name, apt(name)));

    await applyFixes(inspections, machine);

    expect(machine.ran).toEqual([
      "apt-get update",
      "apt-get install redis",
      "apt-get install nginx",
    ]);
  });

  test("runs nothing without consent, and nothing that only a person can do", async () => {
    const machine = { ...machineWith(), consents: () => false };

    expect(await applyFixes([machine.inspect("redis", apt("redis"), told)], machine)).toEqual([]);
    expect(machine.ran).toEqual([]);
    expect(machine.said).toEqual([]);
  });

  test("reports what is still missing, with what a person can do", async () => {
    const machine = machineWith();

    const [left] = await applyFixes([machine.inspect("redis", apt("other"), told)], machine);

    expect(left?.state).toBe("unmet");
    expect(left && manualFixes(left)).toBe("do it yourself");
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

function linux(id: string): System {
  const distro = { id, like: [], name: id };
  return { platform: "linux", distro, kernel: "6.1", isRoot: false, isTerminal: false };
}

function asRoot(system: System): System {
  return { ...system, isRoot: true };
}

function commands(fixes: readonly Fix[]): string[] {
  return fixes.flatMap(({ argv }) => (argv ? [argv.join(" ")] : []));
}

function texts(fixes: readonly Fix[]): string[] {
  return fixes.map(({ text }) => text);
}

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
    inspect:
      (name: string, ...fixes: Fix[]) =>
      async (): Promise<RequirementStatus> =>
        installed.includes(name)
          ? { name, required: true, state: "ok", detail: "here" }
          : { name, required: true, state: "unmet", detail: "not found", fixes },
  };
}
