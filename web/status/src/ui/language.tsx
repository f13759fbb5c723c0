// Which language counts, and the words in it.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import * as format from "../logic/format";
import { choose, directionOf, type Key, type Language, number, parts, say, type Values } from "../logic/words";

const PLACE = "qnet-language";

export interface Speech {
  language: Language;
  change: (language: Language) => void;
  /** The sentence of a key; codes that come from QNet are no Key of the page's own. */
  t: (key: Key, values?: Values) => string;
  said: (key: string, values?: Values) => string;
  number: (value: number) => string;
  bytes: (count: number) => string;
  rate: (perSecond: number) => string;
  duration: (seconds: number) => string;
  ago: (at: string, now: number) => string;
  milliseconds: (value: number) => string;
  /** "" stands for a country that is not known. */
  country: (code: string) => string;
  countries: (codes: readonly string[]) => string;
}

function speechOf(language: Language, change: (language: Language) => void): Speech {
  const t = (key: Key, values?: Values) => say(language, key, values);
  const country = (code: string) => (code === "" ? t("page.country_unknown") : format.country(language, code));
  return {
    language,
    change,
    t,
    said: (key, values) => say(language, key, values),
    number: (value) => number(language, value),
    bytes: (count) => format.bytes(language, count),
    rate: (perSecond) => format.rate(language, perSecond),
    duration: (seconds) => format.duration(language, seconds),
    ago: (at, now) => format.ago(language, at, now),
    milliseconds: (value) => format.milliseconds(language, value),
    country,
    countries: (codes) => format.list(language, codes.map(country)),
  };
}

const Context = createContext<Speech>(speechOf("en", () => {}));
export const useSpeech = (): Speech => useContext(Context);

export function Speaking(props: { children: ComponentChildren }) {
  const [language, setLanguage] = useState(() => choose(localStorage.getItem(PLACE), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  }, [language]);
  const change = (next: Language) => {
    localStorage.setItem(PLACE, next);
    setLanguage(next);
  };
  return <Context.Provider value={speechOf(language, change)}>{props.children}</Context.Provider>;
}

/** What stands in QNet's own sentences, for people: countries by their names, numbers in their digits. */
export function valuesOf(speech: Speech, words: Record<string, string>): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(words)) {
    if (name === "country" || name === "countries") values[name] = speech.countries(value.split(/[,\s]+/).filter(Boolean));
    else if (/^\d{1,9}$/.test(value)) values[name] = Number(value);
    else values[name] = format.shortName(value);
  }
  return values;
}

/** A sentence whose addresses and names stand out, and never turn the direction of the words around them. */
export function Sentence(props: { of: string; values: Values }) {
  const { language } = useSpeech();
  return (
    <>
      {parts(language, props.of, props.values).map((part) =>
        "text" in part ? part.text : <bdi class="value">{format.shortName(part.value)}</bdi>,
      )}
    </>
  );
}
