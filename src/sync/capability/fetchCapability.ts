import * as z from "zod/mini";
import type { CallHttp, HttpAnswer } from "../../http/callHttp.ts";
import { HttpCallError } from "../../http/HttpCallError.ts";
import { CapabilityError } from "./CapabilityError.ts";
import { capabilityTimes, payloadOf } from "./capabilityTimes.ts";
import { tokenFault } from "./tokenFault.ts";

/** How a capability is fetched. */
export interface CapabilityFetch {
  /** The base URL of the gate, without a capability. */
  readonly url: string;
  readonly cluster: string;
  /** The token of the sync's ServiceAccount, for the audience `URL/token`. */
  readonly serviceAccountToken: string;
  /** The trusted roots in PEM. Undefined: the public CAs that come with Node. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly call: CallHttp;
}

/** The answer has a token of at most 512 characters and three times. */
const MAX_BYTES = 8_192;
const seconds = z.int().check(z.nonnegative());
const answerSchema = z.object({
  // As in src/protocol/gateUrl.ts.
  token: z.string().check(z.maxLength(512), z.regex(/^\w[\w.-]*$/)),
  issuedAt: seconds,
  expiresAt: seconds,
  renewAt: seconds,
});

/**
 * Exchanges the token of a ServiceAccount for a capability: `POST URL/token/CLUSTER`. The token is sent only when the gate at
 * this URL is its audience, so that no config can send another token, or this one elsewhere. Resolves to the capability.
 * Rejects with {@link CapabilityError}, whatever is answered.
 */
export async function fetchCapability(fetch: CapabilityFetch): Promise<string> {
  const { url, cluster, ca, timeoutMs, call } = fetch;
  const token = fetch.serviceAccountToken.trim();
  const fault = tokenFault(token, `${url}/token`);
  if (fault !== undefined) throw new CapabilityError(`the token of the ServiceAccount ${fault}`);
  const answer = await call({
    url: `${url}/token/${encodeURIComponent(cluster)}`,
    method: "POST",
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    body: "",
    timeoutMs,
    maxBytes: MAX_BYTES,
    ...(ca === undefined ? {} : { ca }),
  }).catch((error: unknown): never => {
    throw new CapabilityError(error instanceof HttpCallError ? error.message : "the gate cannot be called", error);
  });
  const host = new URL(url).host;
  if (answer.status !== 200) throw new CapabilityError(`${host} ${statusFault(answer)}`);
  return readAnswer(answer.text, fetch, host);
}

function statusFault({ status, header }: HttpAnswer): string {
  if (status === 401)
    return "refuses the token of the ServiceAccount (401): the cluster's settings in the gate do not take its issuer, subject or audience";
  if (status === 404) return "answers 404: it issues no capabilities at this URL";
  if (status >= 300 && status < 400) return `answers ${status}: a redirect is not followed`;
  const wait = /^\d{1,5}$/.exec(header("retry-after") ?? "")?.[0];
  return `answers ${status}${wait === undefined ? "" : `, and asks to wait for ${wait} s`}`;
}

function readAnswer(text: string, { cluster, now }: CapabilityFetch, host: string): string {
  const fault = (what: string): CapabilityError => new CapabilityError(`${host} ${what}`);
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) throw fault("answers something that is not a capability");
  const { token, issuedAt, expiresAt } = parsed.data;
  const times = capabilityTimes(token, now());
  // A token without these times would be renewed in each run.
  if (times?.issuedMs !== issuedAt * 1_000 || times.expiresMs !== expiresAt * 1_000)
    throw fault("answers a capability with other times than it says, or with a clock ahead");
  if (times.expiresMs <= now()) throw fault("answers a capability that has ended; compare both clocks");
  if (payloadOf(token)?.cluster !== cluster) throw fault("answers a capability of another cluster");
  return token;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
