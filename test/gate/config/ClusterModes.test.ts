import { expect, it } from "vitest";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import { ClusterModes } from "../../../src/gate/config/ClusterModes.ts";
import { readStaging } from "../../../src/gate/config/readStaging.ts";
import type { StageDefinition } from "../../../src/gate/config/Stage.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { policy } from "../../../src/policy/define/policy.ts";

const NAMES = ["p", "q"];
const NOW = Date.parse("2026-12-01T00:00:00Z");

type Settings = Pick<Cluster, "mode" | "modes" | "namespaces">;
type LooseStage = Omit<StageDefinition, "policies"> & { readonly policies?: readonly string[] };

function named(name: string) {
  return policy({ name, match: { resources: ["pods"] }, validate: () => undefined });
}

function modesOf(settings: Settings, stages: readonly LooseStage[]): ClusterModes {
  const staging = readStaging(
    { policies: NAMES.map(named), stages: stages.map((stage) => ({ policies: ["p"], ...stage })) },
    ["prod-1", "dev-1"],
  );
  return new ClusterModes("clusters.prod-1", settings, staging.stagesOf("prod-1"));
}

const past = { mode: "warn", since: "2026-11-01" } as const;
const later = { mode: "enforce", since: "2026-11-15" } as const;
const planned = { mode: "warn", since: "2026-12-02" } as const;
const team = { names: ["team-*"] };

it.each<[what: string, settings: Settings, stages: readonly LooseStage[], mode: Mode]>([
  ["nothing", {}, [], "enforce"],
  ["the cluster's mode", { mode: "warn" }, [], "warn"],
  ["the cluster's mode for the policy, before its mode", { mode: "warn", modes: { p: "audit" } }, [], "audit"],
  ["another policy's mode", { mode: "warn", modes: { q: "audit" } }, [], "warn"],
  ["a namespace's mode, before the cluster's", { mode: "warn", namespaces: [{ ...team, mode: "audit" }] }, [], "audit"],
  [
    "a namespace's mode, before the cluster's for the policy",
    { modes: { p: "audit" }, namespaces: [{ ...team, mode: "warn" }] },
    [],
    "warn",
  ],
  [
    "a namespace's mode for the policy, before its mode",
    { namespaces: [{ ...team, mode: "warn", modes: { p: "audit" } }] },
    [],
    "audit",
  ],
  [
    "the first of two namespaces that match",
    {
      namespaces: [
        { names: ["team-a"], mode: "audit" },
        { ...team, mode: "warn" },
      ],
    },
    [],
    "audit",
  ],
  [
    "the second of two namespaces, where the first has no mode for the policy",
    {
      namespaces: [
        { names: ["team-a"], modes: { q: "audit" } },
        { ...team, mode: "warn" },
      ],
    },
    [],
    "warn",
  ],
  ["another namespace's mode", { mode: "warn", namespaces: [{ names: ["dev-?"], mode: "audit" }] }, [], "warn"],
  ["a stage that has begun, before everything", { mode: "audit", modes: { p: "audit" } }, [later], "enforce"],
  ["a stage before a namespace's mode", { namespaces: [{ ...team, modes: { p: "audit" } }] }, [past], "warn"],
  ["the stage that began last", {}, [past, later], "enforce"],
  ["the stage that began last, in the other order", {}, [later, past], "enforce"],
  ["a stage that lowers what an earlier one raised", {}, [{ ...past, since: "2026-11-20" }, later], "warn"],
  ["the strictest of stages that began together", {}, [{ ...past, since: later.since }, later], "enforce"],
  ["a stage that begins now", {}, [{ mode: "warn", since: "2026-12-01" }], "warn"],
  ["a stage that begins in a second", {}, [{ mode: "warn", since: "2026-12-01T00:00:01Z" }], "audit"],
  ["a stage that begins now in another zone", {}, [{ mode: "warn", since: "2026-12-01T05:30:00+05:30" }], "warn"],
  [
    "a stage at midnight in the west, which is later",
    {},
    [{ mode: "warn", since: "2026-12-01T00:00:00-05:00" }],
    "audit",
  ],
  ["a planned stage: nobody is denied before it", {}, [planned], "audit"],
  ["a planned stage, with a mode of the cluster", { mode: "enforce" }, [planned], "audit"],
  ["a planned stage, with a mode for the policy", { modes: { p: "enforce" } }, [planned], "enforce"],
  ["a planned stage, with a namespace's mode", { namespaces: [{ ...team, mode: "enforce" }] }, [planned], "audit"],
  [
    "a planned stage, with a namespace's mode for the policy",
    { modes: { p: "audit" }, namespaces: [{ ...team, modes: { p: "warn" } }] },
    [planned],
    "warn",
  ],
  ["a planned stage after one that has begun", {}, [past, { ...planned, mode: "enforce" }], "warn"],
  ["a stage of the namespace", {}, [{ ...later, namespaces: ["team-*"] }], "enforce"],
  ["a stage of another namespace", { mode: "audit" }, [{ ...later, namespaces: ["dev-*"] }], "audit"],
  ["a planned stage of another namespace", {}, [{ ...planned, namespaces: ["dev-*"] }], "enforce"],
  ["a stage of another cluster", { mode: "audit" }, [{ ...later, clusters: ["dev-*"] }], "audit"],
  ["a stage of clusters by a pattern", { mode: "audit" }, [{ ...later, clusters: ["prod-*"] }], "enforce"],
  ["a stage of another policy", { mode: "audit" }, [{ ...later, policies: ["q"] }], "audit"],
  ["a stage of all policies", { mode: "audit" }, [{ ...later, policies: ["*"] }], "enforce"],
  [
    "a later stage for one namespace, after one for all",
    {},
    [later, { mode: "audit", since: "2026-11-20", namespaces: ["team-a"] }],
    "audit",
  ],
])("the mode in the namespace team-a is decided by %s", (_what, settings, stages, mode) => {
  expect(modesOf(settings, stages).modeIn("p", "team-a", NOW)).toBe(mode);
});

it.each<[what: string, settings: Settings, stages: readonly LooseStage[], mode: Mode]>([
  ["is in no namespace", { mode: "warn", namespaces: [{ names: ["*"], mode: "audit" }] }, [], "warn"],
  ["has a stage of no namespace", { mode: "warn" }, [{ ...later, namespaces: ["*"] }], "warn"],
  ["has a stage of all", { mode: "warn" }, [later], "enforce"],
])("a cluster-scoped object %s", (_what, settings, stages, mode) => {
  expect(modesOf(settings, stages).modeIn("p", "", NOW)).toBe(mode);
});

it("the mode changes in the second in which a stage begins", () => {
  const modes = modesOf({}, [past, { mode: "enforce", since: "2026-12-24T18:00:00+01:00" }]);
  const since = Date.parse("2026-12-24T17:00:00Z");
  expect([since - 1, since, since + 1].map((now) => modes.modeIn("p", "team-a", now))).toEqual([
    "warn",
    "enforce",
    "enforce",
  ]);
});

/** The rules of the table of ClusterModes, one after the other, for all combinations. */
it("every combination of the settings has the mode that the table of ClusterModes says", () => {
  const some = [undefined, "enforce", "warn", "audit"] as const;
  const dates = [undefined, "2026-11-01", "2026-12-02"] as const;
  let combinations = 0;
  for (const mode of some)
    for (const own of some)
      for (const here of some)
        for (const hereOwn of some)
          for (const staged of ["enforce", "warn", "audit"] as const)
            for (const since of dates)
              for (const isHere of [true, false]) {
                const namespace = { ...team, ...(here && { mode: here }), ...(hereOwn && { modes: { p: hereOwn } }) };
                const settings: Settings = {
                  ...(mode && { mode }),
                  ...(own && { modes: { p: own } }),
                  ...(here || hereOwn ? { namespaces: [namespace] } : {}),
                };
                const stage = { mode: staged, namespaces: [isHere ? "team-a" : "dev-a"] };
                const stages = since === undefined ? [] : [{ ...stage, since }];
                const isBegun = isHere && since === dates[1];
                const isPlanned = isHere && since === dates[2];
                const expected = isBegun
                  ? staged
                  : isPlanned
                    ? (hereOwn ?? own ?? "audit")
                    : (hereOwn ?? here ?? own ?? mode ?? "enforce");
                const modes = modesOf(settings, stages);
                expect(modes.modeIn("p", "team-a", NOW)).toBe(expected);
                // The registration is rendered once, and must not let through what is enforced anywhere.
                if (expected === "enforce") expect(modes.strictest("p")).toBe("enforce");
                combinations += 1;
              }
  expect(combinations).toBe(4 ** 4 * 3 * 3 * 2);
});

it.each<[length: number, mode: Mode]>([
  [63, "warn"],
  [64, "enforce"],
  [300, "enforce"],
])("a name of %i characters, which no namespace has beyond 63, has the mode %s", (length, mode) => {
  const modes = modesOf({ namespaces: [{ ...team, mode: "warn" }] }, []);
  expect(modes.modeIn("p", "team-".padEnd(length, "a"), NOW)).toBe(mode);
  const staged = modesOf({ modes: { p: "enforce" } }, [{ ...past, namespaces: ["team-*"] }]);
  expect(staged.modeIn("p", "team-".padEnd(length, "a"), NOW)).toBe(mode);
});

it.each<[what: string, settings: Settings, stages: readonly LooseStage[], mode: Mode]>([
  ["a planned stage that enforces", { mode: "warn" }, [past, { mode: "enforce", since: "2027-01-01" }], "enforce"],
  ["only stages that warn", { mode: "enforce" }, [past], "warn"],
  ["stages in some namespaces only", { mode: "enforce" }, [{ ...past, namespaces: ["dev-*"] }], "enforce"],
  ["a namespace that enforces", { mode: "audit", namespaces: [{ names: ["prod"], mode: "enforce" }] }, [], "enforce"],
  ["a mode for the policy before its stages", { modes: { p: "enforce" } }, [planned], "enforce"],
  ["nothing stricter than audit", { mode: "audit" }, [{ mode: "audit", since: "2026-01-01" }], "audit"],
])("the strictest mode of a policy with %s", (_what, settings, stages, mode) => {
  expect(modesOf(settings, stages).strictest("p")).toBe(mode);
});

it.each<[what: string, define: () => unknown, fault: string]>([
  [
    "a namespace pattern that matches none",
    () => modesOf({ namespaces: [{ names: ["Team"], mode: "warn" }] }, []),
    'clusters.prod-1.namespaces[0].names has "Team", which matches no namespace',
  ],
  [
    "an element without modes",
    () => modesOf({ namespaces: [team] }, []),
    "clusters.prod-1.namespaces[0] has neither a mode nor modes",
  ],
  [
    "an element without names",
    () => modesOf({ namespaces: [{ names: [], mode: "warn" }] }, []),
    "clusters.prod-1.namespaces[0].names: expected a list of at least one",
  ],
])("ClusterModes refuses %s", (_what, define, fault) => {
  expect(define).toThrow(fault);
});
