import { expect, it } from "vitest";
import { capabilitiesOf } from "../../../src/sync/capability/capabilitiesOf.ts";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import { madeCapability } from "./madeCapability.ts";

const NOW = 1_800_000_000_000;
const OLDER = madeCapability({ issuedMs: NOW - 7_200_000 });
const NEWER = madeCapability({ issuedMs: NOW - 3_600_000 });
const AHEAD = madeCapability({ issuedMs: NOW + 3_600_000 });

const target = (tokens: readonly (string | undefined)[], more: Partial<SyncTarget> = {}): SyncTarget => ({
  kind: "ValidatingWebhookConfiguration",
  name: "g",
  uid: "u",
  resourceVersion: "1",
  isCanary: false,
  hooks: tokens.map((token, index) => ({
    name: `hook-${index}`,
    url: `https://gate.example.com${token === undefined ? "" : `/k/${token}`}/c/prod/validate/a`,
    bundle: "",
  })),
  state: {},
  annotations: {},
  fault: undefined,
  ...more,
});

it.each([
  ["no registration", [], []],
  ["URLs without one", [target([undefined])], []],
  ["a token that is none", [target(["token"])], []],
  ["the same one in all", [target([OLDER, OLDER]), target([OLDER])], [OLDER]],
  ["two, in any order", [target([OLDER, NEWER])], [NEWER, OLDER]],
  ["one that is issued in the future", [target([AHEAD, OLDER])], [OLDER]],
  ["one of the canary", [target([NEWER], { isCanary: true }), target([OLDER])], [OLDER]],
])("capabilitiesOf finds, the newest first, with %s", (_, targets, found) => {
  expect(capabilitiesOf(targets, { cluster: "prod" }, NOW).map(({ token }) => token)).toEqual(found);
});
