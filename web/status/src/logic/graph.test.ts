import { describe, expect, it } from "vitest";
import { curve, lastMinute, scaleTop, SECONDS } from "./graph";

describe("the last minute", () => {
  it("is filled with nothing before the start", () => {
    const values = lastMinute([5, 6]);
    expect(values).toHaveLength(SECONDS);
    expect(values.slice(-3)).toEqual([0, 5, 6]);
  });
  it("is the newest of more", () => {
    expect(lastMinute(Array.from({ length: 70 }, (_, i) => i))[0]).toBe(10);
  });
});

describe("the scale", () => {
  it.each([
    [0, 10_000],
    [10_001, 20_000],
    [2_000_000, 2_000_000],
    [2_000_001, 5_000_000],
    [6_000_000, 10_000_000],
  ])("of a peak of %d ends at %d", (peak, top) => expect(scaleTop(peak)).toBe(top));
});

describe("the curve", () => {
  const numbers = (path: string) => path.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
  it("stays within its bounds, also above the scale", () => {
    for (const value of numbers(curve(lastMinute([0, 900, 100, 5000]), 1000, 590, 130, false))) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(590);
    }
  });
  it("ends at the right edge at the newest value's height", () => {
    expect(curve(lastMinute([500]), 1000, 590, 130, false)).toMatch(/590 65$/);
  });
  it("is closed along the ground as an area", () => {
    expect(curve(lastMinute([1]), 10, 590, 130, true)).toMatch(/V130H0Z$/);
  });
});
