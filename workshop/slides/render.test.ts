import { describe, expect, test } from "vitest";
import { renderSlide } from "./render.ts";
import { highlight } from "./highlight.ts";

const render = (text: string) => renderSlide({ text, note: "", minutes: {}, at: "slides/x.md:1" });

describe("a slide", () => {
  test("has its heading first, and the rest in its body", () => {
    expect(render("Text.\n\n## Head").html).toMatch(/^<h2>Head<\/h2>\n<div class="body"><p>Text/);
  });

  test("shows the items of a list one by one where that is wished, and at once where not", () => {
    expect(render("<!-- one by one -->\n\n- a\n- b").html.match(/"fragment"/g)).toHaveLength(2);
    expect(render("- a\n- b").html).not.toContain("fragment");
  });

  test("shows text as text", () => {
    expect(render("`<img onerror=x>`").html).toContain("&lt;img onerror=x&gt;");
  });

  test("with an order that nobody knows is a mistake", () => {
    expect(() => render("<!-- two by two -->\n\n- a")).toThrow("slides/x.md:1");
  });

  test("with a picture that nobody describes is a mistake", () => {
    expect(() => render("![](drawings/handshake.svg)")).toThrow("no text for who cannot see it");
  });

  test("describes its picture, whose ids are its own", () => {
    const { html } = render('![Who "asks" whom](drawings/handshake.svg)');

    expect(html).toContain('aria-label="Who &quot;asks&quot; whom"');
    expect(html).not.toContain('id="arrow"');
  });

  test("shows a figure of the lab in both themes, described once for each", () => {
    const { html } = render("![More fail](../lab/reports/handshake/first-try.light.svg)");

    expect(html.match(/<img [^>]*>/g)).toEqual([
      '<img class="light" src="/lab/reports/handshake/first-try.light.svg" alt="More fail">',
      '<img class="dark" src="/lab/reports/handshake/first-try.dark.svg" alt="More fail">',
    ]);
  });

  test("says nothing of the marks by which figures of the lab are compared", () => {
    expect(render("<!-- lab tiny x y=1: 2 -->\n\nTwo.").html).not.toContain("lab tiny");
  });

  test("with a recording that is not there says how to make it", () => {
    expect(() => render("```trace\n09-nothing\n```")).toThrow("npm run slides -- --record 9");
  });

  test("with an exercise that has no end is a mistake", () => {
    expect(() => render("```exercise\nminutes: 3\ntype: npm test\n```")).toThrow("see: …");
  });
});

describe("code", () => {
  test("has its strings, keywords and comments marked", () => {
    expect(highlight('const a = "b"; // c', "ts")).toBe(
      '<b>const</b> a = <span class="string">&quot;b&quot;</span>; <span class="comment">// c</span>',
    );
  });

  test("of nginx has comments of another kind", () => {
    expect(highlight("# a // b", "conf")).toBe('<span class="comment"># a // b</span>');
  });
});
