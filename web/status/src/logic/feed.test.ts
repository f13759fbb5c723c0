import type { Status } from "@qnet/api";
import { expect, it } from "vitest";
import { begin, heard, SILENT_AFTER_MS, tick } from "./feed";

const status = {} as Status;

it("is silent when nothing was heard for three seconds, also at the start", () => {
  expect(tick(begin(0), SILENT_AFTER_MS).silent).toBe(false);
  expect(tick(begin(0), SILENT_AFTER_MS + 1).silent).toBe(true);
});
it("keeps what it knew while QNet is silent", () => {
  expect(tick(heard(status, 0), 9000)).toEqual({ status, heardAt: 0, silent: true });
});
it("is no longer silent with the next word", () => {
  expect(heard(status, 9000).silent).toBe(false);
});
it("is the same object while nothing changes, so that nothing is drawn again", () => {
  const feed = heard(status, 0);
  expect(tick(feed, 1000)).toBe(feed);
});
