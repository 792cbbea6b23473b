import type { Page } from "./pager.ts";

/** Where a session is shown: a live screen, or one line after the other. */
export interface Display extends Disposable {
  /** Whether it has a footer that is drawn anew; what changes there need not be said in the log. */
  readonly isLive: boolean;
  /** In columns. */
  readonly width: number;
  /** Prints below all that was printed before; a text may have several lines. */
  log: (text: string) => void;
  /** Draws the footer anew when it has changed. */
  refresh: () => void;
  /** Lets somebody read something long. */
  page: (page: Page) => void;
  /** Whether a page is open: then keys are for it. */
  readonly isPaging: boolean;
  /** A key for the open page. */
  press: (key: string) => void;
  /** Gives the terminal back as it was, until it is taken again. */
  release: () => void;
  take: () => void;
}
