/** How many clients of the crowd there are: yet to be written. */
export interface CrowdState {
  wanted: number;
  connected: number;
}
