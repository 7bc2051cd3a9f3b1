import { nativePolicies } from "../../../native/nativePolicies.ts";
import { chosenGateFile } from "../../gate/chosenGateFile.ts";
import { loadGate } from "../../gate/loadGate.ts";
import { settingsForCluster } from "../../gate/settingsForCluster.ts";
import { EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { registrationYaml } from "../registrationYaml.ts";
import { nativeText } from "./nativeText.ts";

/** Options of `postern render --native`, as they are given. */
export interface NativeOptions {
  readonly gate?: string;
  readonly cluster: string;
  readonly output: "yaml" | "json";
  readonly native?: boolean;
}

/**
 * Prints the ValidatingAdmissionPolicies of a gate for a cluster, and on standard error how much of each policy they have.
 * Resolves to the exit code; undefined without `--native`. Throws `CliError`.
 */
export async function runNative(terminal: Terminal, options: NativeOptions): Promise<number | undefined> {
  if (options.native !== true) return undefined;
  const gate = await loadGate(chosenGateFile(options.gate));
  const settings = await settingsForCluster(gate, options.cluster);
  const forms = nativePolicies(gate, settings);
  const objects = forms.flatMap((form) => form.objects);
  if (options.output === "json") {
    const policies = forms.map(({ policy, native, reasons }) => ({ policy, native, reasons }));
    terminal.stdout.write(`${JSON.stringify({ apiVersion: "v1", kind: "List", items: objects, policies }, null, 2)}\n`);
    return EXIT_OK;
  }
  terminal.stdout.write(
    registrationYaml(objects, [
      `Native forms of the policies of the gate ${gate.name} for the cluster ${options.cluster}. Apply with:`,
      "  kubectl apply --server-side --field-manager=postern -f -",
      "The API server judges by them itself, also while the gate cannot be reached.",
    ]),
  );
  terminal.stderr.write(nativeText(forms));
  return EXIT_OK;
}
