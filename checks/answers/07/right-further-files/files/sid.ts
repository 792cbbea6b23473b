import { randomFillSync } from "node:crypto";
import type { IncomingMessage } from "node:http";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SID = /^([\w-]{5})[\w-]{15}$/;

export function newSid(name: string): string {
  const noise = randomFillSync(new Uint8Array(15));
  return name + Array.from(noise, (byte) => ALPHABET[byte % 64]).join("");
}

export function ownerIn({ url }: IncomingMessage): string | undefined {
  const { searchParams } = new URL(url ?? "/", "http://localhost");
  return SID.exec(searchParams.get("sid") ?? "")?.[1];
}
