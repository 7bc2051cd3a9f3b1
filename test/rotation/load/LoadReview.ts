import { boolean, object, safeParse, string } from "zod/mini";
import { readReview } from "../../fixtures/readReview.ts";

/** A recorded review of an API server, and the expected verdict of the gate. */
export interface LoadReview {
  readonly body: string;
  readonly uid: string;
  readonly apiVersion: string;
  readonly allowed: boolean;
}

const sent = object({ apiVersion: string(), request: object({ uid: string() }) });
const answered = object({ apiVersion: string(), response: object({ uid: string(), allowed: boolean() }) });

/** Pods and a Deployment in both versions, with and without the forbidden label. */
export function loadReviews(): readonly LoadReview[] {
  return [
    review("validate-v1-create-pods-1", true),
    review("validate-v1-create-pods-2", false),
    review("validate-v1beta1-create-pods-1", true),
    review("validate-v1-create-deployments-1", true),
    review("validate-v1beta1-create-pods-2", false),
  ];
}

/** What is wrong with an answer; undefined for the expected verdict. */
export function answerFault(
  { uid, apiVersion, allowed }: LoadReview,
  status: number,
  text: string,
): string | undefined {
  if (status !== 200) return `HTTP status ${status}`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "the answer is not JSON";
  }
  const parsed = safeParse(answered, body);
  if (!parsed.success) return "the answer is not an AdmissionReview";
  const { response, apiVersion: version } = parsed.data;
  if (response.uid !== uid || version !== apiVersion) return "the answer is to another review";
  return response.allowed === allowed ? undefined : `allowed is ${response.allowed}`;
}

function review(name: string, allowed: boolean): LoadReview {
  const body = readReview(name);
  const parsed = safeParse(sent, JSON.parse(body));
  if (!parsed.success) throw new Error(`${name} is not an AdmissionReview`);
  return { body, uid: parsed.data.request.uid, apiVersion: parsed.data.apiVersion, allowed };
}
