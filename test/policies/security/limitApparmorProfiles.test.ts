import { expect, it } from "vitest";
import { limitApparmorProfiles } from "../../../src/policies/security/limitApparmorProfiles.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const profile = (type: string, localhostProfile?: string): JsonObject => ({
  securityContext: { appArmorProfile: { type, localhostProfile } },
});
const KEY = "container.apparmor.security.beta.kubernetes.io/web";
const annotated = (value: string): JsonObject => ({ annotations: { [KEY]: value } });
const fault = (said: string, path = "spec.containers[0]"): string =>
  `${path}.securityContext.appArmorProfile: container 'web', by its own setting or that of the Pod, must not have the AppArmor profile ${said}`;
const noteFault = (said: string, path = "spec.containers[0]"): string =>
  `${path}.securityContext.appArmorProfile: container 'web' must not have the AppArmor profile '${said}' of the annotation ${KEY}`;

type Options = Parameters<typeof limitApparmorProfiles>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no profile, which is that of the runtime", {}, podOf({}), []],
  ["a profile of null", {}, podOf({ securityContext: { appArmorProfile: null } }), []],
  ["the profile of the runtime", {}, podOf(profile("RuntimeDefault")), []],
  ["a profile of the node", {}, podOf(profile("Localhost", "a")), []],
  ["none", {}, podOf(profile("Unconfined")), [fault("Unconfined")]],
  ["none of the Pod", {}, podOf({}, profile("Unconfined")), [fault("Unconfined")]],
  ["a container that is better than its Pod", {}, podOf(profile("RuntimeDefault"), profile("Unconfined")), []],
  ["an allowed name", { localhostProfiles: ["a"] }, podOf(profile("Localhost", "a")), []],
  ["another name", { localhostProfiles: ["a"] }, podOf(profile("Localhost", "b")), [fault("Localhost 'b'")]],
  ["the runtime's where it is not allowed", { allowed: ["Localhost"] }, podOf({}), [fault("RuntimeDefault")]],
  ["the annotation of the runtime", {}, podOf({}, {}, annotated("runtime/default")), []],
  ["an empty annotation", {}, podOf({}, {}, annotated("")), []],
  ["the annotation of none", {}, podOf({}, {}, annotated("unconfined")), [noteFault("unconfined")]],
  ["an annotation that is none of the known", {}, podOf({}, {}, annotated("off")), [noteFault("off")]],
  ["the annotation of a profile", {}, podOf({}, {}, annotated("localhost/a")), []],
  [
    "the annotation of another profile",
    { localhostProfiles: ["a"] },
    podOf({}, {}, annotated("localhost/b")),
    [noteFault("localhost/b")],
  ],
  ["the annotation of an allowed profile", { localhostProfiles: ["a"] }, podOf({}, {}, annotated("localhost/a")), []],
  [
    "an annotation that comes before the Pod's setting",
    {},
    podOf({}, profile("Unconfined"), annotated("runtime/default")),
    [],
  ],
  [
    "an empty annotation beside the Pod's setting",
    {},
    podOf({}, profile("Unconfined"), annotated("")),
    [fault("Unconfined")],
  ],
  [
    "an annotation without a name beside the Pod's setting",
    {},
    podOf({}, profile("Unconfined"), annotated("localhost/")),
    [fault("Unconfined")],
  ],
  [
    "an annotation that comes after the container's setting",
    {},
    podOf(profile("RuntimeDefault"), {}, annotated("unconfined")),
    [],
  ],
  ["the annotation of another container", {}, podOf({ name: "db" }, {}, annotated("unconfined")), []],
  ["an allowed none", { allowed: ["Unconfined"] }, podOf({}, {}, annotated("unconfined")), []],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf({}, {}, annotated("unconfined")), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(podOf({}, {}, annotated("unconfined"))),
    [noteFault("unconfined", "spec.template.spec.containers[0]")],
  ],
])("limitApparmorProfiles on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitApparmorProfiles(options), object)).toEqual(messages);
});

it("limitApparmorProfiles has a native form", () => {
  expect(nativeOf(limitApparmorProfiles())).toBe("yes");
  expect(nativeOf(limitApparmorProfiles({ allowed: ["Localhost"], localhostProfiles: ["a"] }))).toBe("yes");
});
