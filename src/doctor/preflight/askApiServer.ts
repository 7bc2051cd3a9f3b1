import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { encodeBundle } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { strangerName } from "./askUrl.ts";
import type { ApiServerAnswer } from "./PreflightView.ts";

/** What an API server is asked to call, and how. */
export interface ApiServerQuestion {
  readonly url: string;
  /** The roots for `caBundle`; undefined for those of the API server's host. */
  readonly roots: readonly Certificate[] | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
/** The label of the one object that the registration matches, and of the registration. */
const LABEL = "postern.dev/preflight";
const NAMESPACE = "default";
/** API servers load a registration within seconds. */
const LOAD_MS = 20_000;
const PAUSE_MS = 250;
/** What an API server says of an answer that is none of a gate: a status, or a body that is no review. */
const HTTP_ANSWER =
  /the server could not find|an error on the server|the server is currently unable|the server rejected|the server has received too many|couldn't get version|invalid character|expected (?:webhook )?response|denied the request/;

/**
 * Lets an API server call the URL: makes a registration that matches only a ConfigMap with a label of this run, creates that
 * ConfigMap by dry run, and deletes the registration, also after a signal. The call is of a cluster that no gate has, so a gate
 * refuses it: this shows that the API server reaches the gate and trusts it. Never rejects.
 */
export async function askApiServer(api: KubernetesApi, question: ApiServerQuestion): Promise<ApiServerAnswer> {
  const { url, roots = [] } = question;
  const name = strangerName();
  const registration = `postern-${name}`;
  const labels = { [LABEL]: name };
  const webhook = {
    name: `${name}.postern.dev`,
    clientConfig: {
      url: `${url}${gatePath(name, "validate")}`,
      ...(roots.length === 0 ? {} : { caBundle: Buffer.from(encodeBundle(roots)).toString("base64") }),
    },
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"], scope: "Namespaced" },
    ],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } },
    objectSelector: { matchLabels: labels },
    failurePolicy: "Fail",
    sideEffects: "None",
    timeoutSeconds: 5,
    admissionReviewVersions: ["v1"],
  };
  const made = await api({
    method: "POST",
    path: WEBHOOKS,
    body: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: registration, labels },
      webhooks: [webhook],
    },
  }).catch(messageOf);
  if (typeof made !== "string" && made.status !== 201) return notAsked(redactText(statusMessage(made)));
  // Without an answer, it may have been made.
  const answer =
    typeof made === "string" ? notAsked(made) : await callOnce(api, question, { webhook: webhook.name, labels });
  const gone = await api({ method: "DELETE", path: `${WEBHOOKS}/${registration}` }).catch(messageOf);
  if (typeof gone !== "string" && (gone.status < 300 || gone.status === 404)) return answer;
  return notAsked(
    `the ValidatingWebhookConfiguration ${registration} could not be deleted (${typeof gone === "string" ? gone : statusMessage(gone)}): delete it. Before that: ${answer.message}`,
  );
}

/** Creates the object by dry run until the API server has loaded the registration, and calls the URL. */
async function callOnce(
  api: KubernetesApi,
  { now, signal }: ApiServerQuestion,
  { webhook, labels }: { readonly webhook: string; readonly labels: Readonly<Record<string, string>> },
): Promise<ApiServerAnswer> {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "postern-preflight", labels } };
  const path = `/api/v1/namespaces/${NAMESPACE}/configmaps?dryRun=All`;
  for (const end = now() + LOAD_MS; now() < end && !signal.aborted; ) {
    const answer = await api({ method: "POST", path, body }).catch(messageOf);
    if (typeof answer === "string") return notAsked(answer);
    const message = redactText(statusMessage(answer));
    if (answer.status !== 201) return message.includes(webhook) ? readAnswer(message) : notAsked(message);
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return notAsked(
    signal.aborted ? "stopped by a signal" : "it did not call the URL, or what answers there allows every call",
  );
}

function messageOf(error: unknown): string {
  return redactText(errorMessage(error));
}

function notAsked(message: string): ApiServerAnswer {
  return { result: "not-asked", message };
}

/** What the error of a failed webhook call says. A gate refuses the call of a stranger with 401. */
function readAnswer(message: string): ApiServerAnswer {
  if (/asked for the client to provide credentials|Unauthorized/.test(message)) return { result: "reached", message };
  if (/x509: |tls: /.test(message)) return { result: "refuses-chain", message };
  return { result: HTTP_ANSWER.test(message) ? "other-answer" : "cannot-reach", message };
}
