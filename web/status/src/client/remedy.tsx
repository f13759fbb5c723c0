// The one press that may help.
import type { Remedy } from "../logic/node";
import { api, useDoing } from "../ui/doing";
import { useSpeech } from "../ui/language";

export function RemedyButton(props: { remedy: Remedy }) {
  const { t } = useSpeech();
  const { run, busy } = useDoing();
  const press = () => {
    switch (props.remedy) {
      case "path":
        return run("remedy", api.newCircuit);
      case "anywhere":
        return run("remedy", () => api.change({ exit_countries: [] }));
      case "invite": {
        const field = document.getElementById("invite-link");
        field?.scrollIntoView({ block: "center" });
        field?.focus();
        return;
      }
    }
  };
  return (
    <button type="button" class="remedy" onClick={press} aria-busy={busy === "remedy"}>
      {t(`page.remedy.${props.remedy}`)}
    </button>
  );
}
