import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/reviewGate.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());
const good = folder.write("good.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: good}\n");
const review = (...args: string[]) => runPostern(["review", ...args]);

describe("postern review exits with 2, prints one line and judges nothing", () => {
  const lookup = folder.write(
    "lookup.ts",
    'import { defineGate } from "postern";\nexport default defineGate({ policies: [], clusters: async (name) => { if (name === "down") throw new Error("no network"); return undefined; } });\n',
  );
  const none = folder.write(
    "none.ts",
    'import { defineGate } from "postern";\nexport default defineGate({ policies: [], clusters: {} });\n',
  );
  it.each<[args: string[], err: string]>([
    [["--use", "nope", good], "--use nope: unknown built-in policy; postern explain lists them"],
    [
      ["--use", "add-labels", good],
      "--use add-labels: this policy needs options; add it to a gate file and use --gate",
    ],
    [
      ["--use", "inject-sidecar", good],
      "--use inject-sidecar: this policy needs options; add it to a gate file and use --gate",
    ],
    [
      ["--use", "deny-labels", "--gate", gate, good],
      "--use and --gate exclude each other; leave out --gate, or add the policies to the gate",
    ],
    [
      ["--use", "denyLabels", good],
      "--use denyLabels: unknown built-in policy (did you mean deny-labels?); postern explain lists them",
    ],
    [
      ["--use", "deny-labels", "--cluster", "prod", good],
      "--cluster needs --gate: built-in policies of --use have no clusters",
    ],
    [["--gate", "", good], "--gate: an empty path was given"],
    [
      ["--gate", gate, "--cluster", "prod", good],
      'the gate has no cluster "prod"; it has production, staging, lab, mixed',
    ],
    [
      ["--gate", gate, "--cluster", "__proto__", good],
      'the gate has no cluster "__proto__"; it has production, staging, lab, mixed',
    ],
    [["--gate", gate, good], "name the cluster with --cluster NAME; it has production, staging, lab, mixed"],
    [["--gate", lookup, good], "name the cluster with --cluster NAME"],
    [["--gate", lookup, "--cluster", "gone", good], 'the gate has no cluster "gone"'],
    [["--gate", none, good], 'the gate has no clusters; add one to it: clusters: { production: { identity: "none" } }'],
  ])("for %j", async (args, err) => {
    expect(await review(...args)).toEqual({ code: 2, out: "", err: `postern: ${err}\n` });
  });

  it("for a cluster lookup that fails, with the reason", async () => {
    const { code, out, err } = await review("--gate", lookup, "--cluster", "down", good);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^postern: the lookup of a cluster's settings failed: Error: no network\n/);
    expect(err).toMatch(/\npostern: the gate could not look up the cluster "down"\n$/);
  });
});
