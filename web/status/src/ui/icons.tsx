// The page's icons. A state has a shape of its own, so that colour is not needed to tell it.
import type { JSX } from "preact";
import type { Shown } from "../logic/node";

const STATES: Record<Shown, JSX.Element> = {
  // A shield with a tick.
  connected: (
    <>
      <path class="body" d="M24 4l16 6v12c0 10.5-6.6 18.4-16 22C14.6 40.4 8 32.5 8 22V10z" />
      <path class="sign" d="M16.5 24.500l5.5 5.5 10-11.5" />
    </>
  ),
  // A ring that is not closed yet.
  calibrating: (
    <>
      <circle class="body faint" cx="24" cy="24" r="19" />
      <path class="ring" d="M24 5a19 19 0 0 1 19 19" />
      <circle class="dot" cx="15" cy="24" r="2.5" />
      <circle class="dot" cx="24" cy="24" r="2.5" />
      <circle class="dot" cx="33" cy="24" r="2.5" />
    </>
  ),
  // A triangle with an exclamation mark.
  offline: (
    <>
      <path class="body" d="M24 5.500L45 41.500H3z" />
      <path class="sign" d="M24 19v10.500M24 35.500v.2" />
    </>
  ),
  // A circle with a bar, as on a switch that is off.
  disconnected: (
    <>
      <circle class="body" cx="24" cy="24" r="19" />
      <path class="sign" d="M15 24h18" />
    </>
  ),
  // A square with a broken line.
  silent: (
    <>
      <rect class="body" x="6" y="6" width="36" height="36" rx="8" />
      <path class="sign" d="M18 18l12 12M30 18L18 30" />
    </>
  ),
};

export function StateIcon(props: { state: Shown; size?: number }) {
  const size = props.size ?? 48;
  return (
    <svg class={`state-icon ${props.state}`} viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
      {STATES[props.state]}
    </svg>
  );
}

const DRAWINGS = {
  you: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20.500c0-4 3.6-6.5 8-6.500s8 2.5 8 6.5",
  relay: "M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01",
  web: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  exit: "M10 4H5v16h5M9 12h11M16 8l4 4-4 4",
  down: "M12 4v15M6 13l6 6 6-6",
  up: "M12 20V5M6 11l6-6 6 6",
  warn: "M12 8v5M12 16.500v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  new: "M20 12a8 8 0 1 1-2.3-5.600M20 3v5h-5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.500v.01",
  key: "M14.5 13a4.5 4.5 0 1 0-4.2-2.900L4 16.500V20h3.500l.5-2h2l.5-2h1.500l1.5-3.200M15.5 8.500v.01",
} as const;

export function Icon(props: { of: keyof typeof DRAWINGS; size?: number }) {
  const size = props.size ?? 20;
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={DRAWINGS[props.of]} />
    </svg>
  );
}
