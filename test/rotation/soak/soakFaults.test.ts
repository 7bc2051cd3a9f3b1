import { expect, it } from "vitest";
import { soakFaults } from "./soakFaults.ts";
import type { SoakResult } from "./soakRun.ts";

const sample = { at: 0, durationMs: 1, isNew: true, ok: true };
const load = { handshakes: 1, failedHandshakes: 0, sentAgain: 0, samples: [sample], failures: [] };
const passed: SoakResult = {
  ...{ rotations: 1, seconds: 1, load, faults: 0, growth: [], measurements: [], exitCode: 0 },
  handles: { before: 30, after: 30 },
};
const growth = { what: "heap", first: 1, last: 2, fit: undefined, bound: 1 } as const;

it.each<[string, Partial<SoakResult>, string[]]>([
  ["no fault in a good result", {}, []],
  ["no fault in growth that was not judged", { growth: [{ ...growth, grows: undefined }] }, []],
  ["a failed handshake", { load: { ...load, failedHandshakes: 1 } }, ["1 handshakes failed"]],
  ["a failed request", { load: { ...load, samples: [sample, { ...sample, ok: false }] } }, ["1 requests failed"]],
  ["no load", { load: { ...load, samples: [] } }, ["no request was sent"]],
  ["certificate faults", { faults: 2 }, ["2 certificate faults were logged"]],
  ["growth", { growth: [{ ...growth, grows: true }] }, ["heap grows"]],
  ["handles that stay open", { handles: { before: 30, after: 32 } }, ["2 file handles were not closed"]],
  ["calls cut off at the end", { exitCode: 1 }, ["the server exited with 1"]],
])("soakFaults reports %s", (_, found, faults) => {
  expect(soakFaults({ ...passed, ...found })).toEqual(faults);
});
