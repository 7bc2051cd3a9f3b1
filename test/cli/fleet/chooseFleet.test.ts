import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chooseFleet, chosenOf, type FleetOptions } from "../../../src/cli/fleet/chooseFleet.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());
const NONE = { identity: "none" } as const;
const TABLE = { clusters: { "prod-10": NONE, "prod-2": NONE, staging: NONE } };
const LOOKUP = { clusters: async () => NONE };
const namesOf = async (options: FleetOptions, gate: Parameters<typeof chooseFleet>[0] = TABLE) =>
  (await chooseFleet(gate, options)).chosen.map(({ name }) => name);

describe("chooseFleet", () => {
  it("takes the clusters of a table, sorted with their numbers, each with the context of its name", async () => {
    const { names, chosen } = await chooseFleet(TABLE, {});
    expect([...names]).toEqual(["prod-10", "prod-2", "staging"]);
    expect(chosen.map(({ name, context }) => [name, context])).toEqual([
      ["prod-2", "prod-2"],
      ["prod-10", "prod-10"],
      ["staging", "staging"],
    ]);
  });

  it("takes a part with --only, and still knows all names", async () => {
    const { names, chosen } = await chooseFleet(TABLE, { only: ["prod-*", "staging"] });
    expect([names.size, chosen.length]).toEqual([3, 3]);
    expect(await namesOf({ only: ["prod-*"] })).toEqual(["prod-2", "prod-10"]);
    await expect(namesOf({ only: ["prd-*"] })).rejects.toThrow(
      '--only "prd-*" names none of the clusters; there are prod-10, prod-2, staging',
    );
  });

  it("refuses a cluster of --clusters that the table does not have", async () => {
    const clusters = folder.write("more.yaml", "clusters: { prod-2: , prod-3: }");
    await expect(namesOf({ clusters })).rejects.toThrow(
      `${clusters}: clusters.prod-3: the gate has no cluster "prod-3"; there are prod-10, prod-2, staging`,
    );
  });

  it("takes the clusters of --clusters, or of the folder clusters, for a gate that looks them up", async () => {
    const clusters = folder.write("fleet.yaml", "clusters: { b: { context: at-b }, a: }");
    expect(await namesOf({ clusters }, LOOKUP)).toEqual(["a", "b"]);
    await expect(insideFolder(folder.path, () => namesOf({}, LOOKUP))).rejects.toThrow(
      "--all: the gate looks its clusters up, so it cannot list them; name them with --clusters PATH: expected a file with a mapping",
    );
    mkdirSync(join(folder.path, "clusters"));
    await expect(insideFolder(folder.path, () => namesOf({}, LOOKUP))).rejects.toThrow("cannot list them");
    folder.write("clusters/c.yaml", "");
    expect(await insideFolder(folder.path, () => namesOf({}, LOOKUP))).toEqual(["c"]);
    // A GitOps repository has a folder of this name too.
    expect(await insideFolder(folder.path, () => namesOf({}))).toEqual(["prod-2", "prod-10", "staging"]);
  });

  it("refuses a table without clusters, and a name that is no name of a folder", async () => {
    await expect(namesOf({}, { clusters: {} })).rejects.toThrow("--all: the gate has no clusters");
    await expect(namesOf({}, { clusters: { "../up": NONE } })).rejects.toThrow(/"\.\.\/up": expected a name/);
  });
});

describe("chosenOf", () => {
  const contexts = (clusters: Parameters<typeof chosenOf>[0], options: FleetOptions) =>
    chosenOf(clusters, options).map(({ context, kubeconfig }) => [context, kubeconfig]);

  it("takes the own context, then --contexts, then the current one of an own kubeconfig, then the name", () => {
    const clusters = [{ name: "a", context: "own" }, { name: "b" }, { name: "c", kubeconfig: "c.yaml" }];
    expect(contexts(clusters, { contexts: "admin@{cluster}.{cluster}", kubeconfig: "all.yaml" })).toEqual([
      ["own", "all.yaml"],
      ["admin@b.b", "all.yaml"],
      ["admin@c.c", "c.yaml"],
    ]);
    expect(contexts(clusters, {})).toEqual([
      ["own", undefined],
      ["b", undefined],
      [undefined, "c.yaml"],
    ]);
  });

  it("refuses --contexts without {cluster}, and one context for two clusters", () => {
    expect(() => contexts([{ name: "a" }], { contexts: "prod" })).toThrow("--contexts needs {cluster}");
    expect(() => contexts([{ name: "a", context: "b" }, { name: "b" }], {})).toThrow(
      'the clusters a and b have the same context "b"; give each its own',
    );
    const apart = [
      { name: "a", context: "x", kubeconfig: "1" },
      { name: "b", context: "x", kubeconfig: "2" },
    ];
    expect(contexts(apart, {})).toHaveLength(2);
  });
});
