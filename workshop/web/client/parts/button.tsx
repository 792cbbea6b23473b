import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
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

/** A button that does one thing at a time, and tells when it cannot. */
export function Button({ children, icon, act, onProblem, look, disabled, label, id }: ButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const onClick = async () => {
    if (isBusy) return;
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
      disabled={disabled}
      onClick={() => void onClick()}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
