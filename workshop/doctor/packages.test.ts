import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { comparePackages } from "./packages.ts";

test("packages are compared with package-lock.json", () => {
  const folder = cloneWith({
    "node_modules/pm2": "7.0.4",
    "node_modules/express": "5.2.0",
  });

  expect(comparePackages(folder)).toEqual({
    expected: 3,
    missing: ["@socket.io/x"],
    differing: ["express"],
  });
});

test("without node_modules all of them are missing", () => {
  expect(comparePackages(cloneWith({})).missing).toHaveLength(3);
});

/** A clone whose lock names three packages and one for another system. */
function cloneWith(installed: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "doctor-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const put = (file: string, content: unknown) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(content));
  };
  put("package-lock.json", {
    packages: {
      "": { version: "0.1.0" },
      "node_modules/pm2": { version: "7.0.4" },
      "node_modules/express": { version: "5.3.0" },
      "node_modules/pm2/node_modules/@socket.io/x": { version: "1.0.0" },
      "node_modules/for-another-system": { version: "1.0.0", optional: true },
    },
  });
  for (const [path, version] of Object.entries(installed)) put(`${path}/package.json`, { version });
  return folder;
}
