/** What the lens sends to the pages: yet to be written. */
export type LensBatch = unknown;
export type LensSnapshot = unknown;
