// What goes through, second by second.
import type { Node } from "@qnet/api";
import { useId } from "preact/hooks";
import { curve, lastMinute, scaleTop } from "../logic/graph";
import { Card } from "./card";
import { Icon } from "./icons";
import { useSpeech } from "./language";

const WIDTH = 590;
const HEIGHT = 130;

function Line(props: { values: number[]; top: number; kind: "down" | "up"; fill: string }) {
  return (
    <>
      <path class={`area ${props.kind}`} d={curve(props.values, props.top, WIDTH, HEIGHT, true)} fill={`url(#${props.fill})`} />
      <path class={`line ${props.kind}`} d={curve(props.values, props.top, WIDTH, HEIGHT, false)} />
    </>
  );
}

function Fade(props: { id: string; kind: string }) {
  return (
    <linearGradient id={props.id} x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" class={`fade ${props.kind}`} stop-opacity="0.28" />
      <stop offset="1" class={`fade ${props.kind}`} stop-opacity="0" />
    </linearGradient>
  );
}

export function Graph(props: { rates: Node["rates"]; label: string }) {
  const { rate, t } = useSpeech();
  const id = useId();
  const down = lastMinute(props.rates.down);
  const up = lastMinute(props.rates.up);
  const top = scaleTop(Math.max(...down, ...up));
  return (
    <figure class="graph" dir="ltr">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={props.label}>
        <defs>
          <Fade id={`${id}-down`} kind="down" />
          <Fade id={`${id}-up`} kind="up" />
        </defs>
        {[0, 0.5, 1].map((part) => (
          <path key={part} class="grid" d={`M0 ${part * HEIGHT}H${WIDTH}`} />
        ))}
        <Line values={down} top={top} kind="down" fill={`${id}-down`} />
        <Line values={up} top={top} kind="up" fill={`${id}-up`} />
      </svg>
      <span class="peak" dir="auto" aria-hidden="true">
        {rate(top)}
      </span>
      <figcaption aria-hidden="true">
        <span dir="auto">{t("page.minute_ago")}</span>
        <span dir="auto">{t("page.now")}</span>
      </figcaption>
    </figure>
  );
}

export function Traffic(props: { node: Node }) {
  const { t, rate, bytes } = useSpeech();
  const { rates, bytes: total } = props.node;
  const now = (values: readonly number[]) => rate(values.at(-1) ?? 0);
  const peak = rate(Math.max(0, ...rates.down, ...rates.up));
  const numbers = [
    { kind: "down", name: t("page.down"), now: now(rates.down), total: bytes(total.down) },
    { kind: "up", name: t("page.up"), now: now(rates.up), total: bytes(total.up) },
  ] as const;
  return (
    <Card title={t("page.traffic")} note={t("page.last_minute")}>
      <dl class="flow">
        {numbers.map((n) => (
          <div key={n.kind} class={n.kind}>
            <dt>
              <Icon of={n.kind} size={18} />
              {n.name}
            </dt>
            <dd class="big">{n.now}</dd>
            <dd class="note">{t("page.in_all", { bytes: n.total })}</dd>
          </div>
        ))}
      </dl>
      <Graph rates={rates} label={t("page.graph", { down: now(rates.down), up: now(rates.up), peak })} />
    </Card>
  );
}
