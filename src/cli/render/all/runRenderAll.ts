import { chooseFleet, type FleetOptions } from "../../fleet/chooseFleet.ts";
import { chosenGateFile } from "../../gate/chosenGateFile.ts";
import { loadGate } from "../../gate/loadGate.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_DIFFERENT, EXIT_FAILED, EXIT_OK } from "../../terminal/exitCode.ts";
import { formatFault } from "../../terminal/InputFault.ts";
import { jsonText } from "../../terminal/jsonLine.ts";
import { ProgressBar } from "../../terminal/ProgressBar.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { readSamples } from "../readSamples.ts";
import { diffFleet } from "./diffFleet.ts";
import { filesReport, isDifferent, printFilesReport } from "./filesReport.ts";
import { planFiles } from "./planFiles.ts";
import { printFleetLints } from "./printFleetLints.ts";
import { renderFleet } from "./renderFleet.ts";
import { writePlan } from "./writePlan.ts";

/** Options of `postern render --all`, as they are given. */
export interface RenderAllOptions extends FleetOptions {
  readonly gate?: string;
  readonly url?: string;
  readonly ca?: string;
  readonly nodes: number;
  readonly sync?: boolean;
  readonly sample?: readonly string[];
  readonly output: "yaml" | "json";
  /** Folder of the files. Undefined: the clusters are compared. */
  readonly out?: string;
  readonly check?: boolean;
  readonly prune?: boolean;
  readonly diff?: boolean;
  readonly timeout: number;
}

/**
 * Renders the registrations of all clusters of a gate, and writes them to a folder or compares them with the running clusters.
 * Resolves to the exit code. Throws {@link CliError} and `ConfigError`.
 */
export async function runRenderAll(terminal: Terminal, options: RenderAllOptions): Promise<number> {
  const { out, check = false, prune = false } = options;
  checkOptions(options);
  const isJson = options.output === "json";
  const gate = await loadGate(chosenGateFile(options.gate));
  const { names, chosen } = await chooseFleet(gate, options);
  const samples = await readSamples(terminal, options.sample ?? []);
  if (samples === undefined) return EXIT_FAILED;
  const { url, ca, nodes, sync = false } = options;
  const bar = new ProgressBar(terminal, "clusters", chosen.length, Date.now);
  const { clusters, faults } = await renderFleet(gate, chosen, { url, ca, nodes, sync, samples }, (done) =>
    bar.show(done),
  );
  bar.clear();
  printFleetLints(terminal, clusters, isJson);
  for (const fault of faults) terminal.stderr.write(`postern: ${fault}\n`);
  const isRefused = clusters.some(({ lints }) => lints.some(({ severity }) => severity === "error"));
  if (faults.length > 0 || isRefused) return EXIT_FAILED;
  if (out === undefined) return diffFleet(terminal, gate, clusters, { timeoutMs: options.timeout * 1_000, isJson });
  const plan = await planFiles({ out, gate: gate.name, clusters, names });
  for (const fault of plan.faults) terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
  if (plan.faults.length > 0) return EXIT_FAILED;
  if (!check) await writePlan(plan, prune);
  const report = filesReport(gate.name, plan, { check, prune });
  if (isJson) terminal.stdout.write(jsonText(report));
  else printFilesReport(terminal, report, { check, prune });
  return check && isDifferent(report) ? EXIT_DIFFERENT : EXIT_OK;
}

function checkOptions({ out, diff = false, check, prune, contexts, kubeconfig }: RenderAllOptions): void {
  const fail = (fault: string): never => {
    throw new CliError("usage", fault);
  };
  if (out === undefined && !diff) fail("--all needs --out DIR, for files, or --diff, to compare with running clusters");
  if (out === "") fail("--out: an empty path was given; name a folder");
  if (out === undefined && (check || prune)) fail(`${check ? "--check" : "--prune"} needs --out`);
  if (!diff && (contexts !== undefined || kubeconfig !== undefined)) fail("--contexts and --kubeconfig need --diff");
}
