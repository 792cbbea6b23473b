import { describe, expect, test } from "vitest";
import { chromiumMends, nodeMends, packageMends, type Mend } from "./mend.ts";
import type { System } from "./system.ts";

const debian = linux("debian");
const ubuntu = linux("ubuntu");
const mac: System = { ...debian, platform: "darwin", distro: undefined };
const windows: System = { ...mac, platform: "win32" };
const redis = { apt: "redis-server", brew: "redis", dnf: "valkey", pacman: "valkey" };

describe("Chromium", () => {
  test("is a package on Debian, for root", () => {
    const [first, ...others] = chromiumMends(asRoot(debian));

    expect(first?.before).toEqual(["apt-get", "update"]);
    expect(first?.argv).toEqual(["apt-get", "install", "-y", "chromium"]);
    expect(others.map(({ text }) => text)).toEqual(["set CHROMIUM_PATH to a Chrome or Chromium"]);
  });

  test("comes with its libraries from Playwright on Ubuntu, for root", () => {
    expect(commands(chromiumMends(asRoot(ubuntu)))).toEqual([
      "npx playwright install --with-deps chromium",
    ]);
  });

  test("is never an apt package on Ubuntu, where that is a stub", () => {
    const texts = [ubuntu, asRoot(ubuntu)].flatMap(chromiumMends).map(({ text }) => text);

    expect(texts.filter((text) => text.includes("apt-get"))).toEqual([]);
  });

  test.each([
    [debian, "sudo apt-get install -y chromium"],
    [ubuntu, "npx playwright install --with-deps chromium"],
    [linux("fedora"), "sudo dnf install chromium"],
    [linux("arch"), "sudo pacman -S chromium"],
    [windows, "winget install Google.Chrome"],
  ])("is downloaded where we are not root; what needs more rights is only told", (system, told) => {
    const [first, second] = chromiumMends(system);

    expect(first?.argv).toEqual(["npx", "playwright", "install", "chromium"]);
    expect(second).toEqual({ text: told, asks: false });
  });

  test("comes by brew only after a question", () => {
    expect(chromiumMends(mac).filter(({ asks }) => asks)).toMatchObject([
      { text: "brew install --cask google-chrome" },
    ]);
  });
});

describe("a package", () => {
  test.each([debian, ubuntu])("is installed without a question for root only", (system) => {
    expect(commands(packageMends(redis, asRoot(system)))).toEqual([
      "apt-get install -y redis-server",
    ]);
    expect(packageMends(redis, system)).toEqual([
      { text: "sudo apt-get install -y redis-server", asks: false },
    ]);
  });

  test.each([
    [linux("fedora"), "sudo dnf install valkey"],
    [linux("arch"), "sudo pacman -S valkey"],
    [windows, "install it inside WSL2"],
    [linux("alpine"), "install redis-server with your package manager"],
  ])("is only told elsewhere", (system, text) => {
    expect(packageMends(redis, system)).toEqual([{ text, asks: false }]);
  });

  test("comes by brew only after a question", () => {
    expect(packageMends(redis, mac)).toMatchObject([{ text: "brew install redis", asks: true }]);
  });
});

describe("Node", () => {
  test.each([debian, mac, windows])("is never changed by the doctor itself", (system) => {
    expect(commands(nodeMends(system, false))).toEqual([]);
    expect(commands(nodeMends(system, true))).toEqual([]);
  });

  test("comes from nvm where there is nvm", () => {
    expect(nodeMends(mac, true)[0]?.text).toBe("nvm install 22");
  });
});

function linux(id: string): System {
  const distro = { id, like: [], name: id };
  return { platform: "linux", distro, kernel: "6.1", isRoot: false, isTerminal: false };
}

function asRoot(system: System): System {
  return { ...system, isRoot: true };
}

function commands(mends: readonly Mend[]): string[] {
  return mends.flatMap(({ argv }) => (argv ? [argv.join(" ")] : []));
}
