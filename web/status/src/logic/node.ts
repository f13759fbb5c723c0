// What follows from a node's status: which circuit counts, who protects, what to say.
import type { Advice, Circuit, Mode, Node, State } from "@qnet/api";
import type { Key, Values } from "./words";

export type Shown = State | "silent";

const OPERATORS: readonly Mode[] = ["relay", "bootstrap", "exit", "super"];
export const isOperator = (node: Node): boolean => OPERATORS.includes(node.mode);
/** It carries a person's traffic: it has a proxy, or says how many relays that crosses. */
export const isClient = (node: Node): boolean => node.hops !== null || node.socks_addr !== null;

const RANK: Record<Circuit["state"], number> = { "in use": 4, ready: 3, building: 2, silent: 1, old: 0 };

/** The circuit that new connections take, by what can be seen: in use before ready, then the busiest, then the newest. */
export function currentCircuit(circuits: readonly Circuit[]): Circuit | null {
  const before = (a: Circuit, b: Circuit) =>
    RANK[b.state] - RANK[a.state] || b.streams - a.streams || a.age_seconds - b.age_seconds;
  return [...circuits].sort(before)[0] ?? null;
}

/** The path to draw. At rest in fast mode it is the one that the next connection takes. */
export function shownCircuit(node: Node): Circuit | null {
  const current = currentCircuit(node.circuits);
  const peer = node.peers.find((p) => p.state === "connected" || p.state === "idle");
  if (current !== null || node.state !== "connected" || peer === undefined) return current;
  const { address, country, cover, round_trip_ms } = peer;
  return { hops: [{ address, country, cover }], state: "ready", streams: 0, age_seconds: 0, round_trip_ms };
}

/** The sentence about who sees what, and what stands in its places; without a cover where that is not known. */
export function protection(node: Node): { key: Key; values: Values } {
  if (node.state !== "connected") return { key: "protected.none", values: {} };
  const circuit = currentCircuit(node.circuits);
  // At rest, while nobody asks for anything, no session is open.
  const peer = node.peers.find((p) => p.state === "connected") ?? node.peers.find((p) => p.state === "idle");
  const guard = circuit?.hops[0]?.address ?? peer?.address;
  const exit = circuit?.hops.at(-1)?.address;
  const cover = circuit?.hops[0]?.cover ?? (node.peers.find((p) => p.address === guard || p.name === guard) ?? peer)?.cover;
  // Who it is must be known, or it cannot be said.
  if (guard === undefined) return { key: "page.path_unknown", values: {} };
  const hops = circuit?.hops.length ?? node.hops ?? 1;
  const values: Values = cover ? { cover, guard } : { guard };
  return hops > 1 && exit !== undefined
    ? { key: "protected.private", values: { ...values, exit } }
    : { key: "protected.fast", values };
}

/** What one press can do about an advice. */
export type Remedy = "path" | "invite" | "anywhere";
const REMEDIES: Record<string, Remedy> = {
  nothing_came_back: "path",
  web_silent: "path",
  nobody_known: "invite",
  relays_silent: "invite",
  no_list: "invite",
  no_exit_there: "anywhere",
};
export const remedyOf = (advice: Advice): Remedy | null => REMEDIES[advice.code] ?? null;

/** Advice that only says that it is under way needs no alarm. */
export const isUnderWay = (advice: Advice): boolean => ["starting", "building"].includes(advice.code);

/** Relays by country that this node knows of: of the network, of its own directory, or of whom it dials. */
export function countriesOf(node: Node): [string, number][] {
  const counts = new Map<string, number>();
  const add = (code: string | null, count: number) => {
    const place = code !== null && /^[A-Z]{2}$/.test(code) ? code : "";
    counts.set(place, (counts.get(place) ?? 0) + count);
  };
  const known = node.network?.countries ?? node.directory?.countries ?? {};
  for (const [code, count] of Object.entries(known)) add(code, count);
  if (counts.size === 0) for (const peer of node.peers) add(peer.country, 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

export const isInvite = (text: string): boolean => /^qnet:\/\/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]+$/.test(text.trim());
