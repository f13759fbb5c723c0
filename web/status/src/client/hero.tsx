// The state in one look: what it is, who sees what, what to do now.
import type { Node } from "@qnet/api";
import { isClient, isUnderWay, protection, remedyOf, type Shown } from "../logic/node";
import { Icon, StateIcon } from "../ui/icons";
import { Sentence, type Speech, useSpeech, valuesOf } from "../ui/language";
import { Controls } from "./controls";
import { RemedyButton } from "./remedy";

function since(node: Node, now: number): number {
  return Math.max(0, (now - Date.parse(node.state_since)) / 1000);
}

/** To a person the number of relays is the mode; of other nodes it is what they serve as. */
function modeOf(node: Node, { t, said }: Speech): string {
  if (node.hops === null) return said(`mode.${node.mode}`);
  return node.hops === 1 ? t("hops.fast") : t("hops.private", { hops: node.hops });
}

/** The demo's own state is that of its whole network; who is protected is its client. */
function personOf(node: Node, nodes: Record<string, Node> = {}): Node {
  return node.mode === "demo" ? (Object.values(nodes).find((n) => n.mode === "client") ?? node) : node;
}

function AdviceNote(props: { node: Node; nodes?: Record<string, Node> }) {
  const speech = useSpeech();
  const { advice } = props.node;
  if (advice.code === "ok") return isClient(props.node) ? null : <p class="fine">{speech.t("advice.ok")}</p>;
  const values = valuesOf(speech, advice.words);
  // The demo's own advice is about one of its nodes; that one's own words are in every language.
  const inner = props.nodes?.[advice.words["node"] ?? ""]?.advice;
  if (inner) values["text"] = speech.said(`advice.${inner.code}`, valuesOf(speech, inner.words));
  const todo = speech.said(`todo.${advice.code}`, values);
  const remedy = remedyOf(advice);
  return (
    <div class={`advice${isUnderWay(advice) ? " calm" : ""}`}>
      <Icon of="warn" />
      <div>
        <p class="what">
          <Sentence of={`advice.${advice.code}`} values={values} />
        </p>
        <p class="todo">{todo}</p>
      </div>
      {remedy && isClient(props.node) && <RemedyButton remedy={remedy} />}
    </div>
  );
}

const LOOKS: Record<string, string> = { "protected.none": "none", "protected.fast": "both" };

function Protection(props: { node: Node }) {
  const { t } = useSpeech();
  const { key, values } = protection(props.node);
  const all = { cover: t("page.ordinary_site"), ...values };
  return (
    <div class="protection">
      <p class={LOOKS[key]}>
        <Icon of="eye" />
        <span>
          <Sentence of={key} values={all} />
        </span>
      </p>
      {key !== "protected.none" && (
        <p class="not">
          <Icon of="warn" />
          <span>{t("protected.not")}</span>
        </p>
      )}
    </div>
  );
}

export function Hero(props: { node: Node; silent: boolean; now: number; nodes?: Record<string, Node> }) {
  const speech = useSpeech();
  const { t, said } = speech;
  const { node } = props;
  const shown: Shown = props.silent ? "silent" : node.state;
  return (
    <section class={`hero ${shown}`} aria-labelledby="state">
      <div class="told">
        <div class="state">
          <StateIcon state={shown} size={76} />
          <div>
            <h1 id="state">{props.silent ? t("page.silent") : said(`state.${node.state}`)}</h1>
            <p class="since">
              {props.silent ? (
                t("page.silent_todo")
              ) : (
                <>
                  {modeOf(node, speech)}
                  <span aria-hidden="true"> · </span>
                  {t("page.for", { time: speech.duration(since(node, props.now)) })}
                </>
              )}
            </p>
          </div>
        </div>
        {!props.silent && <AdviceNote node={node} nodes={props.nodes} />}
        {isClient(node) && !props.silent && <Protection node={personOf(node, props.nodes)} />}
      </div>
      {isClient(node) && <Controls node={node} />}
    </section>
  );
}
