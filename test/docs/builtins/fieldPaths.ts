import type { LocalVerdict } from "../../../src/cli/gate/judgeReviewLocally.ts";
import { formatPath } from "../../../src/policy/define/formatPath.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import type { Validation } from "../../../src/policy/validations/Validation.ts";
import { fieldOf } from "../../../src/policy/validations/ValidationTree.ts";
import { validatorOf } from "../../../src/policy/validations/validations.ts";
import { isJsonObject } from "../../../src/protocol/Json.ts";

/** Updates of a whole object are compared by its name. No policy judges the name itself. */
const IDENTITY = "metadata.name";

/**
 * The fields that a policy judges: of its validations, and of what it says of examples. For a mutator, the fields that it sets
 * in the examples. `others` are those that neither shows. `[]` is any item of a list.
 */
export function fieldPaths(policy: Policy, verdicts: readonly LocalVerdict[], others: readonly string[]): string[] {
  const params = policy.params?.parse(undefined);
  const declared = (validatorOf(policy.validate)?.validations ?? []).flatMap((it) =>
    (it.cases?.(params) ?? [undefined]).map((current) => anyItem(pathOf(it, current))),
  );
  const said = verdicts.flatMap(({ policies }) =>
    policies.flatMap(({ findings }) =>
      findings.flatMap(({ at, message }) => [at ?? "", ...(/^[a-z][\w.[\]-]*(?=: )/.exec(message) ?? [])]),
    ),
  );
  const set = verdicts.flatMap(({ patch }) =>
    patch.flatMap((operation) =>
      leavesOf(pointerPath(operation.path), "value" in operation ? operation.value : undefined),
    ),
  );
  const paths = [...declared, ...[...said, ...set].map(anyItem), ...others];
  return [...new Set(paths.filter((path) => path !== "" && path !== IDENTITY))].sort();
}

function pathOf(validation: Validation, current: unknown): string {
  const parts = validation.steps.map(({ kind, keys }) => {
    const path = kind === "containers" ? "spec.containers" : keys.join(".");
    return kind === "containers" || kind === "list" ? `${path}[]` : path;
  });
  const field = formatPath(fieldOf(validation, current));
  return [...parts, ...(field === "" ? [] : [field])].join(".");
}

/** A path of an example without its indices, as of a Pod and of its containers of any kind. */
function anyItem(path: string): string {
  return path
    .replaceAll(/\[\d+\]/g, "[]")
    .replace(/^spec\.(?:initContainers|ephemeralContainers)(?=\[)/, "spec.containers")
    .replace(/^(metadata\.(?:labels|annotations))\b.*$/, "$1")
    .replace(/^(spec\.nodeSelector)\b.*$/, "$1")
    .replace(/^(spec\.containers\[\]\.resources\.(?:limits|requests))\b.*$/, "$1");
}

/** A JSON pointer as a path. */
function pointerPath(pointer: string): string {
  return pointer
    .slice(1)
    .split("/")
    .map((key) => (/^(?:\d+|-)$/.test(key) ? "[]" : `.${key.replaceAll("~1", "/").replaceAll("~0", "~")}`))
    .join("")
    .slice(1);
}

/** The paths of the values in a value, without those below the items of a list. */
function leavesOf(path: string, value: unknown): string[] {
  const members = isJsonObject(value) && !path.endsWith("[]") ? Object.entries(value) : [];
  return members.length === 0 ? [path] : members.flatMap(([key, it]) => leavesOf(`${path}.${key}`, it));
}
