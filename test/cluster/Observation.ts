import type { RecordedCall, RecordingWebhook } from "./RecordingWebhook.ts";
import type { TestNamespace } from "./TestNamespace.ts";

/** Where an observation is made: a namespace that is called for, and who is called. */
export interface Scene {
  readonly ns: TestNamespace;
  /** Addressed as a host elsewhere would be: by an address that is not one of loopback, yet leads here. */
  readonly remote: RecordingWebhook;
  /** Addressed as localhost. */
  readonly local: RecordingWebhook;
}

/** A line of the table in README.md, and the test behind it. */
export interface Observation {
  /** What the API server was seen to send, in Markdown. */
  readonly seen: string;
  /** What of this project relies on it. */
  readonly assumed: string;
  readonly check: (scene: Scene) => Promise<void>;
}

/** The calls that `remote` gets for what `act` does, in both versions. */
export async function allCallsOf({ remote }: Scene, act: () => Promise<unknown>): Promise<RecordedCall[]> {
  const before = remote.calls.length;
  await act();
  return remote.calls.slice(before);
}

/** The same, in v1 alone. */
export async function callsOf(scene: Scene, act: () => Promise<unknown>): Promise<RecordedCall[]> {
  const calls = await allCallsOf(scene, act);
  return calls.filter(({ review }) => review.apiVersion === "admission.k8s.io/v1");
}

/** The one call that meets a condition. */
export async function callOf(
  scene: Scene,
  act: () => Promise<unknown>,
  isIt: (call: RecordedCall) => boolean = () => true,
): Promise<RecordedCall> {
  const calls = (await callsOf(scene, act)).filter(isIt);
  const [call] = calls;
  if (call === undefined || calls.length > 1) throw new Error(`there were ${calls.length} such calls`);
  return call;
}
