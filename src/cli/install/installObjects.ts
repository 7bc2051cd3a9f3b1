import type { Scope } from "./expression/Expression.ts";
import { evaluateTemplates } from "./expression/Template.ts";
import { inApplyOrder } from "./output/inApplyOrder.ts";
import { installTemplates } from "./source/installTemplates.ts";

/** The objects of a config, in the order in which `kubectl apply` takes them. */
export function installObjects(scope: Scope): object[] {
  return inApplyOrder(evaluateTemplates(installTemplates(), scope));
}
