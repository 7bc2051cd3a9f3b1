import { describe, expect, it } from "vitest";
import { ocsfFormat } from "../../../src/records/export/ocsfFormat.ts";
import { testDecision } from "../chain/testChain.ts";

const eventOf = (number: number, decision: object = {}) =>
  JSON.parse(
    ocsfFormat.line({
      seq: number,
      prev: "0".repeat(64),
      at: "2026-01-02T03:04:05.678Z",
      decision: { ...testDecision(number), ...decision },
    }),
  );

describe("an OCSF event", () => {
  it("has every attribute that API Activity requires", () => {
    const event = eventOf(3);
    // https://schema.ocsf.io/1.5.0/classes/api_activity: required attributes of the class and of its objects.
    expect(event).toMatchObject({
      activity_id: 1,
      actor: { user: { name: expect.any(String) } },
      api: { operation: "create" },
      category_uid: 6,
      class_uid: 6003,
      metadata: { version: "1.5.0", product: { vendor_name: "Postern" }, profiles: ["security_control"] },
      severity_id: 2,
      src_endpoint: { name: "production" },
      time: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      type_uid: 600_301,
    });
  });

  it("says what was decided", () => {
    expect(eventOf(3)).toMatchObject({ status_id: 2, action_id: 2, disposition_id: 2, status_code: "403" });
    expect(eventOf(4)).toMatchObject({ status_id: 1, action_id: 1, disposition_id: 1, severity_id: 1 });
    expect(eventOf(4)).not.toHaveProperty("status_code");
  });

  it.each([
    ["CREATE", 1],
    ["UPDATE", 3],
    ["DELETE", 4],
    ["CONNECT", 99],
    ["UNKNOWN", 0],
  ])("for %s has the activity %i", (operation, activity) => {
    const event = eventOf(4, { request: { ...testDecision(4).request, operation } });
    expect(event).toMatchObject({ activity_id: activity, type_uid: 600_300 + activity });
  });

  it("has an actor also where users are not recorded, or hashed", () => {
    expect(eventOf(4, { user: {} }).actor).toEqual({ app_name: "kube-apiserver" });
    expect(eventOf(4, { user: { nameHash: "x", groupHashes: ["y"] } }).actor).toEqual({
      user: { uid: "x", groups: [{ uid: "y" }] },
    });
  });
});
