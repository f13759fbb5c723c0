import { describe, expect, it } from "vitest";
import en from "../../../../data/words/en.json";
import fa from "../../../../data/words/fa.json";
import { choose, directionOf, parts, say } from "./words";

const places = (sentence: string) => [...sentence.matchAll(/\{[a-z_]+\}/g)].map((m) => m[0]).sort();
// The command line speaks English alone.
const onPage = ([key]: [string, string]) => !key.startsWith("cli.") && !key.startsWith("doctor.");
const tables: Record<string, Record<string, string>> = { en: Object.fromEntries(Object.entries(en).filter(onPage)), fa };

describe("the tables of words", () => {
  it("have the same keys in each language, in the same order", () => {
    expect(Object.keys(fa)).toEqual(Object.keys(tables.en ?? {}));
  });
  it("have the same places in each sentence", () => {
    for (const key of Object.keys(fa)) expect(places(tables.fa?.[key] ?? ""), key).toEqual(places(tables.en?.[key] ?? ""));
  });
  it("leave nothing empty but what to do when all is well", () => {
    for (const table of Object.values(tables)) {
      expect(Object.keys(table).filter((key) => table[key] === "")).toEqual(["todo.ok"]);
    }
  });
  it("say what to do for each advice", () => {
    const codes = Object.keys(en).filter((key) => key.startsWith("advice."));
    for (const key of codes) expect(en).toHaveProperty([key.replace("advice.", "todo.")]);
  });
  it("are Persian where Persian is meant", () => {
    const latin = Object.entries(fa).filter(([key, text]) => text !== "" && !/[\u0600-\u06ff]/.test(text) && key !== "advice.node_in_trouble");
    expect(latin).toEqual([]);
  });
});

describe("choosing a language", () => {
  it("takes what the person chose before what the browser asks for", () => {
    expect(choose("fa", ["en-GB"])).toBe("fa");
  });
  it("takes the browser's first language that there are words for", () => {
    expect(choose(null, ["de-DE", "fa-IR", "en"])).toBe("fa");
  });
  it("falls back to English", () => {
    expect(choose("tlh", ["de"])).toBe("en");
    expect(choose(null, [])).toBe("en");
  });
  it("writes Persian from right to left", () => {
    expect([directionOf("en"), directionOf("fa")]).toEqual(["ltr", "rtl"]);
  });
});

describe("a sentence", () => {
  it("has its places filled", () => {
    expect(say("en", "advice.building", { hops: 3 })).toBe("QNet is building a path through 3 relays.");
  });
  it("writes numbers in the language's digits", () => {
    expect(say("fa", "advice.building", { hops: 3 })).toContain("۳");
  });
  it("keeps an address in a Persian sentence apart from the words around it", () => {
    expect(say("fa", "happened.guard", { address: "192.0.2.1:443" })).toContain("\u2068192.0.2.1:443\u2069");
  });
  it("shows a place that has no value as it stands", () => {
    expect(say("en", "advice.building")).toContain("{hops}");
  });
  it("is its own key when nobody knows it", () => {
    expect(say("fa", "advice.from_a_later_version")).toBe("advice.from_a_later_version");
  });
  it("gives its values in pieces, with their names", () => {
    expect(parts("en", "happened.guard", { address: "a" })).toContainEqual({ name: "address", value: "a" });
  });
});
