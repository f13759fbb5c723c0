// What happened lately, the newest first.
import type { Happening } from "@qnet/api";
import { useState } from "preact/hooks";
import { has } from "../logic/words";
import { Card } from "./card";
import { Sentence, useSpeech, valuesOf } from "./language";

const FIRST = 6;

export function Happened(props: { of: Happening[]; now: number }) {
  const speech = useSpeech();
  const [all, setAll] = useState(false);
  const shown = all ? props.of : props.of.slice(0, FIRST);
  return (
    <Card title={speech.t("page.happened")}>
      {shown.length === 0 && <p class="empty">{speech.t("page.nothing_happened")}</p>}
      <ol class="happened">
        {shown.map((event, i) => (
          <li key={`${event.at}${event.code}${i}`} class={event.code}>
            <span>
              {has(`happened.${event.code}`) ? (
                <Sentence of={`happened.${event.code}`} values={valuesOf(speech, event.words)} />
              ) : (
                <bdi lang="en">{event.text}</bdi>
              )}
            </span>
            <time dateTime={event.at} title={new Date(event.at).toLocaleString(speech.language)}>
              {speech.ago(event.at, props.now)}
            </time>
          </li>
        ))}
      </ol>
      {props.of.length > FIRST && (
        <button type="button" class="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? speech.t("page.less") : speech.t("page.more", { count: props.of.length - FIRST })}
        </button>
      )}
    </Card>
  );
}
