import { Hono } from "hono";
import * as z from "zod/mini";
import type { KubernetesApi } from "../../kubernetes/KubernetesApi.ts";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import type { Log } from "../../telemetry/Log.ts";
import { limitLines } from "../../telemetry/limitLines.ts";
import { isReconcileError } from "../isReconcileError.ts";
import type { IssuedRevision } from "../plan/RolloutGoal.ts";
import { RolloutCluster } from "../RolloutCluster.ts";
import { RolloutError } from "../RolloutError.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import { MARKS } from "../workload/rolloutAnnotations.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import { authorizeRollout, bearerToken } from "./authorizeRollout.ts";
import { CallSlots } from "./CallSlots.ts";
import { RolloutCallError, rolloutCallStatus } from "./RolloutCallError.ts";
import { readRolloutBody } from "./readRolloutBody.ts";

/** Dependencies of {@link createRolloutApp}. */
export interface RolloutAppOptions {
  readonly api: KubernetesApi;
  readonly log: Log;
  /** Returns a new unique identifier for a manual rollout. */
  readonly newRequest: () => string;
}

/** Calls that are authorized at a time. Each makes two calls to the API server. Others wait, four of each connection. */
const AUTHORIZING = { total: 8, perHolder: 4 };
/** Calls of authorized users at a time. Each makes three calls to the API server. Others wait, eight of each user. */
const WORKING = { total: 16, perHolder: 8 };
/** The length of a user name in the annotation. */
const MAX_USER_CHARACTERS = 256;

const dnsName = z.string().check(z.refine(isObjectName, "expected the name of a Kubernetes object"));
const schema = z.strictObject({ namespace: dnsName, name: dnsName });
/** The Certificate of a call. */
type RolloutCallTarget = z.infer<typeof schema>;

/** What the server tells of a call, and variables. */
interface RolloutAppEnv {
  /** An object that is the same for all calls of a connection. */
  Bindings: { readonly connection?: object };
  /** Undefined until the body is read. */
  Variables: { target: RolloutCallTarget | undefined };
}

/**
 * The app that serves `POST /rollout` with `{"namespace": ..., "name": ...}` of a Certificate. It rolls the Certificate's
 * workloads once more, also at a revision that was rolled back. The request is written on the Certificate, so any replica can
 * take the call and the leader carries it out. With a header `x-certificate-serial`, only while the certificate has that serial.
 *
 * Only authorized callers hold a slot, and nobody holds one while a body arrives. A call goes through these steps: headers,
 * body, authorization in the order of arrival, slot.
 */
export function createRolloutApp({ api, log, newRequest }: RolloutAppOptions): Hono<RolloutAppEnv> {
  const app = new Hono<RolloutAppEnv>();
  const cluster = new RolloutCluster(api, () => true);
  const authorizing = new CallSlots<object>(AUTHORIZING);
  const working = new CallSlots<string>(WORKING);
  // Callers can cause failures as fast as they can send.
  const failures = limitLines(log, Date.now);
  app.all("/rollout", async (context) => {
    const { req } = context;
    if (req.method !== "POST") throw new RolloutCallError("method-not-allowed", "expected POST");
    const type = req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
    if (type !== "application/json") throw new RolloutCallError("wrong-content-type", "expected application/json");
    const token = bearerToken(req.header("authorization"));
    const target = readTarget(await readRolloutBody(req.raw));
    context.set("target", target);
    const user = await authorizing.use(context.env?.connection ?? req.raw, async () => {
      if (req.raw.signal.aborted) throw new RolloutCallError("bad-request", "the connection was closed");
      return authorizeRollout(api, token, target);
    });
    if (user === undefined) throw new RolloutCallError("overloaded", "too many concurrent calls on this connection");
    const answer = await working.use(user, () => requestRollout(target, user, req.header(MARKS.serial)?.toLowerCase()));
    if (answer === undefined) throw new RolloutCallError("overloaded", `too many concurrent calls of ${user}`);
    context.header(MARKS.serial, answer.serial);
    return context.json(answer, 202);
  });
  const requestRollout = async (target: RolloutCallTarget, user: string, expected: string | undefined) => {
    const current = await readCurrent(cluster, target);
    if (expected !== undefined && expected !== current.serial)
      throw new RolloutCallError("other-serial", `the certificate's serial is ${current.serial}, not the expected one`);
    const request = newRequest();
    await cluster.request(target.namespace, target.name, request, user.slice(0, MAX_USER_CHARACTERS));
    const { revision, serial } = current;
    log.info("a manual rollout was requested", { ...target, user, request, revision, serial });
    return { ...target, request, ...current };
  };
  app.notFound(() => answer(new RolloutCallError("not-found", "the only endpoint is POST /rollout")));
  app.onError((error, context) => {
    const call = { path: context.req.path, ...context.get("target") };
    if (error instanceof RolloutCallError) {
      const { code, message } = error;
      if (code === "cluster-unavailable") failures.warn("a call failed", { ...call, code, reason: message });
      return answer(error);
    }
    if (isReconcileError(error)) failures.warn("a call failed", { ...call, code: error.code, reason: error.message });
    else failures.error("a call failed", { ...call, error });
    return answer(
      new RolloutCallError("cluster-unavailable", "the API server does not answer or refuses a call", error),
    );
  });
  return app;
}

interface CurrentCertificate extends IssuedRevision {
  readonly workloads: readonly string[];
}

/** The certificate to roll, and the workloads that use it. Throws {@link RolloutCallError}. */
async function readCurrent(
  cluster: RolloutCluster,
  { namespace, name }: RolloutCallTarget,
): Promise<CurrentCertificate> {
  const certificate = await cluster.certificate(namespace, name);
  if (certificate === undefined)
    throw new RolloutCallError("unknown-certificate", `the Certificate ${namespace}/${name} does not exist`);
  try {
    const settings = readRolloutSettings(certificate.annotations);
    const { revision } = certificate;
    if (settings === undefined || revision === undefined || !certificate.isReady) {
      const reason = settings === undefined ? "has no annotation postern.dev/rollout" : "is not ready";
      throw new RolloutCallError("cannot-roll", `the Certificate ${namespace}/${name} ${reason}`);
    }
    const issued = await cluster.issued(certificate, revision);
    return { ...issued, workloads: settings.workloads.map(workloadName) };
  } catch (error) {
    const isFaultOfCertificate =
      error instanceof RolloutError && (error.code === "bad-settings" || error.code === "certificate-unknown");
    if (isFaultOfCertificate) throw new RolloutCallError("cannot-roll", error.message, error);
    throw error;
  }
}

function readTarget(text: string): RolloutCallTarget {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new RolloutCallError("bad-request", "the body is not JSON", error);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { path, expected } = issue === undefined ? { path: "(body)", expected: "" } : faultFromIssue(issue);
  throw new RolloutCallError("bad-request", `${path}: ${expected}; expected {"namespace": ..., "name": ...}`);
}

function answer({ code, message }: RolloutCallError): Response {
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  if (code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  if (code === "method-not-allowed") headers.set("allow", "POST");
  const status = rolloutCallStatus(code);
  if (status === 503) headers.set("retry-after", "1");
  return new Response(JSON.stringify({ error: { code, message } }), { status, headers });
}
