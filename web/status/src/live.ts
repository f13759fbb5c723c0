// Keeps a Feed up to date: by /events, and by asking /status each second while those do not come.
import type { Api, Status } from "@qnet/api";
import { begin, type Feed, heard, tick } from "./logic/feed";

const ASK_EACH_MS = 1000;
const EVENTS_AGAIN_MS = 5000;

export function follow(api: Api, changed: (feed: Feed) => void): () => void {
  let feed = begin(Date.now());
  let source: EventSource | null = null;
  let triedAt = 0;
  let asking = false;
  const set = (next: Feed) => {
    if (next !== feed) changed((feed = next));
  };
  const listen = () => {
    source?.close();
    triedAt = Date.now();
    source = new EventSource("/events");
    source.addEventListener("status", (event) => {
      set(heard(JSON.parse((event as MessageEvent<string>).data) as Status, Date.now()));
    });
  };
  const ask = async () => {
    asking = true;
    try {
      set(heard(await api.status(), Date.now()));
    } catch {
      // It stays silent; the next turn asks again.
    }
    asking = false;
  };
  const turn = () => {
    const now = Date.now();
    set(tick(feed, now));
    if (now - feed.heardAt <= 1.5 * ASK_EACH_MS) return;
    if (!asking) void ask();
    if (source?.readyState !== EventSource.OPEN && now - triedAt > EVENTS_AGAIN_MS) listen();
  };
  listen();
  const timer = setInterval(turn, ASK_EACH_MS);
  return () => {
    clearInterval(timer);
    source?.close();
  };
}
