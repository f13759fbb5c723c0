// Bytes, times and countries as people write them, by the browser's own tables.
import type { Language } from "./words";

const STEPS = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function scaled(value: number): { value: number; unit: (typeof STEPS)[number] } {
  let step = 0;
  value /= 1000;
  // 999.5 would be written as 1,000.
  while (value >= 999.5 && step < STEPS.length - 1) {
    value /= 1000;
    step++;
  }
  return { value, unit: STEPS[step] ?? "terabyte" };
}

function inUnit(language: Language, value: number, unit: string, display: "short" | "long" = "short"): string {
  const digits = value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: display,
    maximumFractionDigits: digits,
  }).format(value);
}

export function bytes(language: Language, count: number): string {
  const { value, unit } = scaled(count);
  return inUnit(language, value, unit);
}

export function rate(language: Language, perSecond: number): string {
  const { value, unit } = scaled(perSecond);
  return inUnit(language, value, `${unit}-per-second`);
}

const AGES = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** "3 minutes": the largest unit alone. */
export function duration(language: Language, seconds: number): string {
  const [unit, length] = AGES.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
  return inUnit(language, Math.floor(seconds / length), unit, "long");
}

/** "3 minutes ago"; what lies in the future by another clock counts as now. */
export function ago(language: Language, at: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  const [unit, length] = AGES.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
  // Not each second another text: a reader would be told of each.
  const count = unit === "second" ? Math.floor(seconds / 10) * 10 : Math.floor(seconds / length);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-count, unit);
}

export function milliseconds(language: Language, value: number): string {
  return inUnit(language, value < 10 ? value : Math.round(value), "millisecond");
}

export function country(language: Language, code: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

export const list = (language: Language, words: string[]): string =>
  new Intl.ListFormat(language, { type: "conjunction" }).format(words);

/** A peer id in its recognisable ends; an address as it is. */
export const shortName = (address: string): string =>
  /^12D3KooW\w{44}$/.test(address) ? `12D3…${address.slice(-6)}` : address;
