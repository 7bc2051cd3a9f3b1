import { describe, expect, it } from "vitest";
import { encodeAdmissionReview } from "../../../src/protocol/review/encodeAdmissionReview.ts";
import { denied, type Verdict } from "../../../src/protocol/review/Verdict.ts";

const patch = [{ op: "add", path: "/a", value: 1 }] as const;
const allowed: Verdict = { allowed: true, patch: [], policies: [], warnings: [], auditAnnotations: {} };
const encodedPatch = Buffer.from(JSON.stringify(patch)).toString("base64");

describe("encodeAdmissionReview", () => {
  it.each<[what: string, verdict: Verdict, response: object]>([
    ["allowed", allowed, { allowed: true }],
    ["allowed with a patch", { ...allowed, patch }, { allowed: true, patch: encodedPatch, patchType: "JSONPatch" }],
    [
      "allowed with warnings",
      { ...allowed, warnings: ["p: a", "p: a", "p: b"] },
      { allowed: true, warnings: ["p: a", "p: b"] },
    ],
    [
      "allowed with annotations",
      { ...allowed, auditAnnotations: { "p.k": "v" } },
      { allowed: true, auditAnnotations: { "p.k": "v" } },
    ],
    [
      "denied",
      denied("no"),
      { allowed: false, status: { status: "Failure", message: "no", reason: "Forbidden", code: 403 } },
    ],
    [
      "denied with a code",
      denied("no", 422, "Invalid"),
      { allowed: false, status: { status: "Failure", message: "no", reason: "Invalid", code: 422 } },
    ],
    [
      "denied with warnings and annotations",
      { ...denied("no"), warnings: ["w"], auditAnnotations: { a: "b" } },
      {
        allowed: false,
        status: { status: "Failure", message: "no", reason: "Forbidden", code: 403 },
        warnings: ["w"],
        auditAnnotations: { a: "b" },
      },
    ],
  ])("encodes a verdict that is %s", (_what, verdict, response) => {
    for (const version of ["v1", "v1beta1"] as const)
      expect(encodeAdmissionReview({ version, uid: "the-uid" }, verdict)).toEqual({
        apiVersion: `admission.k8s.io/${version}`,
        kind: "AdmissionReview",
        response: { uid: "the-uid", ...response },
      });
  });

  it("encodes no patch on a denial, even when the denial has one", () => {
    const { response } = encodeAdmissionReview({ version: "v1", uid: "u" }, { ...denied("no"), patch } as Verdict);
    expect(response).not.toHaveProperty("patch");
    expect(response).not.toHaveProperty("patchType");
  });

  it("holds warnings to the API server's limits", () => {
    const warnings = Array.from({ length: 40 }, (_, index) => `${index} ${"x".repeat(300)}`);
    const { response } = encodeAdmissionReview({ version: "v1", uid: "u" }, { ...allowed, warnings });
    expect(response.warnings?.length).toBe(16);
    expect(response.warnings?.at(-1)).toBe("postern: 25 more warnings left out");
  });
});
