import type { TierResult } from "../../../src/identity/Identity.ts";
import type { StartedTier } from "../../../src/identity/IdentityTier.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { callWith, identityHost } from "./identityHost.ts";

/** What the Worker is asked. */
export interface WorkerQuestion {
  readonly cluster: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly token: string;
}

/** What it answers. */
export interface WorkerReply {
  readonly result: TierResult;
  readonly isSynchronous: boolean;
}

let started: StartedTier | undefined;

/** A Worker with the tier `jwt`, which fetches keys with the `fetch` of workerd. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { cluster, settings, token }: WorkerQuestion = await request.json();
    started ??= jwt().start(identityHost({ fetch }));
    const tier = started.forCluster(cluster, settings);
    await tier.identify(callWith(token));
    const again = tier.identify(callWith(token));
    const reply: WorkerReply = { result: await again, isSynchronous: !(again instanceof Promise) };
    return Response.json(reply);
  },
};
