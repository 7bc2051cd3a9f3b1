import { describe, expect, it } from "vitest";
import { auditLines, denialLines } from "../../../src/protocol/review/denialLines.ts";
import { denied, type PolicyFinding, type PolicyVerdict } from "../../../src/protocol/review/Verdict.ts";

const said = (policy: string, mode: PolicyVerdict["mode"], ...findings: PolicyFinding[]): PolicyVerdict => ({
  policy,
  mode,
  result: "judged",
  findings,
});

describe("denialLines", () => {
  it("names the policy of each denial, once", () => {
    const policies = [
      said("a", "enforce", { effect: "deny", message: "one" }, { effect: "warn", message: "two" }),
      said("b", "enforce", { effect: "deny", message: "one" }, { effect: "deny", message: "one" }),
      said("c", "enforce", { effect: "existing", message: "three" }),
    ];
    expect(denialLines({ ...denied("a: one\nb: one"), policies })).toEqual(["a: one", "b: one"]);
  });

  it("is the message of a denial without policies, and empty for an allowed verdict", () => {
    expect(denialLines(denied("too large"))).toEqual(["too large"]);
    expect(denialLines({ allowed: true, patch: [], policies: [], warnings: [], auditAnnotations: {} })).toEqual([]);
  });
});

describe("auditLines", () => {
  it("has each effect of policies in mode audit, and nothing of other modes", () => {
    expect(
      auditLines([
        said("a", "audit", { effect: "would-deny", message: "one" }, { effect: "would-warn", message: "two" }),
        said("b", "audit", { effect: "would-patch", message: "add /x" }),
        said("c", "warn", { effect: "would-patch", message: "add /y" }, { effect: "warn", message: "three" }),
        said("d", "enforce", { effect: "deny", message: "four" }),
      ]),
    ).toEqual(["would-deny a: one", "would-warn a: two", "would-patch b: add /x"]);
  });
});
