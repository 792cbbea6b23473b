/** How the clients of the crowd fare: each of them is in one of these. */
export interface CrowdState {
  /** How many there are in all. */
  wanted: number;
  /** Those that are still trying for the first time, or again. */
  connecting: number;
  connected: number;
  /** Of the connected ones: those that are on WebSocket by now. */
  onWebSocket: number;
  /** Those that have lost their connection or were refused, and have not connected since. */
  failed: number;
  /** How often a request of theirs was refused with `Session ID unknown`, in all. */
  refused: number;
  /** What went wrong last, in the client's words. */
  problem?: string | undefined;
  /** No more than so many are opened. */
  limit: number;
}
