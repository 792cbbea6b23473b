import { describe, expect, test } from "vitest";
import { steps } from "../catalog.ts";
import { guideOf, solutionOf, toHtml } from "./guide.ts";

const third = steps.find(({ number }) => number === 3);
if (!third) throw new Error("There is no step 3.");

describe("a guide", () => {
  test("opens each TODO in the learner's copy, at its line", async () => {
    const { html, todos } = await guideOf(third);

    expect(todos).toMatchObject([
      { name: "3.1", file: "work/03-cluster/ecosystem.config.cjs", line: expect.any(Number) },
      { name: "3.2", file: "work/03-cluster/findings.json", line: 1 },
    ]);
    expect(todos[0]?.line).toBeGreaterThan(1);
    expect(html).toContain(`data-file="work/03-cluster/ecosystem.config.cjs" data-line="`);
  });

  test("shows what the terminal prints with the workers in their colours", async () => {
    const { html } = await guideOf(third);

    expect(html).toContain('<b data-hue="2">worker 2</b>');
    expect(html).toContain('<b class="refused">400  Session ID unknown</b>');
  });

  test("leads to the other language, and to the web in another window", async () => {
    const { html } = await guideOf(third);

    expect(html).toContain('data-language="ja"');
    expect(await toHtml("[a](https://socket.io)")).toContain('rel="noopener noreferrer"');
  });

  test.each(steps.map((step) => [step.number, step] as const))(
    "of step %i draws what is to be drawn, and asks for nothing from elsewhere",
    async (_number, step) => {
      const { html } = await guideOf(step);

      expect(html).not.toContain("language-mermaid");
      expect(html).not.toContain("sequenceDiagram");
      expect(html).not.toMatch(/<(script|link|img|iframe)\b/i);
      expect(html).not.toContain("@import");
    },
  );
});

describe("what is HTML in a text", () => {
  test.each(["<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "<b onclick=x>"])(
    "is shown, and not done: %s",
    async (text) => {
      expect(await toHtml(text)).not.toMatch(/<(script|img|b)\b/);
    },
  );

  test("stays text in code and in links, too", async () => {
    const html = await toHtml("`<img>` [x](javascript:alert(1)) [y](https://a/\"onx='1')");

    expect(html).toContain("&lt;img&gt;");
    expect(html).not.toContain("javascript:");
    expect(html).not.toMatch(/"onx|'1'/);
  });
});

test("a solution is marked up, and says what its file says", () => {
  const [file] = solutionOf(third);

  expect(file?.file).toBe("ecosystem.config.cjs");
  expect(file?.html).toContain('<span class="hljs-string">&quot;cluster&quot;</span>');
});
