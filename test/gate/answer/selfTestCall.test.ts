import { describe, expect, it } from "vitest";
import { selfTestCall } from "../../../src/gate/answer/selfTestCall.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { reviewCall, testGate } from "../gateCall.ts";

const JWT = { tier: "jwt", issuer: "https://issuer.example.com", subjects: ["api"] } as const;
const gate = defineGate({
  policies: [denyLabels()],
  clusters: { "first-one": { identity: "none" }, local: { identity: "none" } },
});

describe("selfTestCall", () => {
  it("makes a call that a gate answers as a self-test", async () => {
    const call = selfTestCall(gate, "nonce-1");
    const { app } = testGate({ clusters: { "first-one": { identity: "none" } } });
    const answer = await app.request(reviewCall(call.path, call.body ?? ""));
    expect(call.judge(answer.status, await answer.text())).toBeUndefined();
  });

  it("calls /healthz for a gate whose clusters are a lookup", () => {
    const call = selfTestCall(defineGate({ policies: [denyLabels()], clusters: async () => undefined }), "nonce-1");
    expect(call).toMatchObject({ path: "/healthz" });
    expect([call.judge(200, ""), call.judge(404, "")]).toEqual([undefined, "it was answered 404"]);
  });

  it.each<[identity: string, clusters: Parameters<typeof defineGate>[0]["clusters"], path: string]>([
    ["a tier", { one: { identity: [JWT] } }, "/healthz"],
    [
      "a tier, and another that takes every caller",
      { one: { identity: [JWT] }, two: { identity: "none" } },
      "/c/two/validate",
    ],
    ["every caller beside a tier", { one: { identity: [JWT, { tier: "none" }] } }, "/c/one/validate"],
  ])("never calls for a cluster without its credential: %s", (_, clusters, path) => {
    const tiered = defineGate({ policies: [denyLabels()], tiers: [jwt()], clusters });
    expect(selfTestCall(tiered, "nonce-1").path).toBe(path);
  });

  const answer = (response: object): string => JSON.stringify({ response });
  it.each([
    [
      "an answer with the uid of another review",
      200,
      answer({ uid: "other", allowed: false, status: { message: "postern self-test reached the gate" } }),
      /not that of a self-test/,
    ],
    ["an answer that allows", 200, answer({ uid: "nonce-1", allowed: true }), /not that of a self-test/],
    [
      "a denial by a policy",
      200,
      answer({ uid: "nonce-1", allowed: false, status: { message: "no" } }),
      /not that of a self-test/,
    ],
    ["an answer that is not JSON", 200, "<html>", /not that of a self-test/],
    ["an answer with status 500", 500, "", /it was answered 500/],
  ])("judges %s as a fault", (_what, status, text, fault) => {
    expect(selfTestCall(gate, "nonce-1").judge(status, text)).toMatch(fault);
  });

  it("judges status 503 as good, because the gate was reached", () => {
    expect(selfTestCall(gate, "nonce-1").judge(503, "")).toBeUndefined();
  });
});
