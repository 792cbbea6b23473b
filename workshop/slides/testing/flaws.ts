/** Something on a slide that is not where it should be. */
export interface Flaw {
  /** The slide, by its place in the files. */
  at: string;
  /** What is wrong, and with which words. */
  what: string;
}

/**
 * What leaves its place on a slide, or lies over something else. It runs in the browser, so it stands
 * alone. Lengths are in CSS pixels of the screen.
 */
export function flawsOf(section: Element): Flaw[] {
  /** So much of its box a letter never fills. */
  const SLACK = 4;
  const slide = section.querySelector(".slide");
  if (!(slide instanceof HTMLElement)) return [{ at: "?", what: "no slide" }];
  const at = slide.dataset.at ?? "?";
  const flaws: Flaw[] = [];
  const words = (element: Element) =>
    `<${element.tagName}> “${(element.textContent ?? "").trim().slice(0, 40)}”`;
  const isShown = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const isInside = (inner: DOMRect, outer: DOMRect) =>
    inner.left >= outer.left - SLACK &&
    inner.right <= outer.right + SLACK &&
    inner.top >= outer.top - SLACK &&
    inner.bottom <= outer.bottom + SLACK;
  const meet = (one: DOMRect, other: DOMRect) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > SLACK &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > SLACK;

  const paper = slide.getBoundingClientRect();
  const all = [
    ...slide.querySelectorAll(
      "h1, h2, h3, p, li, pre, td, th, figcaption, footer > span, .timer, button, svg text",
    ),
  ]
    .filter(isShown)
    // The lines of a recording move in a window of their own.
    .filter((element) => !element.closest(".lines"))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);

  for (const { element, box } of all) {
    if (!isInside(box, paper)) flaws.push({ at, what: `${words(element)} leaves the slide` });
    if (element.scrollWidth > element.clientWidth + 1 && element instanceof HTMLPreElement) {
      flaws.push({ at, what: `${words(element)} is cut off` });
    }
  }
  for (const [number, one] of all.entries()) {
    for (const other of all.slice(number + 1)) {
      const isNested = one.element.contains(other.element) || other.element.contains(one.element);
      if (isNested || !meet(one.box, other.box)) continue;
      flaws.push({ at, what: `${words(one.element)} lies over ${words(other.element)}` });
    }
  }
  for (const frame of slide.querySelectorAll("svg, .lines")) {
    const room = frame.getBoundingClientRect();
    const [text, boxes] = [frame.querySelectorAll("text"), frame.querySelectorAll(".box")];
    for (const label of text) {
      if (!isShown(label)) continue;
      const box = label.getBoundingClientRect();
      if (!isInside(box, room)) flaws.push({ at, what: `${words(label)} leaves its drawing` });
      for (const around of boxes) {
        const border = around.getBoundingClientRect();
        const isCut = isShown(around) && meet(box, border) && !isInside(box, border);
        if (isCut) flaws.push({ at, what: `${words(label)} lies over the border of a box` });
      }
    }
    if (frame.classList.contains("lines") && !isInside(room, paper)) {
      flaws.push({ at, what: "the recording leaves the slide" });
    }
    for (const line of frame.querySelectorAll("li")) {
      if (line.scrollWidth > line.clientWidth + 1) {
        flaws.push({ at, what: `${words(line)} is cut off` });
      }
    }
  }
  return flaws;
}
