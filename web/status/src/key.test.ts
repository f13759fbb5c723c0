import { expect, it } from "vitest";
import { keyIn } from "./key";

const key = "aB3_-".repeat(8) + "xyz";

it("finds the key that qnet open puts behind the address", () => expect(keyIn(`#key=${key}`)).toBe(key));
it.each(["", "#", "#key=", `#key=${key}x`, "#key=short", `#other=${key}`, `#key=${key.replace("a", "%22")}`])(
  "takes nothing else for a key: %s",
  (fragment) => expect(keyIn(fragment)).toBeNull(),
);
