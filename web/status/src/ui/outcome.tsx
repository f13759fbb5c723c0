// What came of the last press, when it did not work.
import { useDoing } from "./doing";
import { Icon } from "./icons";
import { useSpeech } from "./language";

/** `of`: the names of the presses that this place is for. */
export function OutcomeNote(props: { of: readonly string[] }) {
  const { t } = useSpeech();
  const { outcome: last, forget } = useDoing();
  const outcome = last !== null && props.of.includes(last.name) ? last : null;
  return (
    <div role="alert" class="outcome">
      {outcome && (
        <p>
          <Icon of={outcome.kind === "key" ? "key" : "warn"} />
          <span>
            {outcome.kind === "key" && t("page.needs_key")}
            {outcome.kind === "unreachable" && `${t("page.silent")}. ${t("page.silent_todo")}`}
            {outcome.kind === "refused" && (
              <bdi lang="en">
                {outcome.error} {outcome.hint}
              </bdi>
            )}
          </span>
          <button type="button" class="quiet" onClick={forget}>
            {t("page.close")}
          </button>
        </p>
      )}
    </div>
  );
}
