import type { PolicyContext } from "../../../policy/define/PolicyContext.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import type { Validation } from "../../../policy/validations/Validation.ts";
import { ValidationRun } from "../../../policy/validations/ValidationRun.ts";
import { validationTree } from "../../../policy/validations/ValidationTree.ts";
import { validatorOf } from "../../../policy/validations/validations.ts";

/** Notes which validations of policies found a fault. */
export class WatchedValidations {
  readonly #found = new Map<string, Set<number>>();

  /** A policy that does the same, and is watched. A policy without validations is returned as it is. */
  watch(policy: Policy): Policy {
    const validator = validatorOf(policy.validate);
    if (validator === undefined) return policy;
    const found = new Set<number>();
    this.#found.set(policy.name, found);
    const trees = validator.validations.map((validation) => validationTree([validation]));
    const { exemptImages } = validator.settings;
    const validate = (ctx: PolicyContext<unknown, unknown, unknown>): unknown => {
      const findings = validator(ctx);
      // An object that is exempt has none.
      if (!Array.isArray(findings) || findings.length === 0) return findings;
      const settings = { isWarning: false, exemptImages: exemptImages?.(ctx.params) ?? [], ending: "" };
      for (const [index, tree] of trees.entries())
        if (new ValidationRun(ctx, tree, settings).findings().length > 0) found.add(index);
      return findings;
    };
    const { validations, settings } = validator;
    return Object.freeze({ ...policy, validate: Object.assign(validate, { validations, settings }) });
  }

  /** The validations of a policy that found nothing, by the places that they judge. */
  silent(policy: Policy): string[] {
    const found = this.#found.get(policy.name);
    const validations = validatorOf(policy.validate)?.validations ?? [];
    return numbered(validations.map(placeText)).filter((_, index) => found?.has(index) !== true);
  }
}

/** `containers[].securityContext.privileged`; `(object)` for a validation of the whole object. */
function placeText({ steps, at, group }: Validation): string {
  const parts = steps.map(({ kind, keys }) => {
    if (kind === "containers") return "containers[]";
    return `${keys.join(".")}${kind === "list" ? "[]" : kind === "map" ? "{}" : ""}`;
  });
  const place = [...parts, ...(at === undefined ? [] : [at])].join(".");
  return `${place === "" ? "(object)" : place}${group === undefined ? "" : ` (${group})`}`;
}

/** Equal texts are told apart by their place in the list: `spec #2`. */
function numbered(texts: readonly string[]): string[] {
  const count = new Map<string, number>();
  return texts.map((text) => {
    const number = (count.get(text) ?? 0) + 1;
    count.set(text, number);
    return texts.indexOf(text) === texts.lastIndexOf(text) ? text : `${text} #${number}`;
  });
}
