import { expect, it } from "vitest";
import { kindNote } from "../../../src/cli/manifests/kindNote.ts";
import { runPostern } from "../runPostern.ts";

it.each<[group: string, version: string, kind: string, note: string | undefined]>([
  ["", "v1", "pod", "v1 has no kind pod; did you mean v1 Pod?"],
  ["apps", "v1", "Statefulset", "apps/v1 has no kind Statefulset; did you mean apps/v1 StatefulSet?"],
  ["", "v1", "Deployment", "v1 has no kind Deployment; did you mean apps/v1 Deployment?"],
  ["", "v1", "cronjob", "v1 has no kind cronjob; did you mean batch/v1 CronJob?"],
  [
    "extensions",
    "v1beta1",
    "Ingress",
    "extensions/v1beta1 has no kind Ingress; did you mean networking.k8s.io/v1 Ingress?",
  ],
  ["apps", "v1", "event", "apps/v1 has no kind event; did you mean v1 Event or events.k8s.io/v1 Event?"],
  ["", "v1", "Pod", undefined],
  ["events.k8s.io", "v1", "Event", undefined],
  ["autoscaling", "v1", "HorizontalPodAutoscaler", undefined],
  ["", "v1", "Newcomer", undefined],
  ["serving.knative.dev", "v1", "Service", undefined],
  ["networking.istio.io", "v1", "gateway", undefined],
])("kindNote of %s %s %s is %s", (group, version, kind, note) => {
  expect(kindNote(group, version, kind)).toBe(note);
});

it("postern review prints the note", async () => {
  const { out } = await runPostern(["review", "--use", "deny-labels", "-"], {
    stdin: "apiVersion: v1\nkind: pod\nmetadata: {name: a}\n",
  });
  expect(out).toContain("\n            note v1 has no kind pod; did you mean v1 Pod?\n");
});
