// Sentences of data/words with their places filled. Without state; language.tsx says which language counts.
import en from "../../../../data/words/en.json";
import fa from "../../../../data/words/fa.json";

export type Key = keyof typeof en;
export type Language = "en" | "fa";
export type Values = Record<string, string | number>;
export type Part = { text: string } | { name: string; value: string };

const TABLES: Record<Language, Record<string, string>> = { en, fa };
export const LANGUAGES: readonly Language[] = ["en", "fa"];
export const directionOf = (language: Language): "ltr" | "rtl" => (language === "fa" ? "rtl" : "ltr");

/** The first of a browser's languages that there is a table for. */
export function choose(stored: string | null, wanted: readonly string[]): Language {
  const known = [stored ?? "", ...wanted].map((tag) => tag.toLowerCase().split("-")[0]);
  return known.find((tag): tag is Language => tag === "en" || tag === "fa") ?? "en";
}

export const has = (key: string): key is Key => key in en;

/** The sentence of `key` in pieces: its own text, and what stands in its places. */
export function parts(language: Language, key: string, values: Values = {}): Part[] {
  const sentence = TABLES[language][key] ?? TABLES.en[key] ?? key;
  return sentence
    .split(/(\{[a-z_]+\})/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      const name = /^\{(.*)\}$/.exec(piece)?.[1];
      const value = name === undefined ? undefined : values[name];
      if (name === undefined || value === undefined) return { text: piece };
      return { name, value: typeof value === "number" ? number(language, value) : value };
    });
}

// U+2068 and U+2069 keep what stands between them from changing the direction of the words around.
const isolate = (language: Language, text: string) => (language === "fa" ? `\u2068${text}\u2069` : text);

export function say(language: Language, key: string, values?: Values): string {
  return parts(language, key, values)
    .map((part) => ("text" in part ? part.text : isolate(language, part.value)))
    .join("");
}

export const number = (language: Language, value: number): string => new Intl.NumberFormat(language).format(value);
