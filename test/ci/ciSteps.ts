import { type CiStep, type StepSize, step } from "./CiStep.ts";
import { clusterGroups } from "./clusterGroups.ts";

const ESSENTIAL = { isEssential: true };

function npm(script: string, ...args: readonly string[]): StepSize["command"] {
  return ["npm", "run", "--silent", script, ...(args.length > 0 ? ["--", ...args] : [])];
}

/** A benchmark: its small size within a budget, its full size without one. */
function sized(name: string, script: string, seconds: { readonly quick: number; readonly full: number }): CiStep {
  return {
    name,
    isEssential: false,
    sizes: [
      { name: "small size", command: npm(script, "--quick"), seconds: seconds.quick },
      { name: "full size", command: npm(script), seconds: seconds.full, isFull: true },
    ],
  };
}

/** Rotations under load. The number of rotations depends on the remaining time. */
function soak(): CiStep {
  const size = (rotations: number): StepSize => ({
    name: `${rotations} rotations`,
    command: npm("soak:rotation", "--rotations", String(rotations)),
    seconds: 15 + rotations * 0.2,
    isFull: rotations === 1_000,
  });
  return { name: "rotations under load", isEssential: false, sizes: [size(40), size(100), size(200), size(1_000)] };
}

/**
 * The steps of continuous integration after `npm ci`, in their order: first the essential steps, then the others, those
 * with the most use per second first. Seconds are durations on the reference machine.
 */
export function ciSteps(): readonly CiStep[] {
  const [core, ...others] = clusterGroups();
  const cluster = ({ files }: { readonly files: readonly string[] }): StepSize["command"] =>
    npm("test:cluster", ...files);
  return [
    step("npm test", 530, ["npm", "test"], ESSENTIAL),
    step("lint", 4, npm("lint"), ESSENTIAL),
    step("types", 6, npm("types"), ESSENTIAL),
    step("build: package and bundles", 10, npm("build"), ESSENTIAL),
    step(
      "the OpenAPI document and the generated checks are up to date",
      1,
      ["git", "diff", "--exit-code", "--stat", "--", "src/gate", "src/protocol/review"],
      ESSENTIAL,
    ),
    step("wrangler deploy --dry-run", 6, ["npx", "wrangler", "deploy", "--dry-run"], ESSENTIAL),
    step("osls package", 15, npm("package:lambda"), ESSENTIAL),
    step("build: the control plane for tests", 420, npm("build:cluster"), ESSENTIAL),
    step(`npm run test:cluster, ${core.name} suites`, core.seconds, cluster(core), ESSENTIAL),
    step("from an empty folder to a refused Pod", 45, npm("quickstart")),
    step("npm run test:long", 290, npm("test:long")),
    ...others.map((group) => step(`npm run test:cluster, ${group.name} suites`, group.seconds, cluster(group))),
    step("strangers beside real reviews", 100, npm("soak:hostile", "--quick")),
    step("kills of gates that record", 30, npm("soak:records", "--quick")),
    step("benchmark", 75, npm("bench", "--quick")),
    step("tests of the Pod runner", 60, [
      "bash",
      "-c",
      "cd test/cluster/controlplane && go vet -trimpath ./podrunner && go test -trimpath ./podrunner",
    ]),
    step("checks of the cert-manager module", 20, [
      "bash",
      "-c",
      "cd test/cluster/certmanager && go vet -trimpath . && go mod tidy -diff",
    ]),
    soak(),
    sized("rotation benchmark", "bench:rotation", { quick: 80, full: 600 }),
    sized("fleet benchmark", "bench:fleet", { quick: 8, full: 60 }),
    sized("benchmark of all clusters", "bench:contexts", { quick: 45, full: 60 }),
    sized("sync benchmark", "bench:sync", { quick: 40, full: 300 }),
    sized("cluster benchmark", "bench:cluster", { quick: 10, full: 90 }),
  ];
}
