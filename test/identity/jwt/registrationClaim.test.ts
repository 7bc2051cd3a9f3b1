import { describe, expect, it } from "vitest";
import { registrationClaim } from "../../../src/identity/jwt/registrationClaim.ts";

const reference = { name: "postern", uid: "1" };
const attestations = { admissionReviewAPIGroups: ["apps"] };

/** As `Claims` in Kubernetes' pkg/serviceaccount/claims.go makes it. */
const account = { namespace: "postern-system", serviceaccount: { name: "caller", uid: "2" }, warnafter: 1 };

describe("registrationClaim", () => {
  it.each<[string, unknown, unknown]>([
    [
      "a ValidatingWebhookConfiguration",
      { ...account, validatingwebhookconfiguration: reference, attestations },
      { kind: "validating", name: "postern", reviewGroup: "apps" },
    ],
    [
      "a MutatingWebhookConfiguration",
      { ...account, mutatingwebhookconfiguration: reference, attestations: { admissionReviewAPIGroups: ["*"] } },
      { kind: "mutating", name: "postern", reviewGroup: "*" },
    ],
    ["no claim", undefined, undefined],
    ["a claim of another type", "postern", undefined],
    ["a ServiceAccount alone", account, undefined],
    ["a Pod", { ...account, pod: reference, node: reference }, undefined],
    ["a Secret", { ...account, secret: reference }, undefined],
    ["the kind in another case", { ...account, ValidatingWebhookConfiguration: reference }, undefined],
    [
      "both kinds",
      { validatingwebhookconfiguration: reference, mutatingwebhookconfiguration: reference, attestations },
      "malformed",
    ],
    ["null", { validatingwebhookconfiguration: null, attestations }, "malformed"],
    ["a name alone", { validatingwebhookconfiguration: "postern", attestations }, "malformed"],
    ["no name", { validatingwebhookconfiguration: { uid: "1" }, attestations }, "malformed"],
    ["an empty name", { validatingwebhookconfiguration: { name: "", uid: "1" }, attestations }, "malformed"],
    ["a list of names", { validatingwebhookconfiguration: { name: ["a"], uid: "1" }, attestations }, "malformed"],
    ["no uid", { mutatingwebhookconfiguration: { name: "postern" }, attestations }, "malformed"],
    ["no attestations", { mutatingwebhookconfiguration: reference }, "malformed"],
    ["no group", groups([]), "malformed"],
    ["two groups", groups(["apps", "batch"]), "malformed"],
    ["an empty group", groups([""]), "malformed"],
    ["a group of another type", groups([1]), "malformed"],
    ["groups that are no list", groups("apps"), "malformed"],
  ])("%s", (_, claim, expected) => {
    expect(registrationClaim(claim)).toEqual(expected);
  });

  function groups(admissionReviewAPIGroups: unknown): unknown {
    return { validatingwebhookconfiguration: reference, attestations: { admissionReviewAPIGroups } };
  }
});
