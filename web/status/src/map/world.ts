// The land, and where each country's circle stands; world.json is made by tools/map.mjs.
import world from "./world.json";

export const LAND = world.land;
// Without the empty seas at the sides.
export const VIEW = `60 0 ${world.width - 60} ${world.height}`;

const places = new Map<string, readonly [number, number]>(
  world.circles.split(" ").map((circle) => {
    const [x, y] = circle.slice(2).split(",").map(Number);
    return [circle.slice(0, 2), [x ?? 0, y ?? 0]];
  }),
);

export interface Circle {
  code: string;
  count: number;
  x: number;
  y: number;
  radius: number;
}

/** Its area grows with the count, within bounds; the large ones are first, so that small ones lie on top. */
export function circlesOf(countries: readonly (readonly [string, number])[]): Circle[] {
  const most = Math.max(1, ...countries.map(([, count]) => count));
  return countries
    .flatMap(([code, count]) => {
      const place = places.get(code);
      return place ? [{ code, count, x: place[0], y: place[1], radius: 5 + 13 * Math.sqrt(count / most) }] : [];
    })
    .sort((a, b) => b.radius - a.radius);
}
