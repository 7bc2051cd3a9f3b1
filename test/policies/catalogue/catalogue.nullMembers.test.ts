import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { CatalogueEntry } from "../../../src/policies/catalogue/CatalogueEntry.ts";
import { catalogue } from "../../../src/policies/catalogue/catalogue.ts";
import { isJsonObject, type JsonObject } from "../../../src/protocol/Json.ts";
import { reviewOf } from "../faultsOf.ts";
import { judge } from "../judge.ts";

/* Custom resources keep null members. A policy reads one as a member that is absent, as the API server does for its own types. */

type Change = (parent: JsonObject, key: string) => void;

const setNull: Change = (parent, key) => {
  Object.assign(parent, { [key]: null });
};
const remove: Change = (parent, key) => {
  Reflect.deleteProperty(parent, key);
};

/** The paths of all members below a value. Entries of labels and annotations are texts, and have no null. */
function pathsOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = [...at, key];
    const isMap = ["labels", "annotations", "matchLabels", "nodeSelector"].includes(at.at(-1) ?? "");
    const own =
      Array.isArray(value) || isMap || ["apiVersion", "kind", "metadata", "metadata.name"].includes(path.join("."));
    return [...(own ? [] : [path]), ...pathsOf(member, path)];
  });
}

function changed(object: JsonObject, path: readonly string[], change: Change): JsonObject {
  const copy = structuredClone(object);
  let parent: unknown = copy;
  for (const key of path.slice(0, -1)) parent = Reflect.get(Object(parent), key);
  change(parent as JsonObject, path.at(-1) ?? "");
  return copy;
}

const onPods = catalogue
  .filter(({ make }) => make().mutate === undefined && make().match.resources.includes("pods"))
  .map((entry): [builtin: string, entry: CatalogueEntry] => [entry.builtin, entry]);

/** A policy that lists the members of an object counts a null one: it denies more. */
const DENIES_MORE = new Set(["limitVolumeTypes spec.volumes.0.nfs"]);

it.each(onPods)("%s judges a null member as one that is absent", async (name, { make, passing, failing }) => {
  const policy = make();
  for (const manifest of [passing, failing])
    for (const document of parseAllDocuments(manifest)) {
      const object: unknown = document.toJS();
      if (!isJsonObject(object) || object.kind === "AdmissionReview") continue;
      const paths = pathsOf(object);
      expect(paths).not.toEqual([]);
      for (const path of paths) {
        const at = path.join(".");
        if (DENIES_MORE.has(`${name} ${at}`)) continue;
        const verdicts = [setNull, remove].map(async (change) => {
          const judged = judge(policy, reviewOf(changed(object, path, change)), "validate");
          // Without its containers, no policy can judge a Pod.
          return judged.then(
            ({ allowed }) => ({ at, allowed }),
            () => ({ at, allowed: "the policy fails" }),
          );
        });
        const [withNull, without] = await Promise.all(verdicts);
        expect(withNull).toEqual(without);
      }
    }
});
