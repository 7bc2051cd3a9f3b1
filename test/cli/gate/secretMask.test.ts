import { describe, expect, it } from "vitest";
import { secretMask } from "../../../src/cli/gate/secretMask.ts";

const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "shop",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"old":"b2xkc2VjcmV0"}}' },
  },
  type: "Opaque",
  data: { password: "aHVudGVyMg==", line: "c3dvcmRmaXNoCg==", pin: "MTIz" },
  stringData: { quoted: 'say "xyzzy"', longer: "hunter2-extra", number: 90210 },
  unknown: { list: ["opensesame"] },
};

describe("secretMask", () => {
  it.each<[text: string, masked: string]>([
    ["the password is hunter2", "the password is (not shown)"],
    ["the password is aHVudGVyMg==", "the password is (not shown)"],
    ["hunter2-extra, then hunter2", "(not shown), then (not shown)"],
    ["swordfish and swordfish\n", "(not shown) and (not shown)"],
    ['is say \\"xyzzy\\"', "is (not shown)"],
    ["90210 is a number", "(not shown) is a number"],
    ["opensesame", "(not shown)"],
    [btoa("opensesame"), "(not shown)"],
    ["oldsecret", "(not shown)"],
    // Too short, or not secret.
    ["Opaque shop 123 Secret", "Opaque shop 123 Secret"],
  ])("of %j is %j", (text, masked) => {
    expect(secretMask([secret])(text)).toBe(masked);
  });

  it("knows the values of each Secret", () => {
    const mask = secretMask([secret, null, { data: { a: btoa("plugh") } }]);
    expect(mask("plugh hunter2")).toBe("(not shown) (not shown)");
  });

  it("leaves the text of no Secret as it is", () => {
    expect(secretMask([null])("hunter2 \0")).toBe("hunter2 \0");
  });
});
