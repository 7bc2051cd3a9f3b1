import type { Gate } from "../../gate/config/defineGate.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { printable } from "../../telemetry/printable.ts";
import { chosenGateFile } from "../gate/chosenGateFile.ts";
import { loadGate } from "../gate/loadGate.ts";
import { settingsForCluster } from "../gate/settingsForCluster.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_FAILED, EXIT_OK } from "../terminal/exitCode.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { capabilityBase } from "./capabilityBase.ts";
import { lintCluster } from "./lintCluster.ts";
import { parseGateUrl } from "./parseGateUrl.ts";
import { readCaBundle } from "./readCaBundle.ts";
import { readSamples } from "./readSamples.ts";
import { registrationYaml } from "./registrationYaml.ts";
import { renderDiff } from "./renderDiff.ts";

/** Options of `postern render`, as they are given. */
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
  readonly syncToken?: string;
  readonly withoutCapability?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Prints registrations, or how a cluster differs from them. Resolves to the exit code. Throws {@link CliError}. */
export async function runRender(terminal: Terminal, options: RenderOptions): Promise<number> {
  const { cluster, output, diff = false } = options;
  if (!diff && (options.context !== undefined || options.kubeconfig !== undefined))
    throw new CliError("usage", "--context and --kubeconfig need --diff");
  const url = parseGateUrl(options.url);
  const gate = await loadGate(chosenGateFile(options.gate));
  const settings = await settingsForCluster(gate, cluster);
  const bundle = options.ca === undefined ? undefined : await readCaBundle(options.ca, Date.now());
  const samples = await readSamples(terminal, options.sample);
  if (samples === undefined) return EXIT_FAILED;
  const ca = { place: "--ca", warnings: bundle?.warnings ?? [] };
  const lints = await lintCluster(gate, settings, { url, nodes: options.nodes, samples, ca });
  printLints(terminal, output, lints);
  if (lints.some(({ severity }) => severity === "error")) return EXIT_FAILED;
  const need = { identity: settings.identity, conversions: gate.conversions };
  const base = await capabilityBase(terminal, options, need, { url, ca: bundle?.pem });
  const endpoint = { url: base, ...(bundle === undefined ? {} : { ca: bundle.pem }) };
  const handOver = { sync: options.sync === true, roots: bundle?.fingerprints ?? [] };
  const { objects } = await renderRegistrations(gate, settings, endpoint, handOver);
  if (diff) return renderDiff(terminal, { gate, cluster, objects, output, ...clusterOptions(options) });
  terminal.stdout.write(
    output === "json"
      ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }, null, 2)}\n`
      : registrationYaml(objects, header(gate, cluster, { pinned: options.ca !== undefined, secret: base !== url })),
  );
  return EXIT_OK;
}

/** Prints lints to standard error, one on each line: text, or JSON objects with code, severity, place and message. */
function printLints(terminal: Terminal, output: "yaml" | "json", lints: readonly Lint[]): void {
  for (const lint of lints) {
    const { code, severity, place, message } = lint;
    if (output === "json") terminal.stderr.write(`${JSON.stringify({ code, severity, place, message })}\n`);
    else {
      const shown = paint(terminal, terminal.stderr, severity === "error" ? "red" : "yellow", severity);
      terminal.stderr.write(`postern: ${shown}: ${printable(`${place} ${message}`)} (${code})\n`);
    }
  }
}

function clusterOptions({ context, kubeconfig }: RenderOptions): { context?: string; kubeconfig?: string } {
  return { ...(context === undefined ? {} : { context }), ...(kubeconfig === undefined ? {} : { kubeconfig }) };
}

/** The comment above the output: how to apply it. */
function header(
  { name }: Gate,
  cluster: string,
  { pinned, secret }: { readonly pinned: boolean; readonly secret: boolean },
): string[] {
  return [
    ...(secret
      ? [
          "SECRET: each URL has a capability. Who reads it can ask the gate for verdicts as this cluster. Pipe it into",
          "kubectl, and keep it out of files, logs and Git.",
        ]
      : []),
    `Registrations of the gate ${name} for the cluster ${cluster}. Apply with:`,
    "  kubectl apply --server-side --field-manager=postern -f -",
    "--force-conflicts takes over fields of other managers: the conversion of a CRD, the url that a sync wrote.",
    pinned
      ? "Trust: the roots in caBundle. postern sync keeps them in step with the certificate of the gate."
      : "Trust: the roots of the host of the API server, because there is no caBundle.",
    "When postern sync owns url and caBundle, a GitOps tool that applies this must ignore them:",
    "  Argo CD  ignoreDifferences on .webhooks[].clientConfig.url and .caBundle, with RespectIgnoreDifferences=true",
    "  Flux     spec.ignore of the Kustomization with /webhooks/N/clientConfig/url; it keeps fields that are not in here",
    "The README in src/registration of the Postern repository describes both in full.",
  ];
}
