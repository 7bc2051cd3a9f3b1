import { Option } from "commander";

const CONTEXT = "context of the kubeconfig (default: the current one)";
const IN_CLUSTER = "kubeconfig file (default: KUBECONFIG, ~/.kube/config, the ServiceAccount of the Pod)";

/** `--output text|json`: for commands that print a report or a log. */
export function outputOption(): Option {
  return new Option("--output <format>", "text for people, json for machines")
    .choices(["text", "json"])
    .default("text");
}

/** `--context`: the cluster of a kubeconfig. `condition` begins the description. */
export function contextOption(condition = ""): Option {
  return new Option("--context <name>", `${condition}${CONTEXT}`);
}

/** `--kubeconfig`: for commands that also run in a Pod. */
export function kubeconfigOption(): Option {
  return new Option("--kubeconfig <file>", IN_CLUSTER);
}
