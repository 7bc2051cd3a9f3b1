import { askApiServer } from "../../../doctor/preflight/askApiServer.ts";
import { checkUrl } from "../../../doctor/preflight/checkUrl.ts";
import { viewUrl } from "../../../doctor/preflight/viewUrl.ts";
import { callHttp } from "../../../http/callHttp.ts";
import { ignoredProxy } from "../../../http/ignoredProxy.ts";
import { KubernetesClient } from "../../../kubernetes/KubernetesClient.ts";
import { parseBundle } from "../../../trust/bundle.ts";
import { resolveAddresses } from "../../../trust/probe/viewEndpoint.ts";
import { parseGateUrl } from "../../render/parseGateUrl.ts";
import { readCaBundle } from "../../render/readCaBundle.ts";
import { EXIT_ERRORS, EXIT_OK, EXIT_WARNINGS } from "../../terminal/exitCode.ts";
import { jsonText } from "../../terminal/jsonLine.ts";
import { StepLine } from "../../terminal/progress/StepLine.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { untilSignal } from "../../terminal/untilSignal.ts";
import type { PreflightOptions } from "./checkPreflightOptions.ts";
import { preflightReport } from "./preflightReport.ts";
import { printPreflight } from "./printPreflight.ts";

const EXITS = { ok: EXIT_OK, warning: EXIT_WARNINGS, error: EXIT_ERRORS } as const;

/** Checks a URL before it is registered, and prints the report. Resolves to the exit code, which follows from the worst finding. Throws `CliError`. */
export async function runPreflight(
  terminal: Terminal,
  options: PreflightOptions & { readonly preflight: string },
): Promise<number> {
  const url = parseGateUrl(options.preflight, "--preflight");
  const ca = options.ca === undefined ? undefined : await readCaBundle(options.ca, Date.now());
  for (const warning of ca?.warnings ?? []) terminal.stderr.write(`postern: warning: ${warning}\n`);
  const roots = ca === undefined ? undefined : parseBundle(ca.pem, "--ca");
  const client = options.context === undefined ? undefined : await KubernetesClient.create(options);
  const note = ignoredProxy(terminal.env, [url]);
  if (note !== undefined) terminal.stderr.write(`postern: ${note}\n`);
  const steps = new StepLine(terminal);
  const view = await untilSignal((signal) =>
    viewUrl(url, {
      now: Date.now,
      call: callHttp,
      resolve: resolveAddresses,
      signal,
      cluster: options.cluster,
      roots,
      askApiServer:
        client === undefined
          ? undefined
          : () => askApiServer(client.ask.bind(client), { url, roots, now: Date.now, signal }),
      progress: (step) => steps.show(step),
    }),
  );
  steps.clear();
  const report = preflightReport(view, checkUrl(view));
  if (options.output === "json") terminal.stdout.write(jsonText(report));
  else printPreflight(terminal, report);
  return EXITS[report.result];
}
