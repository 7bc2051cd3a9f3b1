import { expect, it } from "vitest";
import { capabilityNotRenewed } from "../../../src/sync/capability/capabilityNotRenewed.ts";
import { madeCapability } from "./madeCapability.ts";

const NOW = Date.parse("2026-06-10T00:00:00Z");
const HOUR_MS = 3_600_000;
const issued = (hoursAgo: number): string => madeCapability({ issuedMs: NOW - hoursAgo * HOUR_MS });

it.each([
  ["none", undefined, "the URLs have none"],
  [
    "one in the second half of its life",
    issued(13),
    "the present one ends at 2026-06-10T11:00:00.000Z, and its grace ends at 2026-06-17T11:00:00.000Z",
  ],
  [
    "one in its grace",
    issued(25),
    "the present one ended at 2026-06-09T23:00:00.000Z, and its grace ends at 2026-06-16T23:00:00.000Z",
  ],
  [
    "one after its grace",
    issued(24 * 8),
    "the present one ended at 2026-06-03T00:00:00.000Z, and its grace at 2026-06-10T00:00:00.000Z",
  ],
])("capabilityNotRenewed with %s", (_, token, text) => {
  const finding = capabilityNotRenewed({ token, graceMs: 7 * 24 * HOUR_MS }, "no answer", NOW);
  expect(finding).toEqual({
    code: "capability-not-renewed",
    about: "",
    message: `the gate issued no other capability: no answer; ${text}`,
  });
});
