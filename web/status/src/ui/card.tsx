// A section of the page, with its heading.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export function Card(props: { title: string; note?: string | null; wide?: boolean; id?: string; children: ComponentChildren }) {
  const heading = useId();
  return (
    <section class={`card${props.wide ? " wide" : ""}`} aria-labelledby={heading} id={props.id}>
      <header>
        <h2 id={heading}>{props.title}</h2>
        {props.note && <p class="note">{props.note}</p>}
      </header>
      {props.children}
    </section>
  );
}

export interface Fact {
  name: string;
  value: ComponentChildren;
}

function Pairs(props: { look: "facts" | "tiles"; of: Fact[] }) {
  return (
    <dl class={props.look}>
      {props.of.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Names and their values, a line each. */
export const Facts = (props: { of: Fact[] }) => <Pairs look="facts" of={props.of} />;

/** The few numbers that count most. */
export const Tiles = (props: { of: Fact[] }) => <Pairs look="tiles" of={props.of} />;
