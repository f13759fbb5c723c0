// What a person can change: connected or not, how many relays, from which country, another path.
import type { Node } from "@qnet/api";
import { countriesOf } from "../logic/node";
import { api, useDoing } from "../ui/doing";
import { Icon } from "../ui/icons";
import { useSpeech } from "../ui/language";
import { OutcomeNote } from "../ui/outcome";

const PRIVATE_HOPS = 3;

function ConnectButton(props: { node: Node }) {
  const { t } = useSpeech();
  const { run, busy } = useDoing();
  const off = props.node.state === "disconnected";
  return (
    <button
      type="button"
      class={off ? "primary" : "secondary"}
      aria-busy={busy === "connect"}
      onClick={() => run("connect", off ? api.start : api.stop)}
    >
      {off ? t("page.connect") : t("page.disconnect")}
    </button>
  );
}

function Hops(props: { hops: number }) {
  const { t } = useSpeech();
  const { run } = useDoing();
  const isFast = props.hops === 1;
  const choice = (fast: boolean) => {
    const hops = fast ? 1 : isFast ? PRIVATE_HOPS : props.hops;
    return (
      <label class="choice">
        <input
          type="radio"
          name="hops"
          checked={isFast === fast}
          onClick={(event) => {
            // What is shown follows from what QNet says, not from the press.
            if (isFast !== fast) {
              event.preventDefault();
              void run("hops", () => api.setHops(hops));
            }
          }}
        />
        <span>{fast ? t("hops.fast") : t("hops.private", { hops })}</span>
      </label>
    );
  };
  return (
    <fieldset class="hops">
      <legend>{t("page.mode")}</legend>
      <div class="choices">
        {choice(true)}
        {choice(false)}
      </div>
    </fieldset>
  );
}

function ExitCountry(props: { node: Node }) {
  const { t, country, countries } = useSpeech();
  const { run } = useDoing();
  const chosen = props.node.exit_countries;
  const codes = countriesOf(props.node)
    .map(([code]) => code)
    .filter((code) => code !== "");
  const options = new Map(codes.map((code) => [code, country(code)]));
  if (chosen.length > 0) options.set(chosen.join(" "), countries(chosen));
  const sorted = [...options].sort(([, a], [, b]) => a.localeCompare(b));
  const choose = (event: Event) => {
    const field = event.currentTarget as HTMLSelectElement;
    const value = field.value;
    field.value = chosen.join(" ");
    void run("country", () => api.change({ exit_countries: value === "" ? [] : value.split(" ") }));
  };
  return (
    <label class="exit-country">
      <span>{t("page.exit_country")}</span>
      <select value={chosen.join(" ")} onChange={choose}>
        <option value="">{t("page.anywhere")}</option>
        {sorted.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Controls(props: { node: Node }) {
  const { t } = useSpeech();
  const { run, busy, mayChange } = useDoing();
  return (
    <div class="control-area">
      <div class="controls" role="group" aria-label={t("page.controls")}>
        <ConnectButton node={props.node} />
        <button type="button" class="secondary" aria-busy={busy === "path"} onClick={() => run("path", api.newCircuit)}>
          <Icon of="new" size={18} />
          {t("page.new_path")}
        </button>
        {props.node.hops !== null && <Hops hops={props.node.hops} />}
        <ExitCountry node={props.node} />
      </div>
      <OutcomeNote of={["connect", "path", "hops", "country", "remedy"]} />
      {!mayChange && <p class="look-only">{t("page.look_only")}</p>}
    </div>
  );
}
