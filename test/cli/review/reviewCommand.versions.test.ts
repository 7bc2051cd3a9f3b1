import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const gate = fixture("gates/versionsGate.ts");
const folder = new InputFolder();
afterAll(() => folder.remove());

/** Runs `postern review` with JSON output. Resolves to the exit code, and to the result and message of each object. */
async function review(path: string, cluster = "local"): Promise<{ code: number; results: string[] }> {
  const { code, out } = await runPostern(["review", "--gate", gate, "--cluster", cluster, "--output", "json", path]);
  const results = out
    .trim()
    .split("\n")
    .map((line) => {
      const { result, message } = JSON.parse(line);
      return `${result} ${message}`.trim();
    });
  return { code, results };
}

const hpa = (version: string, name: string, spec: string, annotations = "{}"): string =>
  folder.write(
    `${version}-${name}.yaml`,
    `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: {name: ${name}, annotations: ${annotations}}\nspec: ${spec}\n`,
  );
const memory = `'[{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":20}}]'`;
const target = "hpa-cpu-target: a target below 50 % wastes machines";
const widget = (version: string, spec: string): string =>
  folder.write(
    `widget-${version}.yaml`,
    `apiVersion: example.com/${version}\nkind: Widget\nmetadata: {name: w}\nspec: ${spec}\n`,
  );
const gadget = folder.write("gadget.yaml", "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\n");
const otherVersion =
  "gadgets: the policy judges gadgets in example.com/v2, and not in example.com/v1; review the object in a version that it judges";

it.each<[what: string, path: string, code: number, results: string[]]>([
  [
    "an autoscaler in v2 and in v1 alike",
    fixture("manifests/autoscalerVersions.yaml"),
    1,
    [`denied ${target}`, `denied ${target}`],
  ],
  [
    "an autoscaler in v1 whose annotation has a metric",
    hpa("v1", "annotated", "{maxReplicas: 3}", `{autoscaling.alpha.kubernetes.io/metrics: ${memory}}`),
    1,
    [`denied ${target}`],
  ],
  ["an autoscaler in v1 that is allowed", hpa("v1", "good", "{targetCPUUtilizationPercentage: 80}"), 0, ["allowed"]],
  [
    "an autoscaler by policies on v2 and on any version, each in its own",
    hpa("v1", "refused", "{targetCPUUtilizationPercentage: 10}"),
    1,
    [`denied hpa-name: refused in v1\n${target}`],
  ],
  ["a custom resource, converted by the gate", widget("v1", "{size: 11}"), 1, ["denied narrow: wider than 10"]],
  ["a custom resource in the hub", widget("v2", "{width: 9}"), 0, ["allowed"]],
  ["a custom resource that the gate does not convert", gadget, 1, [`denied ${otherVersion}`]],
  [
    "a resize of requests to zero",
    fixture("manifests/resizeToZero.yaml"),
    1,
    ["denied require-resources: container 'c' must set spec.containers[0].resources.requests.cpu"],
  ],
])("postern review judges %s", async (_what, path, code, results) => {
  const found = await review(path);
  expect(found.code).toBe(code);
  expect(found.results.map((it) => it.split("\nrequire-resources")[0])).toEqual(results);
});

it("postern review never says that an object is allowed when a policy does not judge its version", async () => {
  expect(await review(gadget, "lenient")).toEqual({ code: 1, results: ["not judged"] });
});
