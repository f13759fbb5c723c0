import { expect, it } from "vitest";
import world from "./world.json";
import { circlesOf, LAND } from "./world";

it("is small", () => expect(JSON.stringify(world).length).toBeLessThan(20 * 1024));
it("has a place on the map for each country", () => {
  const codes = world.circles.split(" ").map((c) => c.slice(0, 2));
  expect(codes.length).toBeGreaterThan(230);
  for (const circle of circlesOf(codes.map((code) => [code, 1] as const))) {
    expect(circle.x, circle.code).toBeGreaterThan(0);
    expect(circle.x, circle.code).toBeLessThan(world.width);
    expect(circle.y, circle.code).toBeGreaterThan(0);
    expect(circle.y, circle.code).toBeLessThan(world.height);
  }
});
it("is one path of whole numbers", () => expect(LAND).toMatch(/^[Mlz\d -]+$/));
it("draws more relays larger, and small circles on top", () => {
  const circles = circlesOf([["DE", 4], ["SE", 1], ["", 9], ["ZZ", 2]]);
  expect(circles.map((c) => c.code)).toEqual(["DE", "SE"]);
});
