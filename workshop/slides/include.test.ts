import { describe, expect, test } from "vitest";
import { toChapter } from "./chapters.ts";
import { include, includeBetween } from "./include.ts";
import { renderSlide } from "./render.ts";

const AT = "slides/03-cluster.md:9";

describe("code on a slide", () => {
  test("is a region of a file, as it stands there", () => {
    expect(include("solutions/03-cluster/ecosystem.config.cjs 3.1", AT)).toEqual({
      file: "solutions/03-cluster/ecosystem.config.cjs",
      language: "cjs",
      lines: ['exec_mode: "cluster",', "instances: 4,"],
      isBare: false,
    });
  });

  test("is a block of a file, with the comment above it", () => {
    const { lines } = include(
      "solutions/07-share-the-handshake/relay.ts from #inject(tunnel: Tunnel",
      AT,
    );

    expect([lines[0], lines.at(-1)]).toEqual([
      "/** Takes the end of a tunnel that another worker has opened, as the server takes a connection. */",
      "}",
    ]);
  });

  test("goes without its comments where that is wished", () => {
    const { lines } = include("solutions/01-one-process/server.ts 1.2 without comments", AT);

    expect(lines).toEqual(['socket.emit("hello", { worker, sid: socket.conn["id"] });']);
  });

  test.each([
    ["solutions/03-cluster/ecosystem.config.cjs 3.9", "has no region 3.9"],
    ["solutions/03-cluster/nothing.ts 3.1", "there is no file"],
    ["solutions/03-cluster/ecosystem.config.cjs 3.1 from lunch", 'has no line with "lunch"'],
  ])("that is not there (%s) is a mistake, told with the slide's line", (wish, mistake) => {
    expect(() => include(wish, AT)).toThrow(mistake);
    expect(() => include(wish, AT)).toThrow(AT);
  });

  test("that is too much for a slide is a mistake, too", () => {
    const [slide] = toChapter(
      "00-a.md",
      "---\ntitle: A\n---\n\n```code\nsolutions/07-share-the-handshake/relay.ts\n```\n\nNote: class 1 min",
    ).slides;

    expect(() => slide && renderSlide(slide)).toThrow("too much for a slide");
  });
});

test("a table that is not there is a mistake", () => {
  expect(() => includeBetween("README.md lunch", AT)).toThrow(AT);
});
