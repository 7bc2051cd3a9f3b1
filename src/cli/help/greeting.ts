import type { FolderView } from "./FolderView.ts";

/** A command to run next, and what it does. */
interface NextStep {
  readonly run: string;
  readonly does: string;
}

/** So many next steps are printed. */
const STEPS = 3;
/** The gates that commands take without `--gate`. */
const DEFAULT_GATES: readonly string[] = ["functions/gate.ts", "gate.ts"];

/**
 * What `postern` prints without arguments: what it is, and the next things to do in this folder. `commands` are the names
 * of the commands that it has: fewer in the container image.
 */
export function greeting(version: string, commands: readonly string[], folder: FolderView): string {
  const known = stepsFor(folder).filter(({ run }) => commands.includes(run.split(" ")[0] ?? ""));
  const lines = known
    .slice(0, STEPS)
    .flatMap(({ run, does }, index) => [`  ${index + 1}. ${does}`, `     $ postern ${run}`]);
  return [
    `postern ${version}: a Kubernetes admission gate. Policies in TypeScript, judged`,
    "outside the cluster.",
    "",
    `${where(folder)}. What to do next:`,
    "",
    ...lines,
    "",
    "postern help lists all commands, postern help COMMAND has examples.",
    "",
  ].join("\n");
}

function where({ gate, sync }: FolderView): string {
  if (gate !== undefined) return `The gate of this folder is ${gate}`;
  return sync === undefined ? "This folder has no gate" : `This folder has no gate, and a config of the sync, ${sync}`;
}

/** The steps in the order of their use. Those of commands that are not there are left out later. */
function stepsFor({ gate, sync, manifests = "." }: FolderView): NextStep[] {
  const config = sync ?? "sync.yaml";
  const inCluster = [
    { run: `doctor --config ${config}`, does: "check the registrations of the current cluster" },
    { run: `sync --config ${config} --dry-run`, does: "print what the sync would write" },
    { run: "doctor --preflight https://gate.example.com", does: "check a URL before it is registered" },
  ];
  if (gate === undefined && sync !== undefined) return inCluster;
  if (gate === undefined)
    return [
      { run: "init", does: "make a project: a gate, its tests and its deployment" },
      { run: "new policy require-team", does: `write one policy with its tests, and a gate in ${DEFAULT_GATES[0]}` },
      { run: "review --use deny-labels .", does: "judge the manifests of this folder by a built-in policy" },
      { run: "explain", does: "list the built-in policies" },
      ...inCluster,
    ];
  const option = DEFAULT_GATES.includes(gate) ? "" : ` --gate ${gate}`;
  return [
    { run: `test${option}`, does: "run the tests of its policies" },
    { run: `review${option} --cluster NAME ${manifests}`, does: "judge the manifests of this folder" },
    {
      run: `render${option} --cluster NAME --url https://GATE`,
      does: "print the registrations of a cluster",
    },
  ];
}
