import { existsSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { isJsonObject } from "../../protocol/Json.ts";

/** Why a file is no manifest. `render` names the folder that another tool makes manifests of. */
export interface NotManifest {
  readonly reason: string;
  readonly render?: { readonly tool: "helm" | "kustomize"; readonly folder: string };
}

/** API groups of files that a tool reads. No API server has them. */
const TOOL_GROUPS: ReadonlyMap<string, string> = new Map([
  ["kustomize.config.k8s.io", "a file of Kustomize"],
  ["builtin", "a file of Kustomize"],
  ["skaffold", "a file of Skaffold"],
  ["kind.x-k8s.io", "a file of kind"],
  ["k3d.io", "a file of k3d"],
  ["ctlptl.dev", "a file of ctlptl"],
  ["eksctl.io", "a file of eksctl"],
  ["minikube.sigs.k8s.io", "a file of minikube"],
  ["kops.k8s.io", "a file of kOps"],
  ["backstage.io", "a file of Backstage"],
  ["kubeadm.k8s.io", "a file of kubeadm"],
  ["kubelet.config.k8s.io", "a configuration of the kubelet"],
  ["kubeproxy.config.k8s.io", "a configuration of kube-proxy"],
  ["kubescheduler.config.k8s.io", "a configuration of the scheduler"],
  ["apiserver.config.k8s.io", "a configuration of the API server"],
  ["apiserver.k8s.io", "a configuration of the API server"],
  ["audit.k8s.io", "a configuration of the API server"],
  ["client.authentication.k8s.io", "a credential of kubectl"],
  ["config.k8s.io", "a file of a tool"],
]);

/** `kind` and `apiVersion` as keys, in YAML or JSON. */
const OBJECT_KEYS = /(?:^|[\s{,'"])(?:apiVersion|kind)['"]?[ \t]*:/m;
const HELM_VALUES = /^values[^/]*\.(?:ya?ml|json)$/i;

/** Why a file is no manifest, by its place: the files of a Helm chart that are not below `templates`. */
export function notManifestByName(path: string, hasChart: boolean): NotManifest | undefined {
  if (!hasChart) return undefined;
  const name = basename(path);
  if (name === "Chart.yaml") return { reason: "the metadata of a Helm chart" };
  if (HELM_VALUES.test(name)) return { reason: "the values of a Helm chart" };
  return undefined;
}

/** The chart whose template a file is, when it has actions (`{{ … }}`); undefined for any other file. */
export function helmTemplate(path: string, text: string): NotManifest | undefined {
  if (!text.includes("{{")) return undefined;
  const folders = dirname(path).split(sep);
  // The outermost chart: its templates include those of the charts below it.
  const index = folders.findIndex((name, at) => name === "templates" && isChart(folderOf(path, folders.slice(0, at))));
  if (index < 0) return undefined;
  let chart = folders.slice(0, index);
  while (chart.at(-2) === "charts" && isChart(folderOf(path, chart.slice(0, -2)))) chart = chart.slice(0, -2);
  return { reason: "a template of a Helm chart", render: { tool: "helm", folder: folderOf(path, chart) } };
}

function folderOf(path: string, parts: readonly string[]): string {
  return parts.join(sep) || (path.startsWith(sep) ? sep : ".");
}

function isChart(folder: string): boolean {
  return existsSync(join(folder, "Chart.yaml"));
}

/**
 * The command that makes manifests of the folder, for people; empty when the file needs none. `review` is the command that
 * judges them.
 */
export function howToRender({ render }: NotManifest, review = "postern review -"): string {
  if (render === undefined) return "";
  const folder = shellWord(render.folder);
  return render.tool === "helm"
    ? `render it first: helm template ${folder} | ${review}`
    : `build it first: kustomize build ${folder} | ${review}`;
}

/** A text as one word for a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whether a text can hold an object at all: it has one of the keys that every object needs. */
export function mentionsObject(text: string): boolean {
  return OBJECT_KEYS.test(text);
}

/** What a document is instead of an object for an API server: a file of a tool. Undefined for an object. */
export function toolFile(object: unknown): string | undefined {
  if (!isJsonObject(object) || typeof object.apiVersion !== "string") return undefined;
  // A kubeconfig.
  if (object.apiVersion === "v1" && object.kind === "Config" && "clusters" in object) return "a kubeconfig";
  const [group = ""] = object.apiVersion.split("/", 1);
  return object.apiVersion.includes("/") || group === "builtin" ? TOOL_GROUPS.get(group) : undefined;
}

/**
 * Whether a document of a file that was found in a folder is something other than an object: it lacks apiVersion and
 * kind, or lacks one of them and has no metadata, as `Chart.yaml` and Helm values do.
 */
export function isOtherDocument(value: unknown): boolean {
  if (!isJsonObject(value)) return true;
  const has = (key: string): boolean => typeof value[key] === "string" && value[key] !== "";
  if (has("apiVersion") && has("kind")) return false;
  return (!has("apiVersion") && !has("kind")) || !isJsonObject(value.metadata);
}
