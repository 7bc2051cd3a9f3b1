import { expect, it } from "vitest";
import { writeJson } from "../../../src/protocol/json/writeJson.ts";
import { encodeAdmissionReview } from "../../../src/protocol/review/encodeAdmissionReview.ts";
import { denied, type Verdict } from "../../../src/protocol/review/Verdict.ts";
import { writeAdmissionReview } from "../../../src/protocol/review/writeAdmissionReview.ts";

const allowed = { allowed: true, patch: [], policies: [], warnings: [], auditAnnotations: {} } as const;
const bigint = { op: "add", path: "/spec/replicas", value: 9_007_199_254_740_993n } as const;

it.each<[what: string, verdict: Verdict]>([
  ["allows", allowed],
  [
    "allows after policies judged",
    { ...allowed, policies: [{ policy: "p", mode: "enforce", result: "judged", findings: [] }] },
  ],
  ["allows with a warning", { ...allowed, warnings: ["p: careful"] }],
  ["allows with an audit annotation", { ...allowed, auditAnnotations: { "p.key": "value" } }],
  ["allows with a patch", { ...allowed, patch: [{ op: "remove", path: "/a" }] }],
  ["allows with a patch that has an integer over 2^53", { ...allowed, patch: [bigint] }],
  ["denies", denied("no")],
  ["denies with a warning", { ...denied("no\nand no"), warnings: ["p: careful"] }],
])("writeAdmissionReview writes the encoded review of a verdict that %s", (_what, verdict) => {
  for (const version of ["v1", "v1beta1"] as const)
    for (const uid of ["0b7c1a50-8a3d-4f0e-9b4f-6a1d5c5a2a10", '"}\\\u2028\u0000\ud83d', "😀".repeat(1024)]) {
      const request = { version, uid };
      expect(writeAdmissionReview(request, verdict)).toBe(writeJson(encodeAdmissionReview(request, verdict)));
    }
});
