import { useEffect, useRef } from "preact/hooks";

export interface Question {
  text: string;
  /** What the button that does it says. */
  yes: string;
  act: () => void;
}

/** Asks before something is done that one may not want. Escape is no. */
export function Confirm({
  question,
  close,
}: {
  question: Question | undefined;
  close: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (question) dialog.current?.showModal();
    else dialog.current?.close();
  }, [question]);
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="question" onClose={close}>
      <p id="question">{question?.text}</p>
      <div class="row end">
        <button type="button" class="button" onClick={close}>
          No
        </button>
        <button
          type="button"
          class="button main"
          onClick={() => {
            question?.act();
            close();
          }}
        >
          {question?.yes}
        </button>
      </div>
    </dialog>
  );
}
