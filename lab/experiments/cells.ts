import {
  ablation,
  type AblationCell,
  type Adapter,
  type Handshake,
} from "../../checks/ablation/cells.ts";

/** The code of a way to share handshakes and messages, as the ablation has it. */
export function cellOf(handshake: Handshake, adapter: Adapter): AblationCell {
  const found = ablation.find((cell) => cell.handshake === handshake && cell.adapter === adapter);
  if (!found) throw new Error(`The ablation has no cell for ${handshake}, adapter ${adapter}.`);
  return found;
}
