/**
 * What Redis shares among the workers: in 2014 (read in the code of socket.io 0.9.19, `manager.js` and
 * `transport.js`, and seen in act 7), with today's adapter (step 6), and with the relay (step 7).
 */
export const thenAndNow: readonly string[][] = [
  ["", "2014: RedisStore", "today: Redis adapter", "step 7: relay"],
  ["a session's handshake", "told to every worker", "not shared", "kept by its owner"],
  ["its request elsewhere", "served there", "400, refused", "carried to the owner"],
  ["without sticky sessions", "any transport", "WebSocket only", "any transport"],
  ["a message to all", "shared", "shared", "the adapter's task"],
  ["who is in a room", "told to every worker", "asked when needed", "the adapter's task"],
  ["acks of a broadcast", "none", "collected", "the adapter's task"],
  ["a new session reaches", "all workers, thrice", "nobody", "nobody"],
  ["a foreign poll reaches", "all workers", "nobody", "its owner"],
];
