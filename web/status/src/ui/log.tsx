// The last lines of the log, for whoever looks for a cause.
import { useState } from "preact/hooks";
import { api, useDoing } from "./doing";
import { useSpeech } from "./language";
import { OutcomeNote } from "./outcome";

const LINES = 100;

export function Log() {
  const { t } = useSpeech();
  const { run, busy, mayChange } = useDoing();
  const [text, setText] = useState<string | null>(null);
  const load = () => run("log", async () => setText(await api.log(LINES)));
  return (
    <details class="log" onToggle={(event) => void (event.currentTarget.open && mayChange && load())}>
      <summary>{t("page.log")}</summary>
      {mayChange ? (
        <>
          <pre dir="ltr" lang="en" tabIndex={0} role="region" aria-label={t("page.log")}>
            {text ?? "…"}
          </pre>
          <button type="button" class="secondary small" aria-busy={busy === "log"} onClick={load}>
            {t("page.log_again")}
          </button>
          <OutcomeNote of={["log"]} />
        </>
      ) : (
        <p class="note">{t("page.needs_key")}</p>
      )}
    </details>
  );
}
