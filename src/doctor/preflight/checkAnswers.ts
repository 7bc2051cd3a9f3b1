import { isJsonObject } from "../../protocol/Json.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { durationText } from "../checks/timeLeft.ts";
import type { PreflightFinding } from "./PreflightFinding.ts";
import type { PreflightView, UrlAnswer, UrlAnswers } from "./PreflightView.ts";

const SLOW_MS = 1_000;
const SKEW_MS = 60_000;
const BAD_SKEW_MS = 300_000;
/** Hosts of AWS Lambda: function URLs and API Gateway. */
const LAMBDA = /\.lambda-url\.[a-z0-9-]+\.on\.aws$|\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/;
/** Three parts of base64url (RFC 7515, section 7.1). */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Checks what a URL answers to calls without a credential. */
export function checkAnswers({ url, cluster, answers }: PreflightView): PreflightFinding[] {
  if (answers === undefined) return [];
  const other = otherThanGate(url, answers);
  return [
    ...(other === undefined ? [...checkGate(url, answers), ...checkCluster(cluster, answers)] : [other]),
    ...checkTimes(url, answers),
    ...(LAMBDA.test(new URL(url).hostname)
      ? [
          {
            code: "small-bodies",
            severity: "info",
            about: url,
            message:
              "runs on AWS Lambda, which accepts at most 6 MB a request: a larger review does not arrive, and failurePolicy decides",
            todo: "Nothing, if no object has 1 MiB full of <, > or &.",
          } as const,
        ]
      : []),
  ];
}

/** The code of an error of a gate. */
export function gateCode(answer: UrlAnswer): string | undefined {
  if ("fault" in answer || answer.json === undefined) return undefined;
  const { error } = answer.json;
  return isJsonObject(error) && typeof error.code === "string" ? error.code : undefined;
}

/** Whether a gate judged a review. */
function isVerdict(answer: UrlAnswer): boolean {
  return !("fault" in answer) && answer.status === 200 && answer.json?.kind === "AdmissionReview";
}

/** The finding for a URL at which no gate takes calls. */
function otherThanGate(url: string, { stranger, openapi }: UrlAnswers): PreflightFinding | undefined {
  if ("fault" in stranger)
    return {
      code: "no-answer",
      severity: "error",
      about: url,
      message: `the handshake succeeds, but no answer comes: ${stranger.fault}`,
      todo: "Check that the server speaks HTTP/1.1 on this port, and read its log.",
    };
  const { status, location } = stranger;
  if (status >= 300 && status < 400)
    return {
      code: "redirects",
      severity: "error",
      about: url,
      message: `answers ${status}${location === undefined ? "" : ` to ${redactText(location.slice(0, 200))}`}`,
      todo: "Use the URL that it leads to, if that is the gate. If it is a login page, let the path of the gate pass without a login.",
    };
  const code = gateCode(stranger);
  if (isVerdict(stranger) || (code !== undefined && code !== "not-found")) return undefined;
  if (code === "not-found" || ("status" in openapi && openapi.status === 200 && isGate(openapi)))
    return {
      code: "wrong-path",
      severity: "error",
      about: url,
      message: "a gate answers, but not at this path: it has no calls below it",
      todo: "Compare the path of the URL with the base path of the gate (POSTERN_BASE_PATH), and with what a proxy removes.",
    };
  return {
    code: "not-a-gate",
    severity: "error",
    about: url,
    message: `answers ${status} to a review, and not as a gate does${stranger.json === undefined ? " (no JSON)" : ""}`,
    todo: "Find out what answers: another server, a firewall with a challenge, or a login. Let POSTs below /c/ reach the gate unchanged.",
  };
}

function isGate(openapi: UrlAnswer): boolean {
  return gateInfo(openapi)?.title === "Postern admission gate";
}

/** Title and version in the OpenAPI document of a gate. */
export function gateInfo(openapi: UrlAnswer): { title: unknown; version: unknown } | undefined {
  if ("fault" in openapi || openapi.json === undefined) return undefined;
  const { info } = openapi.json;
  return isJsonObject(info) ? { title: info.title, version: info.version } : undefined;
}

function checkGate(url: string, { ready, announcement, stranger }: UrlAnswers): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const status = "fault" in ready ? undefined : ready.json?.status;
  const isBusy = !("fault" in stranger) && stranger.status >= 500;
  if (status !== "ready" || isBusy)
    found.push({
      code: "not-ready",
      severity: "error",
      about: url,
      message:
        "fault" in ready
          ? ready.fault
          : `/readyz answers ${ready.status} ${String(status ?? "")}, a call ${gateCode(stranger) ?? ""}`.trim(),
      todo: "Read the log of the gate. draining: it stops. certificate-ended: renew its certificate. cluster-lookup-failed: its table of clusters cannot be read.",
    });
  const text = "fault" in announcement ? "" : announcement.text.trim();
  if ("fault" in announcement || announcement.status === 404)
    found.push({
      code: "no-announcement",
      severity: "info",
      about: `${url}/.well-known/postern`,
      message: "no announcement is published here",
      todo: "Nothing to start with. Before the URL or the CA changes, let postern announce publish what comes next.",
    });
  else if (announcement.status !== 200 || !COMPACT.test(text))
    found.push({
      code: "bad-announcement",
      severity: "warning",
      about: `${url}/.well-known/postern`,
      message: `answers ${announcement.status}, and no signed statement`,
      todo: "Check what postern announce publishes, and where the gate reads it.",
    });
  return found;
}

function checkCluster(cluster: string | undefined, { stranger, cluster: own }: UrlAnswers): PreflightFinding[] {
  if (isVerdict(stranger))
    return [
      {
        code: "open-cluster",
        severity: "error",
        about: "every name",
        message: "the gate gives verdicts to a cluster with a made-up name",
        todo: "Let the lookup of clusters resolve to undefined for names that it does not know.",
      },
    ];
  if (cluster === undefined || own === undefined) return [];
  if (isVerdict(own))
    return [
      {
        code: "open-cluster",
        severity: "warning",
        about: cluster,
        message: "the gate gives verdicts to whoever calls it as this cluster",
        todo: "Set identity of the cluster in the gate, as postern enroll prints it.",
      },
    ];
  const code = gateCode(own) ?? ("fault" in own ? own.fault : String(own.status));
  return [
    {
      code: "credential-wanted",
      severity: "info",
      about: cluster,
      message: `the gate refuses a call without a credential (${code}). It does not say whether it knows the cluster`,
      todo: `Enrol the cluster, if it is not: postern enroll --cluster ${cluster}. Then register, and run postern doctor for the cluster.`,
    },
  ];
}

function checkTimes(url: string, { latencies, aheadMs = 0 }: UrlAnswers): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const middle = median(latencies);
  if (middle !== undefined && middle > SLOW_MS)
    found.push({
      code: "slow",
      severity: "warning",
      about: url,
      message: `half of the calls over new connections take more than ${Math.round(middle)} ms`,
      todo: "Check from the network of the cluster: the way there counts. Run the gate nearer to it, or keep instances warm. timeoutSeconds is 5 by default.",
    });
  if (Math.abs(aheadMs) >= SKEW_MS)
    found.push({
      code: "wrong-clock",
      severity: Math.abs(aheadMs) >= BAD_SKEW_MS ? "error" : "warning",
      about: url,
      message: `its clock is ${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"} the clock of this machine`,
      todo: "Correct the wrong clock (NTP, chrony).",
    });
  return found;
}

/** The middle of some numbers; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)];
}
