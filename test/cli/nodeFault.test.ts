import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { MIN_NODE, nodeFault } from "../../src/cli/nodeFault.ts";

it.each(["22.12.0", "22.13.1", "23.0.0", "24.21.0", "100.0.0"])("nodeFault accepts Node %s", (version) => {
  expect(nodeFault(version)).toBeUndefined();
});

it.each(["22.11.9", "22.2.0", "20.20.2", "18.0.0", "8.17.0"])(
  "nodeFault names Node %s and the version that is needed",
  (version) => {
    expect(nodeFault(version)).toBe(`postern needs Node 22.12 or later, and this is Node ${version}`);
  },
);

it("MIN_NODE is the engine of package.json", () => {
  expect(manifest.engines.node).toBe(`>=${MIN_NODE}`);
});
