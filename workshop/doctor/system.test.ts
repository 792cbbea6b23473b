import { describe, expect, test } from "vitest";
import { familyOf, parseOsRelease } from "./system.ts";

const linux = (osRelease: string) =>
  familyOf({ platform: "linux", distro: parseOsRelease(osRelease) });

describe("an os-release file", () => {
  test("gives name and descent, with and without quotes", () => {
    const text = `PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n# a remark\n`;

    expect(parseOsRelease(text)).toEqual({
      id: "linuxmint",
      like: ["ubuntu", "debian"],
      name: "Linux Mint 22",
    });
  });

  test("may be empty", () => {
    expect(parseOsRelease("")).toEqual({ id: "linux", like: [], name: "linux" });
  });
});

describe("a system is mended", () => {
  test.each([
    ["debian", "ID=debian"],
    ["debian", "ID=raspbian\nID_LIKE=debian"],
    ["ubuntu", "ID=ubuntu\nID_LIKE=debian"],
    ["ubuntu", 'ID=pop\nID_LIKE="ubuntu debian"'],
    ["fedora", 'ID="rocky"\nID_LIKE="rhel centos fedora"'],
    ["arch", "ID=manjaro\nID_LIKE=arch"],
    ["other", "ID=alpine"],
  ])("like %s when it says %j", (family, osRelease) => {
    expect(linux(osRelease)).toBe(family);
  });

  test("by its platform where that says all", () => {
    expect(familyOf({ platform: "darwin" })).toBe("macos");
    expect(familyOf({ platform: "win32" })).toBe("windows");
    expect(familyOf({ platform: "linux" })).toBe("other");
  });
});
