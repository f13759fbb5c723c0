// The tab's title and picture say the state, so that it is seen from another page too.
import type { Status } from "@qnet/api";
import { useEffect } from "preact/hooks";
import type { Shown } from "../logic/node";
import { useSpeech } from "./language";

// As in icons.tsx: a colour and a shape each.
const PICTURES: Record<Shown, string> = {
  connected: "<path fill='#16884a' d='M24 2l18 7v13c0 12-7 21-18 25C13 43 6 34 6 22V9z'/><path fill='none' stroke='#fff' stroke-width='5' d='M15 24l7 7 12-14'/>",
  calibrating: "<circle cx='24' cy='24' r='19' fill='none' stroke='#d97706' stroke-width='7' stroke-dasharray='80 40'/>",
  offline: "<path fill='#d32f2f' d='M24 3l22 41H2z'/><path stroke='#fff' stroke-width='5' d='M24 18v12M24 34v5'/>",
  disconnected: "<circle cx='24' cy='24' r='21' fill='#6b7280'/><path stroke='#fff' stroke-width='6' d='M13 24h22'/>",
  silent: "<rect x='4' y='4' width='40' height='40' rx='9' fill='#d32f2f'/><path stroke='#fff' stroke-width='5' d='M16 16l16 16M32 16L16 32'/>",
};

export function useTab(status: Status | null, silent: boolean): void {
  const { t, said } = useSpeech();
  const shown: Shown | null = silent ? "silent" : (status?.state ?? null);
  const title = shown === null ? "QNet" : `${silent ? t("page.silent") : said(`state.${shown}`)} · QNet`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (link === null || shown === null) return;
    const picture = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'>${PICTURES[shown]}</svg>`;
    link.href = `data:image/svg+xml,${encodeURIComponent(picture)}`;
  }, [shown]);
}
