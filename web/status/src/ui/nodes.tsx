// The demo's network: all its nodes, each of which can be opened.
import type { Node } from "@qnet/api";
import { useState } from "preact/hooks";
import { StateIcon } from "./icons";
import { useSpeech, valuesOf } from "./language";
import { View } from "./view";

function Opened(props: { node: Node; now: number }) {
  const speech = useSpeech();
  const { advice } = props.node;
  return (
    <>
      <p class="lead">{speech.said(`advice.${advice.code}`, valuesOf(speech, advice.words))}</p>
      <View node={props.node} now={props.now} own={false} />
    </>
  );
}

function Row(props: { name: string; node: Node; now: number }) {
  const { said, t, rate, number } = useSpeech();
  const [open, setOpen] = useState(false);
  const { node } = props;
  const flow = (node.rates.up.at(-1) ?? 0) + (node.rates.down.at(-1) ?? 0);
  return (
    <details class="node" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <StateIcon state={node.state} size={28} />
        <span class="words">
          <bdi class="name">{props.name}</bdi>
          <span class="note">
            {said(`mode.${node.mode}`)} · {said(`state.${node.state}`)}
          </span>
        </span>
        <span class="note facts-short">
          {t("page.sessions")}: {number(node.sessions_open)} · {rate(flow)}
        </span>
      </summary>
      {open && <Opened node={node} now={props.now} />}
    </details>
  );
}

export function Nodes(props: { of: Record<string, Node>; now: number }) {
  const { t } = useSpeech();
  const nodes = Object.entries(props.of);
  if (nodes.length === 0) return null;
  return (
    <section class="nodes" aria-labelledby="nodes">
      <h2 id="nodes">{t("page.nodes")}</h2>
      <p class="note">{t("page.nodes_note")}</p>
      {nodes.map(([name, node]) => (
        <Row key={name} name={name} node={node} now={props.now} />
      ))}
    </section>
  );
}
