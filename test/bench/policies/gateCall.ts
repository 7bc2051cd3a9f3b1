import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import { benchPath } from "../gate/benchReview.ts";
import { silentLog } from "../gate/benchRun.ts";

/** A call of a gate in process, with a review as its body. */
export function gateCall(policies: readonly Policy[], review: string): () => Promise<string> {
  const app = createGate(defineGate({ policies, clusters: { bench: { identity: "none" } } }), {
    now: Date.now,
    log: silentLog,
  });
  const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(review)) };
  return async () => {
    const response = await app.fetch(
      new Request(`https://localhost${benchPath}`, { method: "POST", headers, body: review }),
    );
    return response.text();
  };
}
