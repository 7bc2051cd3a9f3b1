import { defineGate } from "../../../src/index.ts";
import { denyLabels } from "../../../src/policies/index.ts";
import { patience } from "../../run/speedFactor.ts";
import { inSeconds } from "../inSeconds.ts";

/** For a call that is answered, or answered by the second try: 10 is the most that a gate takes. */
const TIMEOUT = Math.min(10, inSeconds(patience(2_000)));
const suite = (name: string) => ({ matchLabels: { "postern.dev/suite": name } });

/** The same policy twice: where a call that fails refuses the request, and where it lets it through. */
export default defineGate({
  name: "failures",
  policies: [denyLabels({ name: "closed-labels" }), denyLabels({ name: "open-labels" })],
  entries: {
    closed: {
      policies: ["closed-labels"],
      namespaceSelector: suite("closed"),
      failurePolicy: "Fail",
      timeoutSeconds: TIMEOUT,
    },
    open: {
      policies: ["open-labels"],
      namespaceSelector: suite("open"),
      failurePolicy: "Ignore",
      timeoutSeconds: TIMEOUT,
    },
  },
  clusters: { e2e: {} },
});
