import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { BuiltinDoc, BuiltinDocs } from "../../../src/policies/catalogue/BuiltinDoc.ts";
import type { CatalogueEntry } from "../../../src/policies/catalogue/CatalogueEntry.ts";
import { catalogue } from "../../../src/policies/catalogue/catalogue.ts";
import * as packs from "../../../src/policies/packs/index.ts";
import { isNode, nodesBelow } from "../SyntaxNode.ts";
import { exampleRun } from "./exampleRun.ts";
import { fieldPaths } from "./fieldPaths.ts";
import { keyOf } from "./literalOf.ts";
import { parameterDocs } from "./parameterDocs.ts";
import { listOf, SourceModule } from "./SourceModule.ts";

/** The file that `npm run docs` writes. */
export const DOCS_FILE = "src/policies/catalogue/builtins.json";

/** What is said of all built-in policies and packs, from their sources and the catalogue. `root` is the project's folder. */
export async function builtinDocs(root: string): Promise<BuiltinDocs> {
  const files = readdirSync(join(root, "src/policies"), { recursive: true, encoding: "utf8" });
  const fileOf = (name: string): string => {
    const file = files.find((it) => it.endsWith(`/${name}.ts`));
    if (file === undefined) throw new Error(`src/policies: no file is named for ${name}`);
    return file;
  };
  const builtins: BuiltinDoc[] = [];
  for (const entry of catalogue) builtins.push(await builtinDoc(root, fileOf(entry.builtin), entry));
  return {
    builtins: builtins.sort((left, right) => (left.name < right.name ? -1 : 1)),
    packs: Object.entries(packs).map(([name, make]) => ({
      name,
      about: aboutOf(new SourceModule(join(root, "src/policies", fileOf(name))), name),
      policies: make().policies.map((policy) => ({ name: policy.name, description: policy.description ?? "" })),
    })),
  };
}

/** The content of {@link DOCS_FILE}. */
export function docsText(docs: BuiltinDocs): string {
  return `${JSON.stringify(docs, null, 2)}\n`;
}

async function builtinDoc(root: string, file: string, entry: CatalogueEntry): Promise<BuiltinDoc> {
  const { builtin, make, options, why, controls, fields = [], passing, failing } = entry;
  const policy = make();
  const module = new SourceModule(join(root, "src/policies", file));
  const isMutator = policy.mutate !== undefined;
  const { verdicts, native } = await exampleRun(policy, isMutator ? passing : failing);
  const notNative = module.reasons();
  const form = native?.native ?? "no";
  const about = aboutOf(module, builtin);
  const [sentence, rest] = firstSentence(about);
  const isOfOptions = dependsOnOptions(module, builtin);
  const { resources, podTemplates } = policy.match;
  return {
    builtin,
    name: builtin.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    subject: file.split("/")[0] ?? "",
    kind: isMutator ? "mutator" : "validator",
    resources,
    podTemplates: resources.includes("pods") && podTemplates !== undefined && podTemplates !== false,
    description: isOfOptions ? sentence : (policy.description ?? ""),
    about: isOfOptions ? rest : about,
    why,
    parameters: parameterDocs(builtin, module),
    controls,
    native: form,
    reasons: form === "yes" ? [] : notNative.length > 0 ? notNative : reasonsOf(native?.reasons, isMutator),
    options,
    passing,
    failing,
    messages: isMutator ? [] : verdicts.flatMap(({ denials }) => denials),
    fields: fieldPaths(policy, verdicts, fields),
  };
}

function reasonsOf(reasons: readonly string[] | undefined, isMutator: boolean): readonly string[] {
  if (isMutator) return ["it changes objects"];
  // The page on native forms says this of all policies.
  return (reasons ?? []).filter((it) => !it.startsWith("an update that adds a fault is admitted"));
}

/** Whether the description of a policy is made of its options. */
function dependsOnOptions(module: SourceModule, builtin: string): boolean {
  return nodesBelow(module.find(builtin)?.node).some(
    (node) =>
      node.type === "Property" &&
      keyOf(node) === "description" &&
      isNode(node.value) &&
      listOf(node.value, "expressions").length > 0,
  );
}

/** The first sentence of a doc comment, without its full stop and links, and the rest. */
function firstSentence(text: string): [sentence: string, rest: string] {
  const [whole = text, sentence = text] = /^(.*?)\.(?: |$)/.exec(text) ?? [];
  return [sentence.replace(/ \(https?:[^)]*\)/, ""), text.slice(whole.length)];
}

/** What the doc comment of an export says to its users. */
function aboutOf(module: SourceModule, name: string): string {
  return module
    .paragraphsOf(module.statementOf(name))
    .filter((it) => !it.startsWith("Not native: "))
    .join(" ")
    .replaceAll(/\s*Throws `\w+`[^.]*\.(?= |$)/g, "");
}
