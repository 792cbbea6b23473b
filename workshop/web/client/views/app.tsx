import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { PlaceProps } from "../frame.tsx";
import { Icon } from "../parts/icon.tsx";

const MOST = 6;

/** Chat windows side by side, each with a session of its own, and the crowd. */
export function AppView({ state, step, crowd }: PlaceProps & { crowd: ComponentChildren }) {
  const { session } = state;
  const [count, setCount] = useState(2);
  const [loads, setLoads] = useState<Record<number, number>>({});
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const reload = (number: number) =>
    setLoads((all) => ({ ...all, [number]: (all[number] ?? 0) + 1 }));

  if (!session?.url) {
    return (
      <p class="empty">
        {session ? "The app is being started." : `Start step ${step.number}: its app opens here.`}
      </p>
    );
  }
  return (
    <div class="app">
      <div class="row">
        <Stepper name="Windows" value={count} from={1} to={MOST} onChange={setCount} />
        <button type="button" class="button" onClick={() => numbers.forEach(reload)}>
          <Icon name="again" />
          <span>Reload all</span>
        </button>
        {crowd}
      </div>
      {session.app.failure && (
        <p class="failure" role="alert">
          {session.app.failure}
        </p>
      )}
      <div class="windows" data-count={count}>
        {numbers.map((number) => (
          <section key={number} class="window" aria-label={`Window ${number}`}>
            <p class="window-bar">
              <span>Window {number}</span>
              <button
                type="button"
                class="bare"
                aria-label={`Reload window ${number}`}
                onClick={() => reload(number)}
              >
                <Icon name="again" />
              </button>
            </p>
            {session.app.isUp || loads[number] !== undefined ? (
              <iframe
                key={`${session.run}-${loads[number] ?? 0}`}
                title={`Chat, window ${number}`}
                src={session.url}
                sandbox="allow-scripts allow-same-origin allow-forms"
              />
            ) : (
              <p class="empty">The app is not up yet.</p>
            )}
          </section>
        ))}
      </div>
    </div>
  );
}

export interface StepperProps {
  name: string;
  value: number;
  from: number;
  to: number;
  onChange: (value: number) => void;
  disabled?: boolean | undefined;
  /** How far it is, while that takes its time. */
  note?: string | undefined;
}

/** A small number that goes up and down by one. */
export function Stepper({ name, value, from, to, onChange, disabled, note }: StepperProps) {
  return (
    <div class="stepper" role="group" aria-label={name} aria-busy={note !== undefined}>
      <span>{name}</span>
      <button
        type="button"
        class="bare"
        aria-label={`Fewer ${name.toLowerCase()}`}
        disabled={disabled || value <= from}
        onClick={() => onChange(value - 1)}
      >
        <Icon name="minus" />
      </button>
      <output>{value}</output>
      {note && <small>{note}</small>}
      <button
        type="button"
        class="bare"
        aria-label={`More ${name.toLowerCase()}`}
        disabled={disabled || value >= to}
        onClick={() => onChange(value + 1)}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
