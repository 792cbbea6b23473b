/** What is done about the handshake, which takes several requests. */
export type Handshake = "none" | "sticky" | "relay" | "reference";

/** What carries a message from the worker that has it to the others. */
export type Carrier = "none" | "by hand" | "adapter" | "sharded" | "streams" | "cluster";

/** How a cluster is served: everything about it but the number of its workers. */
export interface Design {
  handshake: Handshake;
  carrier: Carrier;
  /** Which transports the server takes. */
  transports?: readonly string[] | undefined;
}

/** Whether workers of this design need a Redis. */
export function needsRedis({ handshake, carrier }: Design): boolean {
  return (
    handshake === "relay" ||
    handshake === "reference" ||
    (carrier !== "none" && carrier !== "cluster")
  );
}
