import { useEffect, useRef, useState } from "preact/hooks";
import type { Guide } from "../../protocol.ts";
import { ask } from "../ask.ts";
import type { PlaceProps } from "../frame.tsx";
import { chosenLanguage, keepLanguage } from "../language.ts";
import { Button } from "../parts/button.tsx";
import { useRoute } from "../route.ts";
import { useOpener } from "../use-opener.ts";

/** The step's README. Its TODOs and the files that it names open in the person's editor. */
export function ReadView({ bench, step, state }: PlaceProps) {
  const { socket, say, lost } = bench;
  const [language, setLanguage] = useState(chosenLanguage());
  const [guide, setGuide] = useState<Guide>();
  const [hasFailed, setFailed] = useState(false);
  const open = useOpener(bench);
  const { section } = useRoute();
  const article = useRef<HTMLElement>(null);
  const isLost = lost !== undefined;
  const reads = state.session?.state.results;

  const onProblem = (text: string) => say(text, "bad");
  const told = () => ask(socket, () => socket.emitWithAck("guide", step.number, language));

  useEffect(() => {
    if (isLost) return;
    let isCurrent = true;
    setFailed(false);
    told().then(
      (next) => isCurrent && setGuide(next),
      (error: Error) => {
        if (!isCurrent) return;
        setFailed(true);
        onProblem(error.message);
      },
    );
    return () => void (isCurrent = false);
    // Where a TODO stands may be elsewhere after a save, which the checks follow.
  }, [step.number, language, isLost, reads?.length === 0]);

  useEffect(() => {
    const heading = section && article.current?.querySelector(`[id="${CSS.escape(section)}"]`);
    if (heading) heading.scrollIntoView();
  }, [section, guide?.step]);

  const onClick = (event: MouseEvent) => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    const found = target.closest<HTMLElement>("[data-file], [data-copy], [data-language]");
    if (!found) return;
    const { file, line, language: chosen } = found.dataset;
    if (file) open(file, Number(line ?? 1));
    if ("copy" in found.dataset) {
      copy(found).catch(() =>
        say("The browser does not let this page copy: the code is selected, copy it by key."),
      );
    }
    if (chosen === "en" || chosen === "ja") {
      event.preventDefault();
      keepLanguage(chosen);
      setLanguage(chosen);
    }
  };

  if (guide?.step !== step.number) {
    if (!hasFailed || isLost) return <p class="waiting">Loading…</p>;
    return (
      <div class="waiting">
        <p>The README of step {step.number} could not be shown.</p>
        <Button act={async () => setGuide(await told())} onProblem={onProblem}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <div class="reading">
      <article
        ref={article}
        lang={guide.language}
        onClick={onClick}
        dangerouslySetInnerHTML={{ __html: guide.html }}
      />
      <aside class="todos" aria-label="What to write">
        <h3>To write</h3>
        <ul>
          {guide.todos.map(({ name, file, line }) => (
            <li key={name}>
              <button type="button" class="todo-link" onClick={() => open(file, line)}>
                <b>TODO {name}</b>
                <span>
                  {file.split("/").slice(2).join("/")}:{line}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p class="quiet">Opens in your editor. Each save is checked while the step runs.</p>
      </aside>
    </div>
  );
}

/**
 * Copies the block of code that a button stands in. The block is selected before, for whoever may not
 * copy by a button.
 *
 * @throws whatever the browser has against it.
 */
async function copy(button: HTMLElement): Promise<void> {
  const code = button.parentElement?.querySelector("code");
  if (!code) return;
  getSelection()?.selectAllChildren(code);
  await navigator.clipboard.writeText(code.textContent);
  getSelection()?.removeAllRanges();
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1_500);
}
