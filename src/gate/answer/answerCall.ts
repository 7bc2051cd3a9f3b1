import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import type { ConversionOutcome } from "../../protocol/review/ConversionReview.ts";
import type { DecodeResult } from "../../protocol/review/DecodeResult.ts";
import { decodeAdmissionReview } from "../../protocol/review/decodeAdmissionReview.ts";
import { decodeConversionReview } from "../../protocol/review/decodeConversionReview.ts";
import { encodeAdmissionReview } from "../../protocol/review/encodeAdmissionReview.ts";
import { encodeConversionReview } from "../../protocol/review/encodeConversionReview.ts";
import { type PeekedReview, peekReview } from "../../protocol/review/peekReview.ts";
import { denied } from "../../protocol/review/Verdict.ts";
import { GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { callDeadline } from "../http/callDeadline.ts";
import { announcedLength, bodyAllowance, readBody } from "../http/readBody.ts";
import { convertReview } from "./convertReview.ts";
import { judgeReview } from "./judgeReview.ts";

/** What the path says. */
export interface Route {
  readonly cluster: string;
  readonly purpose: "validate" | "mutate" | "convert";
  readonly entry: string | undefined;
}

/**
 * One POST from bytes to bytes: limits, cluster, body, decode, judge, encode. Throws {@link GateError} for a call that
 * cannot be judged.
 */
export async function answerCall(runtime: GateRuntime, request: Request, route: Route): Promise<Response> {
  const { url } = request;
  const { bodyBytes } = runtime.limits;
  const deadline = callDeadline(url, runtime.deps.now);
  let leave: (() => void) | undefined;
  try {
    const announced = announcedLength(request);
    leave = runtime.limiter.enter(bodyAllowance(announced, bodyBytes));
    checkContent(request);
    const settings = await findInTime(runtime, route.cluster, deadline);
    if (settings === undefined) throw new GateError("unknown-cluster", "this gate knows no cluster of that name");
    const body = await readBody(request, announced, bodyBytes, deadline);
    if (!body.whole) return answerOversized(route, peekReview(body.beginning), bodyBytes);
    const answer = await answerReview(runtime, parse(body.text), route, url, settings, deadline);
    return json(answer);
  } finally {
    deadline.dispose();
    leave?.();
  }
}

async function findInTime(
  { clusters }: GateRuntime,
  name: string,
  deadline: Deadline,
): Promise<ClusterSettings | undefined> {
  const found = clusters.find(name);
  if (!(found instanceof Promise)) return found;
  const settings = await Promise.race([found, deadline.passed]);
  if (settings !== deadlinePassed) return settings;
  throw new GateError("cluster-lookup-failed", "the cluster's settings were not there in time; try again");
}

function checkContent(request: Request): void {
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new GateError("wrong-content-type", "expected content-type application/json");
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "")
    throw new GateError("wrong-content-type", "expected a body without content-encoding");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GateError("not-json", "the body is not JSON");
  }
}

async function answerReview(
  runtime: GateRuntime,
  body: unknown,
  route: Route,
  href: string,
  settings: ClusterSettings,
  deadline: Deadline,
): Promise<unknown> {
  const { now, onVerdict } = runtime.deps;
  // The API server calls nothing but https; behind an edge that ends TLS the gate itself sees http.
  const url = (href.split("?", 1)[0] ?? href).replace(/^http:/, "https:");
  if (route.purpose === "convert") {
    const review = decodedOrThrow(decodeConversionReview(body), "/convert takes ConversionReviews");
    return encodeConversionReview(review, await convertReview(runtime, review, { settings, url, entry: route.entry }));
  }
  const review = decodedOrThrow(decodeAdmissionReview(body), `/${route.purpose} takes AdmissionReviews`);
  const started = onVerdict === undefined ? 0 : now();
  const verdict = await judgeReview(runtime, review, {
    purpose: route.purpose,
    entry: route.entry,
    url,
    settings,
    deadline,
  });
  const certificateSerial = runtime.deps.certificateSerial?.();
  onVerdict?.({ cluster: settings.cluster, review, verdict, milliseconds: now() - started, certificateSerial });
  return encodeAdmissionReview(review, verdict);
}

function decodedOrThrow<T>(decoded: DecodeResult<T>, serves: string): T {
  if (decoded.ok) return decoded.value;
  const { path, expected, about } = decoded.fault;
  if (about === "kind") throw new GateError("wrong-review-kind", `${serves}; ${path}: ${expected}`, { path });
  throw new GateError("wrong-envelope", `${path}: ${expected}`, { path });
}

/** Too large to read, but not too large to refuse: an HTTP error would let it in where failurePolicy is Ignore. */
function answerOversized(route: Route, peeked: PeekedReview | undefined, limit: number): Response {
  const message = `the review is larger than the ${limit} bytes that this gate reads`;
  const expected = route.purpose === "convert" ? "ConversionReview" : "AdmissionReview";
  if (peeked?.kind !== expected) throw new GateError("too-large", message);
  if (peeked.kind === "AdmissionReview")
    return json(encodeAdmissionReview(peeked, denied(message, 413, "RequestEntityTooLarge")), LAST);
  const failure: ConversionOutcome = { converted: false, message };
  return json(encodeConversionReview(peeked, failure), LAST);
}

const JSON_TYPE = { "content-type": "application/json" };
/** A body that is longer than what is drained leaves its rest on the connection, which can then carry no other call. */
const LAST = { ...JSON_TYPE, connection: "close" };

function json(body: unknown, headers: Record<string, string> = JSON_TYPE): Response {
  return new Response(JSON.stringify(body), { headers });
}
