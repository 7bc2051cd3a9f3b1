import { capability } from "../../../src/identity/capability/capability.ts";
import { jsonLog } from "../../../src/telemetry/jsonLog.ts";

/** What the test asks: a capability for a ServiceAccount token, or who calls with a capability. */
export interface WorkerQuestion {
  readonly keys: string;
  readonly nowMs: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly authorization?: string;
  readonly audience?: string;
  readonly token?: string;
}

/** Answers each question with the result of the tier for the cluster `production`, and the log. */
export default {
  async fetch(request: Request): Promise<Response> {
    const question: WorkerQuestion = await request.json();
    const { keys, nowMs, settings, authorization = null, audience, token } = question;
    const lines: string[] = [];
    const now = (): number => nowMs;
    const log = jsonLog((line) => lines.push(line), now);
    const env = { POSTERN_CAPABILITY_KEYS: keys };
    const tier = capability()
      .start({ now, log, fetch, env, hasRegistration: () => true })
      .forCluster("production", settings);
    if (audience !== undefined)
      return Response.json({ result: await tier.issue?.({ authorization, audience }), lines });
    const call = { url: "https://gate.example.com/c/production/validate", authorization, token };
    const result = await tier.identify({
      ...call,
      purpose: "validate",
      certificate: () => undefined,
      isHostKnown: true,
      isKnownOnly: false,
    });
    return Response.json({ result, lines });
  },
};
