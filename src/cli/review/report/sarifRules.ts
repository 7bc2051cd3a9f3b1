import type { BuiltinDoc } from "../../../policies/catalogue/BuiltinDoc.ts";
import type { ClusterSettings } from "../../../policy/define/ClusterSettings.ts";
import type { Mode } from "../../../policy/define/Mode.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import { type FindingLevel, GATE_RULE } from "./reportedFindings.ts";
import { shownLine, shownText } from "./shownText.ts";

const LEVELS: Readonly<Record<Mode, FindingLevel>> = { enforce: "error", warn: "warning", audit: "note" };

/** The policies of a gate as rules of SARIF (`reportingDescriptor`), and after them the gate itself. */
export function sarifRules(
  policies: readonly Policy[],
  settings: ClusterSettings,
  docs: readonly BuiltinDoc[],
): Record<string, unknown>[] {
  return [...policies.map((policy) => sarifRule(policy, settings.modeOf(policy.name), docs)), gateRule()];
}

function sarifRule(policy: Policy, mode: Mode, docs: readonly BuiltinDoc[]): Record<string, unknown> {
  const { name, description = "" } = policy;
  // A policy of one's own may have the name of a built-in.
  const doc = docs.find((it) => it.description === description);
  const short = shownLine(description === "" ? name : description);
  const full = [description === "" ? name : `${description}.`, doc?.about ?? ""].filter((it) => it !== "").join(" ");
  const lines = [...(doc === undefined ? [] : [doc.why]), `It judges ${judgedText(policy)}.`, `Its mode is ${mode}.`];
  const more = doc === undefined ? [] : [`postern explain ${doc.name} shows what passes and what does not.`];
  return {
    id: name,
    shortDescription: { text: short },
    fullDescription: { text: shownText(full) },
    help: { text: shownText([...lines, ...more].join("\n")), markdown: markdownOf([...lines, ...more]) },
    defaultConfiguration: { level: LEVELS[mode] },
    properties: {
      tags: ["kubernetes", "policy"],
      mode,
      ...(policy.version === undefined ? {} : { version: policy.version }),
    },
  };
}

function gateRule(): Record<string, unknown> {
  const text = "The gate denies the object in the name of no policy, such as a self-test.";
  return {
    id: GATE_RULE,
    shortDescription: { text },
    fullDescription: { text },
    help: { text, markdown: text },
    defaultConfiguration: { level: "error" },
  };
}

/** `pods and Pod templates (CREATE, UPDATE)`. */
function judgedText({ match }: Policy): string {
  const { resources, operations = ["CREATE", "UPDATE"], podTemplates = false } = match;
  const what = [resources.join(", "), ...(podTemplates === false ? [] : ["Pod templates"])].join(" and ");
  return `${what} (${operations.join(", ")})`;
}

function markdownOf(lines: readonly string[]): string {
  return lines.map((line) => shownText(line).replace(/[\\`*_{}[\]<>#|]/g, "\\$&")).join("\n\n");
}
