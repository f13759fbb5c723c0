// The way to the web: each relay on it, in order, and what sites see at its end.
import type { Circuit, Hop, Node } from "@qnet/api";
import { shortName } from "../logic/format";
import { shownCircuit } from "../logic/node";
import type { Key } from "../logic/words";
import { Card } from "../ui/card";
import { Icon } from "../ui/icons";
import { type Speech, useSpeech } from "../ui/language";

const MOST_ROWS = 12;

function roleOf(index: number, count: number): Key {
  if (count === 1) return "page.role.only";
  if (index === 0) return "page.role.guard";
  return index === count - 1 ? "page.role.exit" : "page.role.middle";
}

interface StopProps {
  icon: "you" | "relay" | "exit" | "web";
  role: string;
  name?: string | undefined;
  place?: string | undefined;
  trip?: number | null | undefined;
}

function Stop(props: StopProps) {
  const { t, milliseconds } = useSpeech();
  return (
    <li class="stop">
      <span class="round">
        <Icon of={props.icon} />
      </span>
      <span class="words">
        <span class="role">{props.role}</span>
        {props.place && <span class="place">{props.place}</span>}
        {props.name && (
          <bdi class="address" title={props.name}>
            {shortName(props.name)}
          </bdi>
        )}
        {props.trip != null && (
          <span class="trip">
            <span class="sr-only">{t("page.round_trip")}: </span>
            {milliseconds(props.trip)}
          </span>
        )}
      </span>
    </li>
  );
}

function Chain(props: { circuit: Circuit; node: Node }) {
  const { t, country } = useSpeech();
  const { hops, state, round_trip_ms } = props.circuit;
  const seen = props.node.exit_seen;
  const first = props.node.peers.find((p) => p.address === hops[0]?.address || p.name === hops[0]?.address);
  const tripTo = (i: number) => (i === hops.length - 1 ? round_trip_ms : i === 0 ? first?.round_trip_ms : null);
  return (
    <ol class={`chain ${state.replace(" ", "-")}`} aria-label={t("page.path")}>
      <Stop icon="you" role={t("page.role.you")} />
      {hops.map((hop, i) => (
        <Stop
          key={hop.address}
          icon={i === hops.length - 1 ? "exit" : "relay"}
          role={t(roleOf(i, hops.length))}
          name={hop.address}
          place={hop.country ? country(hop.country) : undefined}
          trip={tripTo(i)}
        />
      ))}
      <Stop icon="web" role={t("page.role.web")} place={seen ? t("page.sees", { address: seen.address }) : undefined} />
    </ol>
  );
}

const wayOf = (speech: Speech, hops: Hop[]) =>
  hops.map((hop, i) => (
    <>
      {i > 0 && <span class="arrow"> → </span>}
      <bdi title={hop.address}>{hop.country ? speech.country(hop.country) : shortName(hop.address)}</bdi>
    </>
  ));

function Others(props: { circuits: Circuit[] }) {
  const speech = useSpeech();
  const { t, said, number, milliseconds, duration } = speech;
  const shown = props.circuits.slice(0, MOST_ROWS);
  return (
    <details class="others">
      <summary>{t("page.other_paths", { count: props.circuits.length })}</summary>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("page.other_paths", { count: props.circuits.length })}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("page.path_through")}</th>
              <th scope="col">{t("page.path_state")}</th>
              <th scope="col">{t("page.streams")}</th>
              <th scope="col">{t("page.round_trip")}</th>
              <th scope="col">{t("page.age")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((circuit, i) => (
              <tr key={i}>
                <th scope="row">{wayOf(speech, circuit.hops)}</th>
                <td>{said(`page.circuit.${circuit.state.replace(" ", "_")}`)}</td>
                <td>{number(circuit.streams)}</td>
                <td>{circuit.round_trip_ms === null ? "–" : milliseconds(circuit.round_trip_ms)}</td>
                <td>{duration(circuit.age_seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < props.circuits.length && <p class="note">{t("page.more", { count: props.circuits.length - shown.length })}</p>}
    </details>
  );
}

export function Path(props: { node: Node }) {
  const { t, said, milliseconds, country } = useSpeech();
  const { circuits, exit_seen } = props.node;
  const current = shownCircuit(props.node);
  const stands = current !== null && props.node.state !== "disconnected";
  const trip = current?.round_trip_ms ?? null;
  const seenIn = exit_seen?.country ? country(exit_seen.country) : "";
  return (
    <Card title={t("page.your_path")} note={stands ? said(`page.circuit.${current.state.replace(" ", "_")}`) : null} wide>
      {stands ? <Chain circuit={current} node={props.node} /> : <p class="empty">{t("page.no_path")}</p>}
      {stands && (trip !== null || exit_seen) && (
        <div class="path-facts">
          {trip !== null && <p>{t("page.round_trip_is", { time: milliseconds(trip) })}</p>}
          {exit_seen && (
            <p>
              {t(seenIn ? "page.sites_see_in" : "page.sites_see", { address: exit_seen.address, country: seenIn })}
            </p>
          )}
        </div>
      )}
      {circuits.length > 1 && <Others circuits={circuits.filter((c) => c !== current)} />}
    </Card>
  );
}
