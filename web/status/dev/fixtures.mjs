// Made-up answers of /status, for work on the page: each state, operators, the demo. None of it is shipped.
const now = () => new Date();
const ago = (seconds) => new Date(now().getTime() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** A minute of traffic that looks like a person's: pages, and pauses between them. */
export function wave(second, size) {
  const page = Math.max(0, Math.sin(second / 5) + Math.sin(second / 11.3) * 0.7);
  return Math.round(size * page * (0.75 + 0.25 * Math.sin(second * 1.7)));
}
export function rates(size) {
  const last = Math.floor(Date.now() / 1000);
  const seconds = Array.from({ length: 60 }, (_, i) => last - 59 + i);
  return { down: seconds.map((s) => wave(s, size)), up: seconds.map((s) => wave(s, size / 7)) };
}

const happened = (...rows) =>
  rows.map(([seconds, code, words = {}]) => ({ at: ago(seconds), code, words, text: `${code} ${JSON.stringify(words)}` }));
const advice = (code, words = {}) => ({ code, words, text: code, todo: "" });
const network = {
  relays: 214,
  exits: 61,
  measured: 180,
  countries: { DE: 44, NL: 31, SE: 22, US: 28, FR: 19, CA: 12, FI: 11, JP: 9, GB: 8, BR: 6, AU: 5, ZA: 4, SG: 4, TR: 3, IN: 3, "": 5 },
  operators: 3,
  agreeing: 3,
  as_of: ago(900),
  problem: null,
};
const empty = {
  version: "0.1.0",
  state_since: ago(745),
  uptime_seconds: 4520,
  peer_id: null,
  socks_addr: null,
  socks_password: false,
  listen_addr: null,
  template: null,
  peers_online: 0,
  mesh_peer_count: 0,
  hops: null,
  exit_countries: [],
  circuits: [],
  exit_seen: null,
  peers: [],
  bytes: { up: 0, down: 0 },
  rates: { up: [], down: [] },
  sessions_open: 0,
  streams_open: 0,
  handshakes: null,
  relayed: null,
  network: null,
  directory: null,
  registered: [],
  limits: {},
  abuse_contact: null,
  advice: advice("ok"),
  last_error: null,
  happened: happened([4520, "started"]),
};
const peer = (name, address, country, trip, more = {}) => ({
  name,
  cover: "www.example.org",
  address,
  state: trip === null ? "failed" : "connected",
  round_trip_ms: trip,
  country,
  last_error: trip === null ? "The connection was refused." : null,
  ...more,
});
const guard = { address: "198.51.100.7:443", country: "SE", cover: "www.example.org" };
const middle = { address: "192.0.2.61:443", country: "NL", cover: "www.example.org" };
const exit = { address: "203.0.113.9:443", country: "CA", cover: "www.example.org" };
const circuit = (hops, state, streams, age, trip) => ({ hops, state, streams, age_seconds: age, round_trip_ms: trip });

export function client(more = {}) {
  return {
    ...empty,
    mode: "client",
    state: "connected",
    socks_addr: "127.0.0.1:1088",
    socks_password: true,
    template: "chromium-156",
    peers_online: 214,
    mesh_peer_count: 1,
    hops: 3,
    circuits: [
      circuit([guard, middle, exit], "in use", 7, 415, 128.4),
      circuit([guard, { address: "192.0.2.99:443", country: "FI", cover: null }, { address: "203.0.113.80:443", country: "JP", cover: null }], "ready", 0, 61, 233),
      circuit([guard, { address: "192.0.2.12:443", country: null, cover: null }, exit], "old", 2, 1260, 141),
    ],
    exit_seen: { address: "203.0.113.9", country: "CA" },
    peers: [peer("relay-1", guard.address, "SE", 31.4), peer("relay-2", "[2001:db8::1]:8443", "DE", null)],
    bytes: { up: 48_300_000, down: 1_284_000_000 },
    rates: rates(2_400_000),
    sessions_open: 1,
    streams_open: 9,
    network,
    happened: happened(
      [12, "exit_in", { address: "203.0.113.9", country: "CA" }],
      [415, "mode_private", { hops: "3" }],
      [745, "connected"],
      [752, "connecting"],
      [755, "lost"],
      [1800, "list", { relays: "214" }],
      [4400, "guard", { address: "198.51.100.7:443" }],
      [4520, "started"],
    ),
    nodes: {},
    ...more,
  };
}

export const fast = () =>
  client({ hops: 1, circuits: [circuit([guard], "in use", 4, 120, 31.4)], exit_seen: { address: "198.51.100.7", country: "SE" } });
export const disconnected = () =>
  client({ state: "disconnected", advice: advice("disconnected"), circuits: [], rates: { up: [], down: [] } });
export const calibrating = () =>
  client({ state: "calibrating", state_since: ago(3), advice: advice("building", { hops: "3" }), circuits: [circuit([guard, middle, exit], "building", 0, 2, null)], exit_seen: null });
export const offline = () =>
  client({ state: "offline", state_since: ago(95), advice: advice("relays_silent"), circuits: [], exit_seen: null, peers: [peer("relay-1", guard.address, "SE", null)], rates: { up: [], down: [] } });
export const alone = () =>
  client({ state: "offline", state_since: ago(20), advice: advice("nobody_known"), circuits: [], exit_seen: null, peers: [], network: null, bytes: { up: 0, down: 0 }, rates: { up: [], down: [] } });
export const web_silent = () => client({ state: "calibrating", advice: advice("web_silent") });
export const no_exit = () => client({ state: "calibrating", exit_countries: ["CA", "JP"], advice: advice("no_exit_there", { countries: "CA, JP" }) });
export const crowded = () => {
  const many = Array.from({ length: 1000 }, (_, i) => circuit([guard, middle, exit], i ? "ready" : "in use", i % 7, i, 100 + (i % 90)));
  return client({ circuits: many });
};

export function relay(mode, more = {}) {
  return {
    ...empty,
    mode,
    state: "connected",
    peer_id: "12D3KooWGRUVh3Xg6Y8s3c1F5uTNeW5WjB8HkLC9HJxkQf8gP4dQ",
    listen_addr: "0.0.0.0:443",
    mesh_peer_count: 41,
    sessions_open: 41,
    streams_open: 212,
    bytes: { up: 18_400_000_000, down: 211_000_000_000 },
    rates: rates(9_000_000),
    handshakes: { accepted: 1290, spliced: 5310, replayed: 4, clock_skewed: 2, failed: 17 },
    relayed: { open: 133, created: 20_411, refused: 12, extended: 18_003, unreachable: 88, bytes: 120_400_000_000, rate: 12_500_000 },
    limits: { exit_connections: 1000, circuit_bytes_per_second: 12_500_000 },
    registered: [
      { directory: "198.51.100.20:443", listed: true, problem: null },
      { directory: "192.0.2.44:443", listed: false, problem: "It does not reach this relay's address." },
    ],
    network,
    nodes: {},
    happened: happened([300, "listed", { directory: "198.51.100.20:443" }], [4300, "serving"], [4520, "started"]),
    ...more,
  };
}
export const exit_node = (more = {}) =>
  relay("exit", {
    exit: {
      open: 180,
      total: 91_204,
      refused: { port: 412, private_network: 31, operator_refused: 12, cloud_metadata: 3, loopback: 2, multicast: 0 },
      failures: 1204,
    },
    abuse_contact: "abuse@relay.example",
    ...more,
  });
export const super_node = (more = {}) =>
  exit_node({
    mode: "super",
    directory: { listed: 214, waiting: 6, countries: network.countries, registrations: 4100, heartbeats: 91_000, refused: 18, snapshots: 11_200, renewals: 70_100, store_works: true, measures: 212, reports: 4021 },
    ...more,
  });
export const unlisted = () =>
  relay("relay", { state: "calibrating", advice: advice("not_listed", { directory: "192.0.2.44:443" }) });

export function demo(more = {}) {
  const own = client({ mode: "demo", network: { ...network, relays: 3, exits: 1, countries: { SE: 1, CA: 1, NL: 1 }, operators: 1, agreeing: 1 } });
  return {
    ...own,
    nodes: {
      client: { ...own, mode: "client", nodes: undefined },
      super: super_node({ nodes: undefined }),
      "relay-1": relay("relay", { nodes: undefined }),
      "relay-2": { ...unlisted(), nodes: undefined },
    },
    ...more,
  };
}
export const demo_trouble = () =>
  demo({ state: "calibrating", advice: advice("node_in_trouble", { node: "relay-2", text: "192.0.2.44:443 does not list this relay." }) });
