import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod/mini";
import type { KubernetesApi } from "../../kubernetes/KubernetesApi.ts";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import type { Log } from "../../telemetry/Log.ts";
import { RolloutCluster } from "../RolloutCluster.ts";
import { RolloutError } from "../RolloutError.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import { MARKS } from "../workload/rolloutAnnotations.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import { authorizeRollout } from "./authorizeRollout.ts";
import { RolloutCallError, rolloutCallStatus } from "./RolloutCallError.ts";

/** What the app is made of. */
export interface RolloutAppOptions {
  readonly api: KubernetesApi;
  readonly log: Log;
  /** A word that no other rollout by hand has. */
  readonly newRequest: () => string;
}

const BODY_BYTES = 16 * 1024;
/** Each makes five calls to the API server. */
const MOST_AT_ONCE = 16;
const BODY_TIMEOUT = 5_000;
/** Of a user, in an annotation. */
const NAME = 256;

const dnsName = z.string().check(z.refine(isObjectName, "expected the name of a Kubernetes object"));
const schema = z.strictObject({ namespace: dnsName, name: dnsName });

/**
 * `POST /rollout` with `{"namespace": ..., "name": ...}` of a Certificate: its workloads are rolled once more, also at a
 * revision that was taken back. It is written down on the Certificate, so that any replica can be asked and whoever leads
 * does it. With a header `x-certificate-serial` only while the Certificate has that serial.
 */
export function createRolloutApp({ api, log, newRequest }: RolloutAppOptions): Hono {
  const app = new Hono();
  const cluster = new RolloutCluster(api, () => true);
  let active = 0;
  app.use("/rollout", async (context, next) => {
    if (context.req.method !== "POST") throw new RolloutCallError("method-not-allowed", "expected POST");
    if (active >= MOST_AT_ONCE) throw new RolloutCallError("overloaded", "too many calls at once; try again");
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
      maxSize: BODY_BYTES,
      onError: () => {
        throw new RolloutCallError("too-large", `expected a body of at most ${BODY_BYTES} bytes`);
      },
    }),
  );
  app.post("/rollout", async (context) => {
    const type = context.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
    if (type !== "application/json") throw new RolloutCallError("wrong-content-type", "expected application/json");
    const target = readTarget(await readText(context.req.raw));
    const user = await authorizeRollout(api, context.req.header("authorization"), target);
    const found = await findTarget(cluster, target);
    const wanted = context.req.header(MARKS.serial)?.toLowerCase();
    if (wanted !== undefined && wanted !== found.serial)
      throw new RolloutCallError("other-serial", `the certificate's serial is ${found.serial}, not the one asked for`);
    const request = newRequest();
    await cluster.request(target.namespace, target.name, request, user.slice(0, NAME));
    log.info("a rollout by hand", { ...target, user, request, revision: found.revision, serial: found.serial });
    context.header(MARKS.serial, found.serial);
    return context.json({ ...target, request, ...found }, 202);
  });
  app.notFound(() => answer(new RolloutCallError("not-found", "there is POST /rollout")));
  app.onError((error) => {
    if (error instanceof RolloutCallError) {
      if (error.code === "cluster-unavailable") log.warn("a call failed", { why: error.message });
      return answer(error);
    }
    if (error instanceof RolloutError) log.warn("a call failed", { code: error.code, why: error.message });
    else log.error("a call failed", { error });
    return answer(new RolloutCallError("cluster-unavailable", "the cluster cannot be asked", error));
  });
  return app;
}

interface Found {
  readonly revision: number;
  readonly serial: string;
  readonly workloads: readonly string[];
}

async function findTarget(
  cluster: RolloutCluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Found> {
  const certificate = await cluster.certificate(namespace, name);
  if (certificate === undefined)
    throw new RolloutCallError("unknown-certificate", `there is no Certificate ${namespace}/${name}`);
  try {
    const settings = readRolloutSettings(certificate.annotations);
    const { revision } = certificate;
    if (settings === undefined || revision === undefined || !certificate.isReady) {
      const why = settings === undefined ? "has no annotation postern.dev/rollout" : "is not ready";
      throw new RolloutCallError("cannot-roll", `the Certificate ${namespace}/${name} ${why}`);
    }
    const { serial } = await cluster.leaf(certificate, revision);
    return { revision, serial, workloads: settings.workloads.map(workloadName) };
  } catch (error) {
    const isOfUser = error instanceof RolloutError && (error.code === "bad-settings" || error.code === "not-there");
    if (isOfUser) throw new RolloutCallError("cannot-roll", error.message, error);
    throw error;
  }
}

async function readText(request: Request): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RolloutCallError("bad-request", "the body did not arrive")), BODY_TIMEOUT);
  });
  try {
    return await Promise.race([request.text(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function readTarget(text: string): z.infer<typeof schema> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new RolloutCallError("bad-request", "the body is no JSON", error);
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
