import { useEffect } from "preact/hooks";
import type { PageSocket } from "../../protocol.ts";
import { useLens } from "./lens-view.tsx";
import { Lens } from "./lens.tsx";
import { ZOOMS, type LensModel } from "./model.ts";

/**
 * The lens and nothing else, for the frame of a slide: `/live?theme=dark&controls=no&zoom=44`.
 *
 * | parameter  | means                                                        |
 * | ---------- | ------------------------------------------------------------ |
 * | `theme`    | `light` or `dark`; the system's without                      |
 * | `controls` | `no`: without tools and legend; the keys do all the same     |
 * | `zoom`     | the width of an event in px; as the events come without      |
 * | `refused`  | `yes`: only refusals                                         |
 * | `redis`    | `no`: without what Redis is told                             |
 * | `lane`     | only one lane: `w0`, `a1`, `redis`                           |
 */
export function LensOnly({ socket }: { socket: PageSocket }) {
  const model = useLens(socket);
  return <LensAlone model={model} search={location.search} />;
}

/** The same with a model from elsewhere. */
export function LensAlone({ model, search }: { model: LensModel; search: string }) {
  const wanted = new URLSearchParams(search);
  useEffect(() => {
    const theme = wanted.get("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    const width = Number(wanted.get("zoom"));
    if (width > 0)
      model.zoomTo(
        Math.max(
          0,
          ZOOMS.findLastIndex((zoom) => zoom <= width),
        ),
      );
    model.show({
      refused: wanted.get("refused") === "yes",
      redis: wanted.get("redis") !== "no",
      lane: wanted.get("lane") ?? undefined,
    });
  }, [model, search]);
  return (
    <main class="lens-alone">
      <Lens model={model} hasTools={wanted.get("controls") !== "no"} />
    </main>
  );
}
