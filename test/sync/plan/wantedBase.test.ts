import { expect, it } from "vitest";
import { wantedBase } from "../../../src/sync/plan/wantedBase.ts";

const [A, B] = ["https://a.example.com", "https://b.example.com/hooks"];

it.each<
  [what: string, bases: string[], goal: { url?: string; token?: string | undefined }, wanted: string | undefined]
>([
  ["no goal", [A], {}, A],
  ["a URL", [A], { url: B }, B],
  ["no webhooks and no URL", [], { token: "t" }, undefined],
  ["a capability for a URL without one", [A], { token: "t" }, `${A}/k/t`],
  ["another capability", [`${A}/k/s`], { token: "t" }, `${A}/k/t`],
  ["another URL and capability", [`${A}/k/s`], { url: B, token: "t" }, `${B}/k/t`],
  ["another URL: the capability stays", [`${A}/k/s`], { url: B }, `${B}/k/s`],
  ["no goal: the capability stays", [`${A}/k/s`], {}, `${A}/k/s`],
  ["no goal: a new webhook gets that of the others", [A, `${A}/k/s`], {}, `${A}/k/s`],
  ["a capability that was not fetched", [`${A}/k/s`], { token: undefined }, `${A}/k/s`],
])("wantedBase with %s", (_, bases, { url, ...more }, wanted) => {
  const capability = "token" in more ? { token: more.token, graceMs: 0 } : undefined;
  expect(wantedBase(bases, { url, capability })).toBe(wanted);
});
