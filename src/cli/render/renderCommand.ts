import { existsSync } from "node:fs";
import type { Gate } from "../../gate/config/defineGate.ts";
import { lintRegistrations } from "../../registration/lint/lintRegistrations.ts";
import { renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { loadGate } from "../gate/loadGate.ts";
import { settingsForCluster } from "../gate/settingsForCluster.ts";
import { readReviews } from "../manifests/readReviews.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK, EXIT_UNUSABLE } from "../terminal/exitCode.ts";
import { formatFault } from "../terminal/InputFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { lintMutators, type Sample } from "./lintMutators.ts";
import { parseGateUrl } from "./parseGateUrl.ts";
import { printLints } from "./printLints.ts";
import { readCaBundle } from "./readCaBundle.ts";
import { registrationYaml } from "./registrationYaml.ts";
import { renderDiff } from "./renderDiff.ts";

/** Options of `postern render`. */
export interface RenderOptions {
  readonly gate?: string;
  readonly cluster: string;
  readonly url: string;
  readonly ca?: string;
  readonly output: "yaml" | "json";
  readonly sample: readonly string[];
  readonly nodes: number;
  readonly diff?: boolean;
  readonly sync?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** The gate of the project that one stands in. */
const PROJECT_GATE = "functions/gate.ts";

/** Prints a cluster's registrations, or how a running cluster's differ. Resolves to the exit code; throws {@link CliError}. */
export async function renderCommand(terminal: Terminal, options: RenderOptions): Promise<number> {
  const { cluster, output, diff = false } = options;
  if (!diff && (options.context !== undefined || options.kubeconfig !== undefined))
    throw new CliError("usage", "--context and --kubeconfig go with --diff");
  const url = parseGateUrl(options.url);
  const gate = await loadGate(gateFile(options.gate));
  const settings = await settingsForCluster(gate, cluster);
  const bundle = options.ca === undefined ? undefined : await readCaBundle(options.ca, Date.now());
  const { samples, isReadable } = await readSamples(terminal, options.sample);
  if (!isReadable) return EXIT_UNUSABLE;
  const lints = [
    ...(bundle?.doubts ?? []).map(
      (message) => ({ code: "doubtful-ca", severity: "warning", place: "--ca:", message }) as const,
    ),
    ...lintRegistrations(gate, settings, options.nodes),
    ...(await lintMutators(gate, settings, samples)),
  ];
  printLints(terminal, output, lints);
  if (lints.some(({ severity }) => severity === "error")) return EXIT_UNUSABLE;
  const endpoint = { url, ...(bundle === undefined ? {} : { ca: bundle.pem }) };
  const { objects } = await renderRegistrations(gate, settings, endpoint, { sync: options.sync === true });
  if (diff) return renderDiff(terminal, { gate, cluster, objects, output, ...clusterOptions(options) });
  terminal.stdout.write(
    output === "json"
      ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }, null, 2)}\n`
      : registrationYaml(objects, header(gate, cluster, options.ca !== undefined)),
  );
  return EXIT_OK;
}

function gateFile(gate: string | undefined): string {
  if (gate !== undefined) return gate;
  if (existsSync(PROJECT_GATE)) return PROJECT_GATE;
  throw new CliError("usage", `nothing to render: there is no ${PROJECT_GATE} here; name a gate with --gate FILE`);
}

function clusterOptions({ context, kubeconfig }: RenderOptions): { context?: string; kubeconfig?: string } {
  return { ...(context === undefined ? {} : { context }), ...(kubeconfig === undefined ? {} : { kubeconfig }) };
}

async function readSamples(
  terminal: Terminal,
  paths: readonly string[],
): Promise<{ samples: Sample[]; isReadable: boolean }> {
  if (paths.length === 0) return { samples: [], isReadable: true };
  const { reviews, faults } = await readReviews(paths, "CREATE", terminal.stdin);
  for (const fault of faults) terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
  const samples = reviews.map(({ file, line, review }) => ({ review, name: `${file}:${line}` }));
  return { samples, isReadable: faults.length === 0 };
}

/** What to do with the output, for whoever reads it. */
function header({ name }: Gate, cluster: string, pinned: boolean): string[] {
  return [
    `Registrations of the gate ${name} for the cluster ${cluster}. To apply them as they are:`,
    "  kubectl apply --server-side --field-manager=postern -f -",
    "--force-conflicts takes fields that others wrote: an old kubectl apply a CRD's conversion, a sync the url.",
    pinned
      ? "Trust: the roots in caBundle. Something has to keep them in step with what the gate serves."
      : "Trust: the roots of the API server's own host, for there is no caBundle.",
    "A sync that owns url and caBundle, and a GitOps tool that applies this, must not fight over them:",
    "  Argo CD  ignoreDifferences on .webhooks[].clientConfig.url and .caBundle, with RespectIgnoreDifferences=true",
    "  Flux     spec.ignore of the Kustomization with /webhooks/N/clientConfig/url; what is not in here it leaves alone",
    "The README's section on registrations has both in full.",
  ];
}
