import type { Circuit, Node } from "@qnet/api";
import { describe, expect, it } from "vitest";
import { client, disconnected, fast, relay } from "../../dev/fixtures.mjs";
import en from "../../../../data/words/en.json";
import { countriesOf, currentCircuit, isClient, isInvite, isOperator, protection, remedyOf } from "./node";

const node = (made: unknown) => made as Node;
const circuit = (state: Circuit["state"], streams: number, age: number): Circuit => ({
  hops: [],
  state,
  streams,
  age_seconds: age,
  round_trip_ms: null,
});

describe("the circuit that is shown", () => {
  it("is in use rather than ready, and ready rather than being built", () => {
    const [old, building, ready, used] = [circuit("old", 9, 1), circuit("building", 0, 1), circuit("ready", 0, 1), circuit("in use", 1, 1)];
    expect(currentCircuit([old, building, ready, used])).toBe(used);
    expect(currentCircuit([old, building, ready])).toBe(ready);
    expect(currentCircuit([old, building])).toBe(building);
  });
  it("is the busiest, then the newest", () => {
    const [busy, young] = [circuit("in use", 5, 100), circuit("in use", 1, 2)];
    expect(currentCircuit([young, busy])).toBe(busy);
    expect(currentCircuit([circuit("ready", 0, 9), circuit("ready", 0, 2)])?.age_seconds).toBe(2);
  });
  it("is none of none", () => expect(currentCircuit([])).toBeNull());
});

describe("who sees what", () => {
  it("is that nobody is protected unless bytes came back", () => {
    for (const state of ["offline", "calibrating", "disconnected"]) {
      expect(protection(node(client({ state }))).key).toBe("protected.none");
    }
    expect(protection(node(disconnected())).key).toBe("protected.none");
  });
  it("names the guard, the exit and the cover in private mode", () => {
    expect(protection(node(client()))).toEqual({
      key: "protected.private",
      values: { cover: "www.example.org", guard: "198.51.100.7:443", exit: "203.0.113.9:443" },
    });
  });
  it("is known while the relay rests, as nobody asks for anything", () => {
    const resting = node(client({ hops: 1, circuits: [], peers: [{ ...node(client()).peers[0], state: "idle" }] }));
    expect(protection(resting)).toEqual({ key: "protected.fast", values: { cover: "www.example.org", guard: "198.51.100.7:443" } });
  });
  it("is not claimed of nobody", () => {
    expect(protection(node(client({ circuits: [], peers: [] }))).key).toBe("page.path_unknown");
  });
  it("leaves out the cover where it is not known", () => {
    const circuits = node(client()).circuits.map((one) => ({ ...one, hops: one.hops.map((hop) => ({ ...hop, cover: null })) }));
    const { key, values } = protection(node(client({ peers: [], circuits })));
    expect([key, Object.keys(values)]).toEqual(["protected.private", ["guard", "exit"]]);
  });
  it("says in fast mode that one relay sees both", () => expect(protection(node(fast())).key).toBe("protected.fast"));
  it("goes by the path that is used, not by what new connections are to take", () => {
    expect(protection(node({ ...fast(), hops: 3 })).key).toBe("protected.fast");
  });
});

describe("a node", () => {
  it("is a person's or an operator's", () => {
    expect([isClient(node(client())), isOperator(node(client()))]).toEqual([true, false]);
    expect([isClient(node(relay("super"))), isOperator(node(relay("super")))]).toEqual([false, true]);
  });
  it("has relays in countries, most first", () => {
    expect(countriesOf(node(client())).slice(0, 2)).toEqual([["DE", 44], ["NL", 31]]);
  });
  it("without lists knows the countries of those whom it dials", () => {
    expect(countriesOf(node(client({ network: null })))).toEqual([["DE", 1], ["SE", 1]]);
  });
});

describe("what a press can do", () => {
  it("is offered for each advice that a press can follow", () => {
    const advice = (code: string) => ({ code, words: {}, text: "", todo: "" });
    expect(remedyOf(advice("web_silent"))).toBe("path");
    expect(remedyOf(advice("ok"))).toBeNull();
  });
  it("is never to give up privacy", () => {
    expect(remedyOf({ code: "no_private_path", words: {}, text: "", todo: "" })).toBeNull();
    expect(Object.keys(en)).toContain("advice.no_private_path");
  });
});

describe("an invite", () => {
  it.each(["qnet://12D3KooW@192.0.2.1:443?cover=www.example.org", "  qnet://a  "])("is %s", (text) => expect(isInvite(text)).toBe(true));
  it.each(["", "qnet://", "http://a", "qnet://a b", "qnet://a\nqnet://b", "see qnet://a", "qnet://<script>"])("is not %j", (text) =>
    expect(isInvite(text)).toBe(false),
  );
});
