import { denyLabels } from "../labels/denyLabels.ts";
import { requireLabels } from "../labels/requireLabels.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";

/** A Pod with a label. */
const labelled = (label: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    ${label}
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.4.2
`;

/** The built-in policies on labels. */
export const labels: readonly CatalogueEntry[] = [
  {
    builtin: "denyLabels",
    make: () => denyLabels({ labels: ["example.com/legacy"] }),
    options: '{ labels: ["example.com/legacy"] }',
    why: "Labels choose: a label can put a Pod behind a Service or out of a NetworkPolicy. Some are only for controllers, or of the past.",
    controls: [],
    passing: labelled("app.kubernetes.io/name: web"),
    failing: labelled('example.com/legacy: "true"'),
  },
  {
    builtin: "requireLabels",
    make: () => requireLabels({ labels: [{ key: "team", pattern: "[a-z]+" }] }),
    options: '{ labels: [{ key: "team", pattern: "[a-z]+" }] }',
    why: "Without labels nobody knows whose an object is, what it costs and which alerts are about it.",
    controls: [],
    passing: labelled("team: shop"),
    failing: labelled('team: "42"'),
  },
];
