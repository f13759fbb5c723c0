// What a press does: one thing at a time, with what came of it.
import { Api, ApiError } from "@qnet/api";
import { type ComponentChildren, createContext } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { dropKey, theKey } from "../key";

export const api = new Api(theKey);

type Trouble = { kind: "key" } | { kind: "refused"; error: string; hint: string } | { kind: "unreachable" };
/** What came of the press of that name. */
export type Outcome = Trouble & { name: string };

export interface Doing {
  /** What runs now, by its name; "" for nothing. */
  busy: string;
  outcome: Outcome | null;
  mayChange: boolean;
  /** Runs `act`, unless the page has no key. True when it has worked. */
  run: (name: string, act: () => Promise<unknown>) => Promise<boolean>;
  forget: () => void;
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError)) return { kind: "unreachable" };
  if (error.status !== 401) return { kind: "refused", error: error.message, hint: error.hint };
  dropKey(); // QNet made a new one since
  return { kind: "key" };
}

const Context = createContext<Doing | null>(null);

export function useDoing(): Doing {
  const doing = useContext(Context);
  if (doing === null) throw new Error("Doer is missing");
  return doing;
}

export function Doer(props: { children: ComponentChildren }) {
  const [busy, setBusy] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const mayChange = theKey() !== null;
  const doing = useMemo<Doing>(() => {
    const run = async (name: string, act: () => Promise<unknown>) => {
      if (busy !== "") return false;
      if (!mayChange) {
        setOutcome({ name, kind: "key" });
        return false;
      }
      setBusy(name);
      setOutcome(null);
      try {
        await act();
        return true;
      } catch (error) {
        setOutcome({ name, ...troubleOf(error) });
        return false;
      } finally {
        setBusy("");
      }
    };
    return { busy, outcome, mayChange, run, forget: () => setOutcome(null) };
  }, [busy, outcome, mayChange]);
  return <Context.Provider value={doing}>{props.children}</Context.Provider>;
}
