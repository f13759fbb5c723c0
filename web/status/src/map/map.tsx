// Relays by country: circles on a map, and the same as a list.
import type { Node } from "@qnet/api";
import { countriesOf } from "../logic/node";
import { Card } from "../ui/card";
import { useSpeech } from "../ui/language";
import { circlesOf, LAND, VIEW } from "./world";

const FIRST = 6;

function summary(node: Node, speech: ReturnType<typeof useSpeech>): string {
  const { network, directory } = node;
  if (network) {
    const counts = { relays: network.relays, exits: network.exits, agreeing: network.agreeing, operators: network.operators };
    return speech.t(network.operators > 0 ? "page.network_by" : "page.network", counts);
  }
  return directory ? speech.t("page.listed_waiting", { listed: directory.listed, waiting: directory.waiting }) : "";
}

export function CountryMap(props: { node: Node }) {
  const speech = useSpeech();
  const { t, country, number } = speech;
  const countries = countriesOf(props.node);
  if (countries.every(([code]) => code === "")) return null;
  const row = ([code, count]: [string, number]) => (
    <li key={code}>
      <span>{country(code)}</span>
      <span class="count">{number(count)}</span>
    </li>
  );
  return (
    <Card title={t("page.relays_by_country")} note={summary(props.node, speech)}>
      <svg class="world" viewBox={VIEW} aria-hidden="true">
        <path class="land" d={LAND} />
        {circlesOf(countries).map((c) => (
          <circle key={c.code} cx={c.x} cy={c.y} r={c.radius}>
            <title>{`${country(c.code)}: ${number(c.count)}`}</title>
          </circle>
        ))}
      </svg>
      <ul class="countries">{countries.slice(0, FIRST).map(row)}</ul>
      {countries.length > FIRST && (
        <details>
          <summary>{t("page.more_countries", { count: countries.length - FIRST })}</summary>
          <ul class="countries">{countries.slice(FIRST).map(row)}</ul>
        </details>
      )}
    </Card>
  );
}
