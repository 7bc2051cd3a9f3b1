import { expect, it } from "vitest";
import { disallowPrivileged, limitHostPaths } from "../../src/policies/index.ts";
import type { ExceptionDefinition } from "../../src/policy/define/PolicyException.ts";
import { readReview } from "../fixtures/readReview.ts";
import type { Loose } from "../policies/reviewFrom.ts";
import { reviewCall, testGate } from "./gateCall.ts";

/* Attempts to use an exception for more than it says, through the whole gate. */

const AGENT = "registry.example.com/vendor/agent:4.2";
const DIGEST = `sha256:${"a".repeat(64)}`;
const UNTIL = Date.parse("2027-06-30T00:00:00Z");
const exception: ExceptionDefinition = {
  policy: "disallow-privileged",
  clusters: ["production"],
  namespaces: ["monitoring"],
  names: ["agent", "agent-*"],
  subjects: ["alice", "system:serviceaccount:ci:*"],
  images: [AGENT],
  until: "2027-06-30",
  reason: "a vendor's agent",
  owner: "team-observability",
};
const open = { identity: "none" } as const;

/** Calls a gate with the exception at a time. `change` changes the request of a Pod that is excepted. */
async function call(change: (request: Loose) => void, { cluster = "production", now = UNTIL - 1000, path = "" } = {}) {
  const { app } = testGate(
    {
      policies: [disallowPrivileged(), limitHostPaths()],
      exceptions: [exception],
      clusters: { production: open, "production-2": open },
    },
    { now: () => now },
  );
  const body: Loose = JSON.parse(readReview("validate-v1-create-pods-2"));
  const { request } = body;
  request.namespace = "monitoring";
  request.name = "agent";
  request.userInfo = { username: "alice", groups: ["system:authenticated"] };
  request.object.metadata = { name: "agent", namespace: "monitoring" };
  request.object.spec = { containers: [privileged("agent", AGENT)] };
  change(request);
  const response = await app.fetch(reviewCall(path || `/c/${cluster}/validate`, JSON.stringify(body)));
  const answer: Loose = await response.json();
  return answer.response;
}

const privileged = (name: string, image: string) => ({ name, image, securityContext: { privileged: true } });
/** The request as an UPDATE of the excepted Pod. */
const asUpdate = (request: Loose): void => {
  request.operation = "UPDATE";
  request.oldObject = structuredClone(request.object);
};

it.each<[what: string, change: (request: Loose) => void]>([
  ["the Pod that it is for", () => undefined],
  [
    "a name by its pattern",
    (request) => {
      request.name = "agent-7";
    },
  ],
  [
    "a ServiceAccount by its pattern",
    (request) => {
      request.userInfo.username = "system:serviceaccount:ci:deployer";
    },
  ],
  ["an update of it", asUpdate],
])("the exception permits %s", async (_what, change) => {
  const response = await call(change);
  expect(response).toMatchObject({ allowed: true });
  expect(response.auditAnnotations["disallow-privileged.excepted"]).toContain(
    "excepted until 2027-06-30 (team-observability:",
  );
});

it.each<[what: string, change: (request: Loose) => void]>([
  [
    "another container",
    ({ object }) => {
      object.spec.containers.push(privileged("b", "evil:1"));
    },
  ],
  [
    "another container with the name of the excepted one",
    ({ object }) => {
      object.spec.initContainers = [privileged("agent", "evil:1")];
    },
  ],
  [
    "a container without an image",
    ({ object }) => {
      object.spec.containers.push({ name: "b", securityContext: { privileged: true } });
    },
  ],
  [
    "an init container",
    ({ object }) => {
      object.spec.initContainers = [privileged("b", "evil:1")];
    },
  ],
  [
    "a sidecar",
    ({ object }) => {
      object.spec.initContainers = [{ ...privileged("b", "evil:1"), restartPolicy: "Always" }];
    },
  ],
  [
    "another tag",
    ({ object }) => {
      object.spec.containers[0].image = AGENT.replace("4.2", "4.3");
    },
  ],
  [
    "a longer tag",
    ({ object }) => {
      object.spec.containers[0].image = `${AGENT}.1`;
    },
  ],
  [
    "no tag",
    ({ object }) => {
      object.spec.containers[0].image = AGENT.replace(":4.2", "");
    },
  ],
  [
    "a digest behind the tag",
    ({ object }) => {
      object.spec.containers[0].image = `${AGENT}@${DIGEST}`;
    },
  ],
  [
    "the image below another registry",
    ({ object }) => {
      object.spec.containers[0].image = `evil.example.org/${AGENT}`;
    },
  ],
  [
    "the image in capital letters",
    ({ object }) => {
      object.spec.containers[0].image = AGENT.toUpperCase();
    },
  ],
  [
    "the image with a blank",
    ({ object }) => {
      object.spec.containers[0].image = ` ${AGENT}`;
    },
  ],
  [
    "the image with a line break",
    ({ object }) => {
      object.spec.containers[0].image = `${AGENT}\n`;
    },
  ],
  [
    "an image that is no text",
    ({ object }) => {
      object.spec.containers[0].image = 5;
    },
  ],
  [
    "a list of images",
    ({ object }) => {
      object.spec.containers[0].image = [AGENT];
    },
  ],
  [
    "a generated name, as validators see it",
    (request) => {
      request.name = "agent-x7k2p";
      request.object.metadata = { name: "agent-x7k2p", generateName: "agent-" };
    },
  ],
  [
    "a generated name",
    (request) => {
      request.name = "";
      request.object.metadata = { generateName: "agent-" };
    },
  ],
  [
    "the name in the object alone",
    (request) => {
      request.name = "";
    },
  ],
  [
    "another name",
    (request) => {
      request.name = "agents";
    },
  ],
  [
    "the name in capital letters",
    (request) => {
      request.name = "Agent";
    },
  ],
  [
    "another namespace",
    (request) => {
      request.namespace = "monitoring-2";
    },
  ],
  [
    "the namespace in the object alone",
    (request) => {
      request.namespace = "default";
    },
  ],
  [
    "another user",
    (request) => {
      request.userInfo.username = "bob";
    },
  ],
  [
    "a user in a group of the name",
    (request) => {
      request.userInfo = { username: "bob", groups: ["alice"] };
    },
  ],
  [
    "a user with the name in extra",
    (request) => {
      request.userInfo = { username: "bob", extra: { username: ["alice"] } };
    },
  ],
  [
    "a user with the uid of the name",
    (request) => {
      request.userInfo = { username: "bob", uid: "alice" };
    },
  ],
  [
    "a ServiceAccount of another namespace",
    (request) => {
      request.userInfo.username = "system:serviceaccount:ci-2:deployer";
    },
  ],
  [
    "a ServiceAccount with a part more",
    (request) => {
      request.userInfo.username = "system:serviceaccount:ci:a:b";
    },
  ],
  [
    "an owner of the name, written by a user",
    (request) => {
      request.name = "evil";
      request.object.metadata.ownerReferences = [{ kind: "DaemonSet", name: "agent", controller: true }];
    },
  ],
  [
    "annotations that claim it",
    (request) => {
      request.name = "evil";
      request.object.metadata.annotations = { "disallow-privileged.excepted": "true", exception: "agent" };
    },
  ],
  [
    "an update that adds a container",
    (request) => {
      asUpdate(request);
      request.object.spec.containers.push(privileged("b", "evil:1"));
    },
  ],
  [
    "an update to another image",
    (request) => {
      asUpdate(request);
      request.object.spec.containers[0].image = "evil:1";
    },
  ],
  [
    "an update to another tag",
    (request) => {
      asUpdate(request);
      request.object.spec.containers[0].image = AGENT.replace("4.2", "4.3");
    },
  ],
  [
    "an update to another image by another user",
    (request) => {
      asUpdate(request);
      request.userInfo.username = "bob";
      request.object.spec.containers[0].image = "evil:1";
    },
  ],
  [
    "an update that makes another container privileged",
    (request) => {
      request.object.spec.containers.push({ name: "b", image: "evil:1" });
      asUpdate(request);
      request.object.spec.containers[1] = privileged("b", "evil:1");
    },
  ],
  [
    "an ephemeral container",
    (request) => {
      asUpdate(request);
      request.subResource = "ephemeralcontainers";
      request.requestSubResource = "ephemeralcontainers";
      request.object.spec.ephemeralContainers = [privileged("debug", "evil:1")];
    },
  ],
])("the exception does not permit %s", async (_what, change) => {
  const response = await call(change);
  expect(response).toMatchObject({ allowed: false });
  expect(response.status.message).toMatch(/^disallow-privileged: /);
});

it.each<[what: string, options: Parameters<typeof call>[1]]>([
  ["its end", { now: UNTIL }],
  ["long after it", { now: UNTIL + 1e12 }],
  ["another cluster that begins alike", { cluster: "production-2" }],
])("the exception does not permit anything at %s", async (_what, options) => {
  expect(await call(() => undefined, options)).toMatchObject({ allowed: false });
});

it("the exception does not permit a fault of another policy", async () => {
  const response = await call(({ object }) => {
    object.spec.volumes = [{ name: "root", hostPath: { path: "/" } }];
  });
  expect(response.status.message).toMatch(/^limit-host-paths: /);
  expect(response.status.message).not.toContain("disallow-privileged");
});
