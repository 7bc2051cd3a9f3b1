import { expect, it } from "vitest";
import { limitSeccompProfiles } from "../../../src/policies/security/limitSeccompProfiles.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const profile = (type?: string | null, localhostProfile?: string): JsonObject =>
  type === undefined ? {} : { securityContext: { seccompProfile: type === null ? null : { type, localhostProfile } } };
const fault = (said: string, path = "spec.containers[0]"): string =>
  `${path}.securityContext.seccompProfile: container 'web', by its own setting or that of the Pod, must not have the seccomp profile ${said}`;
const lacks = (path = "spec.containers[0]", allowed = "RuntimeDefault or Localhost"): string =>
  `${path}.securityContext.seccompProfile: container 'web', or its Pod, must set a seccomp profile: ${allowed}`;

type Options = Parameters<typeof limitSeccompProfiles>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no profile", {}, podOf({}), [lacks()]],
  ["profiles of null", {}, podOf(profile(null), profile(null)), [lacks()]],
  [
    "no profile where that of kubelets is not allowed",
    { allowed: ["Localhost"], absent: "RuntimeDefault" },
    podOf({}),
    [lacks("spec.containers[0]", "Localhost")],
  ],
  ["the profile of the runtime", {}, podOf(profile("RuntimeDefault")), []],
  ["the profile of the Pod", {}, podOf({}, profile("RuntimeDefault")), []],
  ["a profile of the node", {}, podOf(profile("Localhost", "a.json")), []],
  ["none, said aloud", {}, podOf(profile("Unconfined")), [fault("Unconfined")]],
  [
    "a container that takes back the Pod's",
    {},
    podOf(profile("Unconfined"), profile("RuntimeDefault")),
    [fault("Unconfined")],
  ],
  ["a container that is better than its Pod", {}, podOf(profile("RuntimeDefault"), profile("Unconfined")), []],
  ["no profile where kubelets have one", { absent: "RuntimeDefault" }, podOf({}), []],
  ["any profile", { allowed: ["RuntimeDefault", "Localhost", "Unconfined"] }, podOf({}), []],
  ["an allowed file", { localhostProfiles: ["a.json"] }, podOf(profile("Localhost", "a.json")), []],
  [
    "another file",
    { localhostProfiles: ["a.json"] },
    podOf(profile("Localhost", "b.json")),
    [fault("Localhost 'b.json'")],
  ],
  ["no file", { localhostProfiles: ["a.json"] }, podOf({}, profile("Localhost")), [fault("Localhost ''")]],
  [
    "the file of a Pod whose container has a type of its own",
    { localhostProfiles: ["a.json"] },
    podOf(profile("Localhost"), profile("Localhost", "a.json")),
    [fault("Localhost ''")],
  ],
  [
    "an ephemeral container",
    {},
    podOf(profile("RuntimeDefault"), { ephemeralContainers: [{ name: "web" }] }),
    [lacks("spec.ephemeralContainers[0]")],
  ],
  ["a Windows Pod", {}, podOf({}, { os: { name: "windows" } }), []],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf({}), []],
  ["the template of a Deployment", {}, deploymentOf(podOf({})), [lacks("spec.template.spec.containers[0]")]],
])("limitSeccompProfiles on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitSeccompProfiles(options), object)).toEqual(messages);
});

it("limitSeccompProfiles has a native form", () => {
  expect(nativeOf(limitSeccompProfiles())).toBe("yes");
  expect(
    nativeOf(limitSeccompProfiles({ allowed: ["Localhost"], localhostProfiles: [], absent: "RuntimeDefault" })),
  ).toBe("yes");
});
