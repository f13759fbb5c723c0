import { expect, it } from "vitest";
import { readPixels } from "./read";

it("finds nothing in an empty picture", () => {
  const picture = { data: new Uint8ClampedArray(64 * 64 * 4).fill(255), width: 64, height: 64, colorSpace: "srgb" } as ImageData;
  expect(readPixels(picture)).toBeNull();
});
