import { registrationYaml } from "../../render/registrationYaml.ts";
import { identityOf } from "./inApplyOrder.ts";
import { WRITTEN_BY } from "./writeFolder.ts";

/** A file for each kind, by name. `kubectl apply -f FOLDER` reads them in the order of the objects. */
export function filesByKind(objects: readonly object[]): Readonly<Record<string, string>> {
  const kinds = Map.groupBy(objects, (object) => identityOf(object).kind);
  return Object.fromEntries(
    [...kinds].map(([kind, all], index) => [
      `${String(index).padStart(2, "0")}-${kind.toLowerCase()}.yaml`,
      registrationYaml(all, [WRITTEN_BY]),
    ]),
  );
}
