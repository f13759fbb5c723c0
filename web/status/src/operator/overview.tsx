// What an operator wants to know of a relay at a glance.
import type { Node } from "@qnet/api";
import { shortName } from "../logic/format";
import { Card, type Fact, Facts, Tiles } from "../ui/card";
import { useSpeech } from "../ui/language";

export function Overview(props: { node: Node }) {
  const { t, number, bytes, duration } = useSpeech();
  const { node } = props;
  const tiles: Fact[] = [
    { name: t("page.sessions"), value: number(node.sessions_open) },
    { name: t("page.streams"), value: number(node.streams_open) },
  ];
  if (node.relayed) tiles.push({ name: t("page.circuits_open"), value: number(node.relayed.open) });
  if (node.exit) tiles.push({ name: t("page.exit_open"), value: number(node.exit.open) });
  if (node.directory) tiles.push({ name: t("page.listed"), value: number(node.directory.listed) });
  tiles.push({ name: t("page.bytes_all"), value: bytes(node.bytes.up + node.bytes.down) });
  const facts: Fact[] = [];
  if (node.listen_addr) facts.push({ name: t("page.listens"), value: <bdi>{node.listen_addr}</bdi> });
  if (node.peer_id) facts.push({ name: t("page.peer_id"), value: <bdi title={node.peer_id}>{shortName(node.peer_id)}</bdi> });
  facts.push({ name: t("page.uptime"), value: duration(node.uptime_seconds) });
  facts.push({ name: t("page.mesh_peers"), value: number(node.mesh_peer_count) });
  return (
    <Card title={t("page.overview")} wide>
      <Tiles of={tiles} />
      <Facts of={facts} />
    </Card>
  );
}

export function Relaying(props: { node: Node }) {
  const { t, number, bytes } = useSpeech();
  const { relayed, handshakes } = props.node;
  if (!relayed && !handshakes) return null;
  const facts: Fact[] = [];
  if (relayed) {
    facts.push(
      { name: t("page.circuits_created"), value: number(relayed.created) },
      { name: t("page.circuits_extended"), value: number(relayed.extended) },
      { name: t("page.circuits_refused"), value: number(relayed.refused) },
      { name: t("page.circuits_unreachable"), value: number(relayed.unreachable) },
      { name: t("page.circuits_bytes"), value: bytes(relayed.bytes) },
    );
  }
  if (handshakes) {
    facts.push(
      { name: t("page.handshakes_accepted"), value: number(handshakes.accepted) },
      { name: t("page.handshakes_spliced"), value: number(handshakes.spliced) },
      { name: t("page.handshakes_replayed"), value: number(handshakes.replayed) },
      { name: t("page.handshakes_clock"), value: number(handshakes.clock_skewed) },
      { name: t("page.handshakes_failed"), value: number(handshakes.failed) },
    );
  }
  return (
    <Card title={t("page.relaying")}>
      <Facts of={facts} />
    </Card>
  );
}
