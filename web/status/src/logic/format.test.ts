import { describe, expect, it } from "vitest";
import { ago, bytes, country, duration, milliseconds, rate, shortName } from "./format";

describe("amounts", () => {
  it.each([
    [0, "0 kB"],
    [512, "0.5 kB"],
    [1000, "1 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [1_284_000_000, "1.3 GB"],
    [5e15, "5,000 TB"],
  ])("%d bytes are written as %s", (count, text) => expect(bytes("en", count)).toBe(text));
  it("are a rate by the second", () => expect(rate("en", 1_250_000)).toBe("1.3 MB/s"));
  it("use the digits of the language", () => expect(bytes("fa", 2_000_000)).toContain("۲"));
});

describe("times", () => {
  const now = Date.parse("2026-01-01T12:00:00Z");
  it("name the largest unit alone", () => {
    expect(duration("en", 59)).toBe("59 seconds");
    expect(duration("en", 3_725)).toBe("1 hour");
    expect(duration("en", 200_000)).toBe("2 days");
  });
  it("that just passed do not change each second", () => {
    expect(ago("en", "2026-01-01T11:59:48Z", now)).toBe("10 seconds ago");
    expect(ago("en", "2026-01-01T11:59:55Z", now)).toBe("now");
  });
  it("that lie ahead by another clock are now", () => expect(ago("en", "2026-01-01T12:05:00Z", now)).toBe("now"));
  it("of round trips keep a digit where it counts", () => {
    expect(milliseconds("en", 3.26)).toBe("3.3 ms");
    expect(milliseconds("en", 128.4)).toBe("128 ms");
  });
});

describe("names", () => {
  it("of countries are the language's own", () => {
    expect([country("en", "SE"), country("fa", "SE")]).toEqual(["Sweden", "سوئد"]);
  });
  it("of no country are shown as they are", () => expect(country("en", "?")).toBe("?"));
  it("of peers are short, and addresses whole", () => {
    expect(shortName(`12D3KooW${"a".repeat(38)}xyz123`)).toBe("12D3…xyz123");
    expect(shortName("[2001:db8::1]:443")).toBe("[2001:db8::1]:443");
  });
});
