import { isAbsolute, posix } from "node:path";
import { projectGate } from "../../gate/chosenGateFile.ts";
import { loadGate } from "../../gate/loadGate.ts";
import { settingsForCluster } from "../../gate/settingsForCluster.ts";
import { tierNames } from "../../gate/tierNames.ts";
import { CliError } from "../../terminal/CliError.ts";
import { checkTogether } from "../../terminal/checkTogether.ts";
import { EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { parseGateUrl } from "../parseGateUrl.ts";
import { registrationYaml } from "../registrationYaml.ts";
import { type AdmissionFiles, admissionConfiguration, webhookKubeconfig } from "./admissionConfig.ts";
import { placementText } from "./placementText.ts";

/** Options of `postern render` for `--admission-config`, as they are given. */
export interface AdmissionOptions {
  readonly admissionConfig?: boolean;
  readonly gate?: string;
  readonly cluster: string;
  readonly url: string;
  readonly output: "yaml" | "json";
  readonly hostFolder?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly tokenFile?: string;
}

/** Beside the other files of kubeadm. */
const FOLDER = "/etc/kubernetes/postern";
const PATHS = {
  hostFolder: "--host-folder",
  clientCertificate: "--client-certificate",
  clientKey: "--client-key",
  tokenFile: "--token-file",
} as const;

/**
 * Prints the files with which an API server presents a credential to the gate, and where they go. Resolves to the exit code;
 * undefined when `--admission-config` is not given. Throws {@link CliError}.
 */
export async function runAdmissionConfig(terminal: Terminal, options: AdmissionOptions): Promise<number | undefined> {
  checkPaths(options);
  if (options.admissionConfig !== true) return undefined;
  const url = parseGateUrl(options.url);
  const files = filesOf(options);
  const hasConversions = await checkGate(options, files);
  const kubeconfig = webhookKubeconfig(url, files);
  if (options.output === "json") {
    const printed = [
      { path: files.config, content: admissionConfiguration(files) },
      { path: files.kubeconfig, content: kubeconfig },
    ];
    terminal.stdout.write(`${JSON.stringify({ files: printed }, null, 2)}\n`);
    return EXIT_OK;
  }
  terminal.stdout.write(
    registrationYaml([admissionConfiguration(files)], [files.config]) +
      registrationYaml([kubeconfig], [files.kubeconfig]),
  );
  terminal.stderr.write(placementText(files, hasConversions));
  return EXIT_OK;
}

function checkPaths(options: AdmissionOptions): void {
  for (const [name, option] of Object.entries(PATHS)) {
    const path = Object.entries(options).find(([key]) => key === name)?.[1];
    if (path === undefined) continue;
    if (options.admissionConfig !== true) throw new CliError("usage", `${option} needs --admission-config`);
    if (!isAbsolute(String(path)) || /\p{Cc}/u.test(String(path)))
      throw new CliError("usage", `${option} needs an absolute path: kube-apiserver takes no other`);
  }
  checkTogether(PATHS.clientCertificate, options.clientCertificate, PATHS.clientKey, options.clientKey);
}

function filesOf({ hostFolder = FOLDER, clientCertificate, clientKey, tokenFile }: AdmissionOptions): AdmissionFiles {
  const at = (name: string): string => posix.join(hostFolder, name);
  const hasCertificate = clientCertificate !== undefined || tokenFile === undefined;
  return {
    config: at("admission.yaml"),
    kubeconfig: at("webhooks.kubeconfig"),
    certificate: hasCertificate
      ? { file: clientCertificate ?? at("client.crt"), key: clientKey ?? at("client.key") }
      : undefined,
    token: tokenFile,
  };
}

/**
 * Checks that the cluster takes these credentials, when there is a gate file. Resolves to whether the gate has conversions; true
 * when that is not known.
 */
async function checkGate({ gate: given, cluster }: AdmissionOptions, files: AdmissionFiles): Promise<boolean> {
  const file = given ?? projectGate();
  if (file === undefined) return true;
  const gate = await loadGate(file);
  const names = tierNames(await settingsForCluster(gate, cluster));
  const check = (tier: string, what: string): void => {
    if (names.includes(tier)) return;
    const tiers = names.length === 1 ? `tier is ${names[0]}` : `tiers are ${names.join(", ")}`;
    const fault = `the cluster ${JSON.stringify(cluster)} takes no ${what} in the gate: its ${tiers}`;
    throw new CliError("usage", `${fault}; ${otherWay(names)}`);
  };
  if (files.certificate !== undefined) check("client-certificate", "client certificates");
  if (files.token !== undefined) check("jwt", "bearer tokens");
  return gate.conversions.length > 0 && !names.some((name) => name === "capability" || name === "none");
}

/** What to do for a cluster that does not take the credential. */
function otherWay(names: readonly string[]): string {
  if (names.includes("jwt")) return "give --token-file PATH and no --client-certificate";
  if (names.includes("client-certificate")) return "leave out --token-file";
  return "its API server presents nothing, so it needs no --admission-config";
}
