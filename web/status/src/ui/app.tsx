// The whole page.
import type { Status } from "@qnet/api";
import { useEffect, useState } from "preact/hooks";
import { Hero } from "../client/hero";
import { follow } from "../live";
import { begin, type Feed } from "../logic/feed";
import { type Language, LANGUAGES } from "../logic/words";
import { Doer, api } from "./doing";
import { useSpeech, valuesOf } from "./language";
import { Log } from "./log";
import { Nodes } from "./nodes";
import { useTab } from "./tab";
import { View } from "./view";

const NAMES: Record<Language, string> = { en: "English", fa: "فارسی" };

function Top() {
  const { t, language, change } = useSpeech();
  return (
    <header class="top">
      <span class="brand">QNet</span>
      <div class="languages" role="group" aria-label={t("page.language")}>
        {LANGUAGES.map((one) => (
          <button type="button" key={one} lang={one} class="quiet" aria-pressed={one === language} onClick={() => change(one)}>
            {NAMES[one]}
          </button>
        ))}
      </div>
    </header>
  );
}

/** For those who hear the page: what changed, and nothing else. */
function Spoken(props: { status: Status; silent: boolean }) {
  const speech = useSpeech();
  const { state, advice } = props.status;
  const words = props.silent
    ? `${speech.t("page.silent")}. ${speech.t("page.silent_todo")}`
    : `${speech.said(`state.${state}`)}. ${speech.said(`advice.${advice.code}`, valuesOf(speech, advice.words))}`;
  return (
    <p class="sr-only" role="status" id="spoken">
      {words}
    </p>
  );
}

function Foot(props: { status: Status }) {
  const { t, duration } = useSpeech();
  return (
    <footer class="foot">
      <Log />
      <p>
        QNet <bdi>{props.status.version}</bdi> · {t("page.runs_for", { time: duration(props.status.uptime_seconds) })} ·{" "}
        <a href="/status.txt">{t("page.as_text")}</a> · <a href="/metrics">{t("page.metrics")}</a>
      </p>
      <p>{t("page.stays_here")}</p>
    </footer>
  );
}

function Body(props: { feed: Feed }) {
  const { t } = useSpeech();
  const { status, silent } = props.feed;
  const now = Date.now();
  useTab(status, silent);
  if (status === null) {
    return (
      <main id="main">
        <p class="wait" role="status">
          {silent ? `${t("page.silent")}. ${t("page.silent_todo")}` : t("page.waiting")}
        </p>
      </main>
    );
  }
  return (
    <>
      <main id="main" class={silent ? "stale" : ""}>
        <Spoken status={status} silent={silent} />
        <Hero node={status} silent={silent} now={now} nodes={status.nodes} />
        <View node={status} now={now} own />
        <Nodes of={status.nodes} now={now} />
      </main>
      <Foot status={status} />
    </>
  );
}

export function App() {
  const { t } = useSpeech();
  const [feed, setFeed] = useState(() => begin(Date.now()));
  useEffect(() => follow(api, setFeed), []);
  return (
    <Doer>
      <a class="skip" href="#main">
        {t("page.skip")}
      </a>
      <Top />
      <Body feed={feed} />
    </Doer>
  );
}
