import { gateCode, gateInfo, median } from "../../../doctor/preflight/checkAnswers.ts";
import type { PreflightFinding } from "../../../doctor/preflight/PreflightFinding.ts";
import type { PreflightView, UrlAnswer } from "../../../doctor/preflight/PreflightView.ts";
import { servedChains } from "../../../doctor/preflight/servedChain.ts";

/** The JSON of `postern doctor --preflight`. */
export interface PreflightReport {
  readonly result: "ok" | "warning" | "error";
  readonly url: string;
  readonly addresses: readonly string[];
  /** Each address with the TLS versions that it speaks. */
  readonly tls: readonly {
    readonly address: string;
    readonly versions: readonly string[];
    readonly keys: readonly string[];
  }[];
  readonly chains: readonly {
    readonly subjects: readonly string[];
    readonly names: readonly string[];
    readonly notAfter: string;
    readonly isPublic: boolean;
    readonly isVerified: boolean;
    readonly catalogues: readonly string[];
  }[];
  readonly gate: {
    readonly version: string | null;
    readonly ready: string | null;
    readonly withoutCredential: string | null;
  };
  readonly latency: { readonly calls: number; readonly medianMs: number | null; readonly maxMs: number | null };
  readonly announcement: "published" | "none" | "unknown";
  readonly apiServer: { readonly result: string; readonly message: string } | null;
  readonly findings: readonly PreflightFinding[];
}

/** The view and the findings as data for machines. */
export function preflightReport(view: PreflightView, findings: readonly PreflightFinding[]): PreflightReport {
  const { url, observations, answers, apiServer } = view;
  const worst = findings[0]?.severity ?? "info";
  const latencies = answers?.latencies ?? [];
  const version = answers === undefined ? undefined : gateInfo(answers.openapi)?.version;
  return {
    result: worst === "info" ? "ok" : worst,
    url,
    addresses: [...new Set(observations.map(({ address }) => address))],
    tls: [...Map.groupBy(observations, ({ address }) => address)].map(([address, all]) => {
      const spoken = all.filter(({ ok }) => ok);
      return {
        address,
        versions: [...new Set(spoken.map((it) => it.version))].sort(),
        keys: [...new Set(spoken.map((it) => it.key))].sort(),
      };
    }),
    chains: servedChains(view).map(({ served, verification, isPublic, catalogues }) => ({
      subjects: served.map(({ subject, serial }) => subject.short || serial),
      names: [...(served[0]?.sans.dns ?? []), ...(served[0]?.sans.ip ?? [])],
      notAfter: (served[0]?.notAfter ?? new Date(0)).toISOString(),
      isPublic,
      isVerified: verification.ok,
      catalogues,
    })),
    gate: {
      version: typeof version === "string" ? version : null,
      ready: answers === undefined ? null : readyText(answers.ready),
      withoutCredential: answers === undefined ? null : answerText(answers.cluster ?? answers.stranger),
    },
    latency: {
      calls: latencies.length,
      medianMs: rounded(median(latencies)),
      maxMs: rounded(latencies.length === 0 ? undefined : Math.max(...latencies)),
    },
    announcement: answers === undefined ? "unknown" : announcementText(answers.announcement),
    apiServer: apiServer ?? null,
    findings,
  };
}

function readyText(answer: UrlAnswer): string | null {
  if ("fault" in answer) return null;
  const status = answer.json?.status;
  return typeof status === "string" ? status : null;
}

/** What a call without a credential came to: `verdict`, the code of an error, or the status. */
function answerText(answer: UrlAnswer): string {
  if ("fault" in answer) return answer.fault;
  if (answer.status === 200 && answer.json?.kind === "AdmissionReview") return "verdict";
  return gateCode(answer) ?? `HTTP ${answer.status}`;
}

function announcementText(answer: UrlAnswer): PreflightReport["announcement"] {
  if ("fault" in answer) return "unknown";
  return answer.status === 200 ? "published" : answer.status === 404 ? "none" : "unknown";
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
