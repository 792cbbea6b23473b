import type { ComponentChildren } from "preact";
import type { FileDiff } from "../../../diff.ts";
import type { Line, Row } from "../../../diff/lines.ts";
import type { Hint } from "../../../hints.ts";
import type { ResetTold, ShownFile } from "../../protocol.ts";

export function HintPanel({
  hint,
  open,
}: {
  hint: (Hint & { html: string }) | null;
  open: (file: string, line?: number) => void;
}) {
  if (!hint) {
    return (
      <p>
        No check is known to fail, so there is nothing to hint at. The diff shows how your code
        differs from the solution.
      </p>
    );
  }
  const { stage, stages, todo, check, html, place, look, after } = hint;
  const file = place?.replace(/[:,].*$/, "");
  return (
    <>
      <h3>
        Hint {stage} of {stages}
        {todo && ` · TODO ${todo}`}
      </h3>
      {check && <p class="quiet">{check}</p>}
      <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />
      {place && file && (
        <p>
          Look at{" "}
          <button type="button" class="opener" onClick={() => open(file, look?.line ?? 1)}>
            {place}
          </button>
        </p>
      )}
      {after && <p class="quiet">{after}</p>}
    </>
  );
}

export function SolutionPanel({ files }: { files: readonly ShownFile[] }) {
  return (
    <>
      <h3>The solution</h3>
      {files.map(({ file, html }) => (
        <figure key={file} class="file">
          <figcaption>{file}</figcaption>
          <pre tabIndex={0} role="group" aria-label={file}>
            <code dangerouslySetInnerHTML={{ __html: html }} />
          </pre>
        </figure>
      ))}
    </>
  );
}

/** What a reset has done; `children` take it back. */
export function ResetPanel({
  told: { text, hasBackup },
  children,
}: {
  told: ResetTold;
  children: ComponentChildren;
}) {
  return (
    <>
      <h3>Your copy was put back</h3>
      <p class="told">{text}</p>
      {hasBackup && children}
    </>
  );
}

const KINDS: Record<FileDiff["kind"], string> = {
  changed: "",
  missing: "is missing in your copy",
  extra: "is in your copy only",
  unreadable: "cannot be compared",
};

export function DiffPanel({ diffs }: { diffs: readonly FileDiff[] }) {
  if (diffs.length === 0) return <p>Your code is the solution, line by line.</p>;
  return (
    <>
      <h3>Your code, and the solution</h3>
      {diffs.map(({ file, kind, hunks }) => (
        <figure key={file} class="file">
          <figcaption>
            {file} {KINDS[kind] && <span class="quiet">{KINDS[kind]}</span>}
          </figcaption>
          {hunks.length > 0 && (
            <div class="wide" tabIndex={0} role="group" aria-label={`Differences in ${file}`}>
              <table class="diff">
                <thead class="unseen">
                  <tr>
                    <th>Whose</th>
                    <th>Line</th>
                    <th>Code</th>
                  </tr>
                </thead>
                {hunks.map(({ rows }, at) => (
                  <tbody key={at}>{rows.map(rowsOf)}</tbody>
                ))}
              </table>
            </div>
          )}
        </figure>
      ))}
    </>
  );
}

function rowsOf({ kind, mine, theirs }: Row, at: number) {
  if (kind === "same") return <DiffLine key={at} sign=" " name="" line={theirs} />;
  return (
    <>
      {mine && <DiffLine key={`${at}-`} sign="−" name="yours" line={mine} />}
      {theirs && <DiffLine key={`${at}+`} sign="+" name="solution" line={theirs} />}
    </>
  );
}

function DiffLine({ sign, name, line }: { sign: string; name: string; line: Line | undefined }) {
  return (
    <tr class={name || "same"}>
      <td class="sign">
        <span aria-hidden="true">{sign}</span>
        {name && <span class="unseen">{name}</span>}
      </td>
      <td class="line-number">{line?.number}</td>
      <td>
        <code>
          {line?.parts.map(({ text, isChanged }, at) =>
            isChanged ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
          )}
        </code>
      </td>
    </tr>
  );
}
