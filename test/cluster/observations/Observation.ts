import type { TestNamespace } from "../TestNamespace.ts";
import type { RecordedCall, RecordingWebhook } from "./RecordingWebhook.ts";

/** A namespace whose objects are sent to two webhooks. */
export interface Scene {
  readonly ns: TestNamespace;
  /** Registered with an address that is not a loopback address but leads to this machine, as for a remote host. */
  readonly remote: RecordingWebhook;
  /** Registered with the host localhost. */
  readonly local: RecordingWebhook;
}

/** A row of the table in README.md, and its test. */
export interface Observation {
  /** The behaviour of the API server, in Markdown. */
  readonly seen: string;
  /** The code that relies on it, in Markdown. */
  readonly assumed: string;
  readonly check: (scene: Scene) => Promise<void>;
}

/** The calls that `remote` receives during `act`, v1 and v1beta1. */
export async function allCallsOf({ remote }: Scene, act: () => Promise<unknown>): Promise<RecordedCall[]> {
  const before = remote.calls.length;
  await act();
  return remote.calls.slice(before);
}

/** Like {@link allCallsOf}, but only v1. */
export async function callsOf(scene: Scene, act: () => Promise<unknown>): Promise<RecordedCall[]> {
  const calls = await allCallsOf(scene, act);
  return calls.filter(({ review }) => review.apiVersion === "admission.k8s.io/v1");
}

/** The only v1 call that meets a condition. Throws when there is none or more than one. */
export async function callOf(
  scene: Scene,
  act: () => Promise<unknown>,
  predicate: (call: RecordedCall) => boolean = () => true,
): Promise<RecordedCall> {
  const calls = (await callsOf(scene, act)).filter(predicate);
  const [call] = calls;
  if (call === undefined || calls.length > 1) throw new Error(`expected one call, got ${calls.length}`);
  return call;
}
