import { createContext } from "preact";

/** Why there is no connection: nobody answers, or the server does not let this page in. */
export type Lost = "silent" | "refused";

/** Whether the connection is lost, for all that asks the server for something. */
export const LostConnection = createContext<Lost | undefined>(undefined);

/** What an attempt to connect has failed by: the guard refuses with 403. */
export function lostBy(error: Error): Lost {
  return "description" in error && error.description === 403 ? "refused" : "silent";
}

/** Says that the connection is lost, and what to do. */
export function LostBanner({ lost }: { lost: Lost }) {
  return (
    <p class="lost" role="alert">
      {lost === "silent" ? (
        <>
          The workbench does not answer: it has ended, and what it ran with it. This page comes back
          by itself when <code>npm start</code> runs again.
        </>
      ) : (
        <>
          The workbench does not let this page in any more: its key is gone, or of an earlier
          workbench. Open the address that <code>npm start</code> has printed in the terminal.
        </>
      )}
    </p>
  );
}
