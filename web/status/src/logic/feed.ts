// What the page knows of QNet, and whether QNet still answers. Without I/O; live.ts feeds it.
import type { Status } from "@qnet/api";

/** After this long without a word QNet counts as gone. It speaks each second. */
export const SILENT_AFTER_MS = 3000;

export interface Feed {
  status: Status | null;
  heardAt: number;
  silent: boolean;
}

export const begin = (now: number): Feed => ({ status: null, heardAt: now, silent: false });

export const heard = (status: Status, now: number): Feed => ({ status, heardAt: now, silent: false });

/** The same feed when nothing has changed. */
export function tick(feed: Feed, now: number): Feed {
  const silent = now - feed.heardAt > SILENT_AFTER_MS;
  return silent === feed.silent ? feed : { ...feed, silent };
}
