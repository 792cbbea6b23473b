import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("web/deck.css", import.meta.url), "utf8");

/** What WCAG asks of text at AA. */
const LEAST = 4.5;

// Of words in a drawing axe cannot tell on what they stand.
describe.each([
  { theme: "light", selector: ":root" },
  { theme: "dark", selector: '[data-theme="dark"]' },
])("the colours of the $theme theme", ({ selector }) => {
  const block = css.slice(css.indexOf(`${selector} {`), css.indexOf("}", css.indexOf(selector)));
  const colours = Object.fromEntries(
    [...block.matchAll(/--(\w+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );

  test.each(["ink", "soft", "accent", "bad", "good", "string"])(
    "let %s be read on paper and on panels",
    (name) => {
      for (const ground of ["paper", "panel"]) {
        expect(contrast(colours[name], colours[ground])).toBeGreaterThanOrEqual(LEAST);
      }
    },
  );
});

function contrast(one = "", other = ""): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** As WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
