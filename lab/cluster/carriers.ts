import { createAdapter as createClusterAdapter } from "@socket.io/cluster-adapter";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import type { Server, ServerOptions } from "socket.io";
import { publisher, subscriber } from "../../solutions/07-share-the-handshake/redis.ts";
import type { Carrier } from "./designs.ts";

const PREFIX = process.env.REDIS_PREFIX ?? "bench";
/** Everybody is in this room. */
const EVERYBODY = "everybody";

/** The option of a Socket.IO server that says by which adapter its workers share messages. */
export function adapterOf(carrier: Carrier): Partial<ServerOptions> {
  switch (carrier) {
    case "adapter":
      return { adapter: createAdapter(publisher, subscriber, { key: PREFIX }) };
    case "sharded":
      return {
        adapter: createShardedAdapter(publisher, subscriber, { channelPrefix: PREFIX }),
      };
    case "streams":
      return { adapter: createStreamsAdapter(publisher, { streamName: PREFIX }) };
    case "cluster":
      return { adapter: createClusterAdapter() };
    default:
      return {};
  }
}

/** How a text is said to everybody, in whichever worker they are, as far as the carrier carries it. */
export async function broadcasterOf(
  carrier: Carrier,
  io: Server,
): Promise<(text: string) => unknown> {
  if (carrier !== "by hand") return (text) => io.to(EVERYBODY).emit("said", text);
  const channel = `${PREFIX}:said`;
  await subscriber.subscribe(channel, (text) => io.local.to(EVERYBODY).emit("said", text));
  return (text) => publisher.publish(channel, text);
}
