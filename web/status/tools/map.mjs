// Makes src/map/world.json: the outlines of the land as one SVG path, and where each country's circle stands.
// From Natural Earth (public domain), as npm's world-atlas has it. Run it by hand when the map is to change:
//   node status/tools/map.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import countries from "i18n-iso-countries";

const require = createRequire(import.meta.url);
const atlas = (name) => JSON.parse(readFileSync(require.resolve(`world-atlas/${name}.json`), "utf8"));

const WIDTH = 800;
const SOUTH = -57; // without Antarctica
const NORTH = 79;
const TOLERANCE = 0.75;
const SMALLEST = 5; // of an island, in square units

/// The Natural Earth projection (B. Jenny, T. Patterson, 2012), in units of WIDTH.
function project([longitude, latitude]) {
  const phi = (latitude * Math.PI) / 180;
  const p2 = phi * phi;
  const p4 = p2 * p2;
  const x =
    ((longitude * Math.PI) / 180) *
    (0.8707 - 0.131979 * p2 - 0.013791 * p4 + 0.003971 * p4 * p4 * p2 - 0.001529 * p4 * p4 * p4);
  const y = phi * (1.007226 + 0.015085 * p2 + p4 * p2 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4));
  const scale = WIDTH / (2 * 0.8707 * Math.PI);
  return [WIDTH / 2 + x * scale, -y * scale];
}

const top = project([0, NORTH])[1];
const place = (point) => {
  const [x, y] = project([point[0], Math.max(SOUTH, Math.min(NORTH, point[1]))]);
  return [x, y - top];
};

function area(ring) {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1];
  }
  return sum / 2;
}

/// Douglas and Peucker's.
function simplify(points) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy);
  let farthest = 0;
  let index = 0;
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = [points[i][0] - first[0], points[i][1] - first[1]];
    const distance = length === 0 ? Math.hypot(x, y) : Math.abs(x * dy - y * dx) / length;
    if (distance > farthest) [farthest, index] = [distance, i];
  }
  if (farthest <= TOLERANCE) return [first, last];
  return [...simplify(points.slice(0, index + 1)).slice(0, -1), ...simplify(points.slice(index))];
}

function rings(geometry) {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(rings);
  return (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((polygon) => polygon[0]);
}

/// A ring over the line of the date, as its two parts.
function split(ring) {
  let turn = 0;
  const unrolled = ring.map(([longitude, latitude], i) => {
    if (i > 0 && longitude - ring[i - 1][0] > 180) turn -= 360;
    if (i > 0 && longitude - ring[i - 1][0] < -180) turn += 360;
    return [longitude + turn, latitude];
  });
  const part = (shift) => unrolled.map(([x, y]) => [x + shift, y]).filter(([x]) => Math.abs(x) <= 180);
  return [-360, 0, 360].map(part).filter((points) => points.length > 2);
}

/// Whole numbers, each relative to the one before.
function path(ring) {
  const half = ring.length >> 1;
  const whole = [...simplify(ring.slice(0, half + 1)).slice(0, -1), ...simplify(ring.slice(half))].map(
    ([x, y]) => [Math.round(x), Math.round(y)],
  );
  let [x, y] = whole[0];
  let text = `M${x} ${y}l`;
  for (const point of whole.slice(1, -1)) {
    const [dx, dy] = [point[0] - x, point[1] - y];
    if (dx === 0 && dy === 0) continue;
    text += `${text.endsWith("l") || dx < 0 ? "" : " "}${dx}${dy < 0 ? "" : " "}${dy}`;
    [x, y] = point;
  }
  return `${text}z`;
}

const land = feature(atlas("land-110m"), "land");
const outlines = land.features
  .flatMap((f) => rings(f.geometry))
  .filter((ring) => ring.some(([, latitude]) => latitude > SOUTH))
  .flatMap(split)
  .map((ring) => ring.map(place))
  .filter((ring) => Math.abs(area(ring)) >= SMALLEST)
  .map(path);

// Where a circle in the middle of the largest piece would stand in a neighbour or the sea.
const BETTER = { RU: [95, 62], NO: [9, 61], HR: [16, 45.4], VN: [106, 16], CL: [-71, -33], US: [-98, 39], CA: [-106, 56] };
const circles = {};
for (const f of feature(atlas("countries-50m"), "countries").features) {
  const code = countries.numericToAlpha2(f.id);
  if (!code || circles[code]) continue;
  const ring = rings(f.geometry).sort((a, b) => Math.abs(area(b)) - Math.abs(area(a)))[0];
  const longitudes = ring.map((p) => p[0]);
  const middle = [
    (Math.min(...longitudes) + Math.max(...longitudes)) / 2,
    ring.reduce((sum, p) => sum + p[1], 0) / ring.length,
  ];
  const [x, y] = place(BETTER[code] ?? middle);
  circles[code] = [Math.round(x), Math.round(y)];
}
// It has no number of its own there.
circles.XK ??= place([20.9, 42.6]).map(Math.round);

const world = {
  width: WIDTH,
  height: Math.ceil(place([0, SOUTH])[1]),
  land: outlines.join(""),
  circles: Object.entries(circles)
    .sort()
    .map(([code, [x, y]]) => `${code}${x},${y}`)
    .join(" "),
};
writeFileSync(new URL("../src/map/world.json", import.meta.url), `${JSON.stringify(world, null, 1)}\n`);
