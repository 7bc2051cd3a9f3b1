import { describe, expect, it } from "vitest";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { podSecurityByLabel } from "../../../src/policies/pod-security/podSecurityByLabel.ts";
import { renderRegistrations } from "../../../src/registration/render/renderRegistrations.ts";
import { matchesSelector } from "./matchesSelector.ts";

const KEY = "pod-security.kubernetes.io/enforce";

describe("podSecurityByLabel", () => {
  it.each<
    [label: string | undefined, unlabelled: "privileged" | "baseline" | "restricted" | undefined, entries: string[]]
  >([
    [undefined, undefined, []],
    [undefined, "privileged", []],
    [undefined, "baseline", ["baseline"]],
    [undefined, "restricted", ["restricted"]],
    ["privileged", undefined, []],
    ["privileged", "baseline", []],
    ["privileged", "restricted", []],
    ["baseline", undefined, ["baseline"]],
    ["baseline", "baseline", ["baseline"]],
    ["baseline", "restricted", ["baseline"]],
    ["restricted", undefined, ["restricted"]],
    ["restricted", "baseline", ["restricted"]],
    ["restricted", "restricted", ["restricted"]],
    // No level: restricted, as in the API server. A namespace with two levels meets both.
    ["Restricted", undefined, ["restricted"]],
    ["other", "baseline", ["baseline", "restricted"]],
    ["other", "restricted", ["restricted"]],
  ])("asks of a namespace with the label %s, and %s without it: %s", (label, unlabelled, levels) => {
    const { entries } = podSecurityByLabel(unlabelled === undefined ? {} : { unlabelled });
    const labels = label === undefined ? {} : { [KEY]: label };
    const asked = Object.entries(entries).filter(([, { namespaceSelector }]) =>
      matchesSelector(namespaceSelector, labels),
    );
    expect(asked.map(([name]) => name)).toEqual(levels.map((level) => `pod-security-${level}`));
  });

  it("is rendered as one webhook for each level", async () => {
    const gate = defineGate({ ...podSecurityByLabel({ version: "v1.31" }), clusters: {} });
    const settings = { cluster: "c", modeOf: (): "enforce" => "enforce", paramsOf: () => ({}) };
    const { objects } = await renderRegistrations(gate, settings);
    const webhooks = objects.flatMap((object) => ("webhooks" in object ? object.webhooks : []));
    const levels = webhooks.filter(({ name }) => name.startsWith("pod-security-"));
    expect(levels.map(({ namespaceSelector }) => namespaceSelector.matchExpressions)).toEqual([
      [{ key: KEY, operator: "In", values: ["baseline"] }],
      [
        { key: KEY, operator: "Exists" },
        { key: KEY, operator: "NotIn", values: ["privileged", "baseline"] },
      ],
    ]);
  });

  it("refuses another level", () => {
    const wrong = { unlabelled: "none" } as unknown as Parameters<typeof podSecurityByLabel>[0];
    expect(() => podSecurityByLabel(wrong)).toThrow('options.unlabelled is "none"');
  });

  it.each<[options: unknown, message: string]>([
    [null, "options is not an object"],
    [{ name: "pods" }, "options.name is that of each level; remove it"],
    [{ level: "restricted" }, "options.level is that of each level; remove it"],
    [{ levels: {} }, "options.levels is unknown"],
  ])("refuses %j", (options, message) => {
    expect(() => podSecurityByLabel(options as Parameters<typeof podSecurityByLabel>[0])).toThrow(message);
  });
});
