import { defineGate } from "../../../src/index.ts";
import { denyLabels } from "../../../src/policies/index.ts";
import { patience } from "../../run/speedFactor.ts";
import { inSeconds } from "../run/inSeconds.ts";

/** Enough for a call with one retry. A gate allows at most 10 s. */
const TIMEOUT_SECONDS = Math.min(10, inSeconds(patience(2_000)));
const suite = (name: string) => ({ matchLabels: { "postern.dev/suite": name } });

/** A gate with the same policy in an entry that fails closed and in an entry that fails open. */
export default defineGate({
  name: "failures",
  policies: [denyLabels({ name: "closed-labels" }), denyLabels({ name: "open-labels" })],
  entries: {
    closed: {
      policies: ["closed-labels"],
      namespaceSelector: suite("closed"),
      failurePolicy: "Fail",
      timeoutSeconds: TIMEOUT_SECONDS,
    },
    open: {
      policies: ["open-labels"],
      namespaceSelector: suite("open"),
      failurePolicy: "Ignore",
      timeoutSeconds: TIMEOUT_SECONDS,
    },
  },
  clusters: { e2e: { identity: "none" } },
});
