import { type ApiResponse, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import type { JsonObject } from "../../protocol/Json.ts";
import {
  SELF_TEST_KIND,
  SELF_TEST_NAMESPACE,
  SELF_TEST_PLURAL,
  SELF_TEST_VERSION,
  selfTestGroup,
} from "../../registration/selftest/selfTestNames.ts";
import type { CallPurpose } from "../target/SyncTarget.ts";

/** A dry-run create that makes an API server call the gate through a canary, and the checks that classify its answer. */
export interface SelfTest {
  readonly path: string;
  /** The created object, without metadata. */
  readonly object: JsonObject;
  /** Whether the API server reports that its call to the gate failed. */
  readonly isCallFailure: (answer: ApiResponse) => boolean;
  /** Whether the answer comes from the gate. */
  readonly isAnswered: (answer: ApiResponse) => boolean;
}

/**
 * Whether a message of an API server reports that the gate answered 401. An API server repeats neither the URL nor the body
 * of such an answer (`NewGenericServerResponse`, k8s.io/apimachinery).
 */
export function isCredentialRefusal(message: string): boolean {
  return message.includes("the server has asked for the client to provide credentials");
}

/** The self-test for a purpose. */
export function selfTestFor(purpose: CallPurpose, gate: string): SelfTest {
  if (purpose === "webhooks")
    return {
      path: `/api/v1/namespaces/${SELF_TEST_NAMESPACE}/configmaps?dryRun=All`,
      object: { apiVersion: "v1", kind: "ConfigMap" },
      // The API server's own fail-closed error (`NewInternalError`, apiserver/pkg/admission/plugin/webhook).
      isCallFailure: (answer) => answer.status === 500 && messageOf(answer).includes("failed calling webhook"),
      isAnswered: (answer) => /^admission webhook "canary\./.test(messageOf(answer)),
    };
  const apiVersion = `${selfTestGroup(gate)}/${SELF_TEST_VERSION}`;
  // The prefix of every conversion error (webhook_converter.go, apiextensions-apiserver). A failed call is a Go url.Error.
  const failed = `conversion webhook for ${apiVersion}, Kind=${SELF_TEST_KIND} failed: `;
  return {
    path: `/apis/${apiVersion}/namespaces/${SELF_TEST_NAMESPACE}/${SELF_TEST_PLURAL}?dryRun=All`,
    object: { apiVersion, kind: SELF_TEST_KIND },
    isCallFailure: (answer) => messageOf(answer).startsWith(`${failed}Post "`),
    isAnswered: (answer) => messageOf(answer).startsWith(failed),
  };
}

function messageOf(answer: ApiResponse): string {
  return statusMessage(answer).replace(/^\d+ /, "");
}
