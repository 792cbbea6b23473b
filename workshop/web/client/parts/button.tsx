import type { ComponentChildren } from "preact";
import { useContext, useState } from "preact/hooks";
import { NOT_ASKED } from "../ask.ts";
import { LostConnection } from "../lost.tsx";
import { Icon, type IconName } from "./icon.tsx";

export interface ButtonProps {
  children: ComponentChildren;
  icon?: IconName | undefined;
  /** What it does, may take its time: meanwhile the button is busy. */
  act: () => void | Promise<unknown>;
  /** Hears what went wrong. */
  onProblem: (text: string) => void;
  look?: "main" | "danger" | "plain" | undefined;
  disabled?: boolean | undefined;
  /** Said in place of its words, where they need what stands around them. */
  label?: string | undefined;
  id?: string | undefined;
}

/**
 * A button that asks the server for one thing at a time, and tells when it cannot. While the
 * connection is lost it stays where the keyboard has found it, and says why it does nothing.
 */
export function Button({ children, icon, act, onProblem, look, disabled, label, id }: ButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const isLost = useContext(LostConnection) !== undefined;
  const onClick = async () => {
    if (isBusy) return;
    if (isLost) return onProblem(NOT_ASKED);
    setBusy(true);
    try {
      await act();
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      id={id}
      class={`button ${look ?? ""}`}
      aria-label={label}
      aria-busy={isBusy}
      aria-disabled={isLost}
      disabled={disabled}
      onClick={() => void onClick()}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
