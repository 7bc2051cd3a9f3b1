import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod/mini";
import type { KubernetesApi } from "../../kubernetes/KubernetesApi.ts";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import type { Log } from "../../telemetry/Log.ts";
import { isReconcileError } from "../isReconcileError.ts";
import type { IssuedRevision } from "../plan/RolloutGoal.ts";
import { RolloutCluster } from "../RolloutCluster.ts";
import { RolloutError } from "../RolloutError.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import { MARKS } from "../workload/rolloutAnnotations.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import { authorizeRollout } from "./authorizeRollout.ts";
import { RolloutCallError, rolloutCallStatus } from "./RolloutCallError.ts";

/** Dependencies of {@link createRolloutApp}. */
export interface RolloutAppOptions {
  readonly api: KubernetesApi;
  readonly log: Log;
  /** Returns a new unique identifier for a manual rollout. */
  readonly newRequest: () => string;
}

const MAX_BODY_BYTES = 16 * 1024;
/** Concurrent calls. Each makes five calls to the API server. */
const MAX_CALLS = 16;
const BODY_TIMEOUT_MS = 5_000;
/** The length of a user name in the annotation. */
const MAX_USER_CHARACTERS = 256;

const dnsName = z.string().check(z.refine(isObjectName, "expected the name of a Kubernetes object"));
const schema = z.strictObject({ namespace: dnsName, name: dnsName });
/** The Certificate of a call. */
type RolloutCallTarget = z.infer<typeof schema>;

/** Variables of a call. */
interface RolloutAppEnv {
  /** Undefined until the body is read. */
  Variables: { target: RolloutCallTarget | undefined };
}

/**
 * The app that serves `POST /rollout` with `{"namespace": ..., "name": ...}` of a Certificate. It rolls the Certificate's
 * workloads once more, also at a revision that was rolled back. The request is written on the Certificate, so any replica can
 * take the call and the leader carries it out. With a header `x-certificate-serial`, only while the certificate has that serial.
 */
export function createRolloutApp({ api, log, newRequest }: RolloutAppOptions): Hono<RolloutAppEnv> {
  const app = new Hono<RolloutAppEnv>();
  const cluster = new RolloutCluster(api, () => true);
  let active = 0;
  app.use("/rollout", async (context, next) => {
    if (context.req.method !== "POST") throw new RolloutCallError("method-not-allowed", "expected POST");
    if (active >= MAX_CALLS) throw new RolloutCallError("overloaded", "too many concurrent calls; retry later");
    active += 1;
    try {
      await next();
    } finally {
      active -= 1;
    }
  });
  app.use(
    "/rollout",
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new RolloutCallError("too-large", `expected a body of at most ${MAX_BODY_BYTES} bytes`);
      },
    }),
  );
  app.post("/rollout", async (context) => {
    const type = context.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
    if (type !== "application/json") throw new RolloutCallError("wrong-content-type", "expected application/json");
    const target = readTarget(await readText(context.req.raw));
    context.set("target", target);
    const user = await authorizeRollout(api, context.req.header("authorization"), target);
    const current = await readCurrent(cluster, target);
    const expected = context.req.header(MARKS.serial)?.toLowerCase();
    if (expected !== undefined && expected !== current.serial)
      throw new RolloutCallError("other-serial", `the certificate's serial is ${current.serial}, not the expected one`);
    const request = newRequest();
    await cluster.request(target.namespace, target.name, request, user.slice(0, MAX_USER_CHARACTERS));
    const { revision, serial } = current;
    log.info("a manual rollout was requested", { ...target, user, request, revision, serial });
    context.header(MARKS.serial, serial);
    return context.json({ ...target, request, ...current }, 202);
  });
  app.notFound(() => answer(new RolloutCallError("not-found", "the only endpoint is POST /rollout")));
  app.onError((error, context) => {
    const call = { path: context.req.path, ...context.get("target") };
    if (error instanceof RolloutCallError) {
      const { code, message } = error;
      if (code === "cluster-unavailable") log.warn("a call failed", { ...call, code, reason: message });
      return answer(error);
    }
    if (isReconcileError(error)) log.warn("a call failed", { ...call, code: error.code, reason: error.message });
    else log.error("a call failed", { ...call, error });
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

async function readText(request: Request): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    const error = new RolloutCallError("bad-request", `the body did not arrive within ${BODY_TIMEOUT_MS} ms`);
    timer = setTimeout(() => reject(error), BODY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([request.text(), timedOut]);
  } finally {
    clearTimeout(timer);
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
