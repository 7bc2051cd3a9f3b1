import { describe, expect, it } from "vitest";
import { parseManifests } from "../../../src/cli/manifests/parseManifests.ts";

describe("splitList makes", () => {
  it.each<[text: string]>([
    ["apiVersion: v1\nkind: List\nitems: []\n"],
    ['{"apiVersion": "v1", "kind": "List", "items": [], "metadata": {"resourceVersion": ""}}'],
    ["apiVersion: v1\nkind: List\nitems: null\n"],
    ["apiVersion: v1\nkind: List\n"],
    ["apiVersion: v1\nkind: PodList\nitems:\n"],
    ["apiVersion: apps/v1\nkind: DeploymentList\nmetadata: {resourceVersion: '1'}\n"],
    ["apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: PodList, items: []}\n"],
  ])("no fault for a list without items: %j", (text) => {
    expect(parseManifests("x.yaml", text)).toEqual({ manifests: [], faults: [] });
  });

  it("a fault of a list without apiVersion", () => {
    const { manifests, faults } = parseManifests("x.yaml", "kind: List\n");
    const message = "has no apiVersion; every object needs apiVersion and kind";
    expect({ manifests, faults }).toMatchObject({ manifests: [], faults: [{ line: 1, message }] });
  });
});
