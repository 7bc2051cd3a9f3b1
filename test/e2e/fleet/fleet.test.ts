import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BAD_TOKEN, FleetBed, type FleetRun } from "./FleetBed.ts";

const CONTEXTS = 40;

let bed: FleetBed;
let rendered: FleetRun;

beforeAll(async () => {
  bed = await FleetBed.start(CONTEXTS);
  rendered = await bed.render();
  const apply = ["apply", "--server-side", "--field-manager=postern", "-k", join(bed.folder, "registrations/prod-1")];
  const { code, stderr } = await bed.cluster.kubectl(apply);
  expect([code, stderr]).toEqual([0, ""]);
});
afterAll(() => bed?.stop());

/** Results by cluster, from the table. */
function resultsIn({ out }: FleetRun): ReadonlyMap<string, string> {
  const lines = out.split("\n").filter((line) => line.startsWith("prod-"));
  return new Map(lines.map((line) => line.split(/ {2,}/)).map(([cluster = "", , result = ""]) => [cluster, result]));
}

function expectUnreached(run: FleetRun): void {
  const results = resultsIn(run);
  expect([...results.keys()]).toEqual([...bed.contexts.keys()]);
  for (const [kind, result, says] of [
    ["closed port", "unreachable", /connection refused$/],
    ["black hole", "unreachable", /no answer within \d+ m?s$/],
    ["bad credentials", "refused", /401 Unauthorized/],
  ] as const)
    for (const name of bed.of(kind)) {
      expect([name, results.get(name)]).toEqual([name, result]);
      expect(run.out.split("\n").find((line) => line.startsWith(`${name} `))).toMatch(says);
    }
  expect(run.out + run.err).not.toContain(BAD_TOKEN);
}

describe("40 contexts, of which 12 cannot be used", () => {
  it("render --all writes a folder for each cluster, and nothing in a second run", async () => {
    expect([rendered.code, readdirSync(join(bed.folder, "registrations")).length]).toEqual([0, CONTEXTS]);
    const { code, out } = await bed.render();
    expect([code, out]).toEqual([0, `${CONTEXTS} clusters: 0 created, 0 updated, ${CONTEXTS} unchanged\n`]);
  });

  it("kustomize builds each folder: the objects of its file", async () => {
    for (const name of ["prod-1", "prod-40"]) {
      const folder = join(bed.folder, "registrations", name);
      const { code, stdout } = await bed.cluster.kubectl(["kustomize", folder]);
      expect(code).toBe(0);
      const kinds = (text: string): string[] => (text.match(/^kind: \w+$/gm) ?? []).sort();
      expect(kinds(stdout)).toEqual(kinds(readFileSync(join(folder, "registrations.yaml"), "utf8")));
      expect(stdout).toContain(`/c/${name}/validate/default`);
    }
  });

  it("kustomize builds the overlay that infra/gitops describes", async () => {
    const readme = readFileSync(new URL("../../../infra/gitops/README.md", import.meta.url), "utf8");
    const [, overlay = ""] = /```yaml\n(# overlays\/.*?)```/s.exec(readme) ?? [];
    const folder = join(bed.folder, "overlays/prod-1");
    mkdirSync(folder, { recursive: true });
    const text = overlay.replace("name: postern", "name: fleet").replaceAll("prod-eu-1", "prod-1");
    writeFileSync(join(folder, "kustomization.yaml"), text);
    const { code, stdout } = await bed.cluster.kubectl(["kustomize", folder]);
    expect([code, stdout.match(/example\.com\/owner: platform/g)]).toEqual([0, ["example.com/owner: platform"]]);
  });

  it("render --all --diff finds the one cluster that has what was rendered, and says which cannot be compared", async () => {
    const run = await bed.diff();
    expect(run.code).toBe(2);
    expectUnreached(run);
    const results = resultsIn(run);
    for (const name of bed.of("real"))
      expect([name, results.get(name)]).toEqual([name, name === "prod-1" ? "same" : "different"]);
    expect(run.out).toContain("registered there, so check the context: prod-1; ");
    expect(run.out).toMatch(/^40 clusters: 1 same, 27 different, 8 unreachable, 4 refused$/m);
  });

  it("doctor --all finds the one cluster that is well, and exits with the worst", async () => {
    const run = await bed.doctor();
    expect(run.code).toBe(3);
    expectUnreached(run);
    const results = resultsIn(run);
    // The registrations of prod-1 are in the API server that all contexts lead to.
    for (const name of bed.of("real"))
      expect([name, results.get(name)]).toEqual([name, name === "prod-1" ? "ok" : "error"]);
  });
});
