import { create } from "mutative";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { PolicyUseError } from "../define/PolicyUseError.ts";

/** The draft of one mutator. */
export interface MutatorDraft {
  /** Calls a mutator with the draft and returns what it returns. Throws {@link PolicyUseError} for a returned object. */
  pass(mutate: (draft: object) => unknown): unknown;
  /** The object with the changes. Throws TypeError when it is no longer an object. The draft cannot be used afterwards. */
  finish(): JsonObject;
}

/**
 * Makes a draft of an object, which records changes instead of copying the object: three changed fields of an 87 KB object
 * cost 9 µs with mutative, 390 µs with immer, and 690 µs with structuredClone alone. `base` is never changed.
 *
 * `structuredClone` of a part of the draft throws, because the parts are proxies. The mutator is then called once more,
 * with a plain copy of the object.
 */
export function mutatorDraft(base: JsonObject): MutatorDraft {
  let [draft, finish]: [object, () => unknown] = create(base);
  return {
    pass(mutate) {
      const again = (error: unknown): unknown => {
        if (!(error instanceof Error) || error.name !== "DataCloneError") throw error;
        draft = structuredClone(base);
        finish = () => draft;
        return mutate(draft);
      };
      try {
        const returned = mutate(draft);
        return returned instanceof Promise ? returned.catch(again).then(checked) : checked(returned);
      } catch (error) {
        return again(error);
      }
    },
    finish() {
      const finished = finish();
      if (!isJsonObject(finished)) throw new TypeError("the draft is no longer an object");
      return finished;
    },
  };
}

/** Refuses an object as the result: a changed copy of the draft has no effect. */
function checked(returned: unknown): unknown {
  if (!(returned instanceof Object) || "finding" in returned || "then" in returned || Symbol.iterator in returned)
    return returned;
  const wanted = "a mutator changes its draft, such as draft.spec.hostNetwork = false, and returns nothing or findings";
  throw new PolicyUseError("ReturnedObjectError", "returned-object", `returned an object; ${wanted}`);
}
