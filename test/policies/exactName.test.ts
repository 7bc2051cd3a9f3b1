import { expect, it } from "vitest";
import * as policies from "../../src/policies/index.ts";

it.each<[option: string, make: (name: string) => unknown]>([
  ["allowed.0", (name) => policies.disallowSecretsInEnv({ allowed: [name] })],
  ["allowed.0", (name) => policies.limitIngressClasses({ allowed: [name] })],
  ["allowed.0", (name) => policies.limitStorageClasses({ allowed: [name] })],
  ["allowed.0", (name) => policies.disallowAutomountedServiceAccountTokens({ allowed: [name] })],
  ["allowed.0", (name) => policies.disallowAutomountedTokens({ allowed: [name] })],
  ["allowed.0", (name) => policies.requirePriorityClass({ allowed: [name] })],
  ["allowedClasses.0", (name) => policies.disallowLoadBalancers({ allowedClasses: [name] })],
  ["allowedUsers.0", (name) => policies.disallowExec({ allowedUsers: [name] })],
  ["allowedGroups.0", (name) => policies.disallowExec({ allowedGroups: [name] })],
  ["roles.0", (name) => policies.disallowClusterAdminBindings({ roles: [name] })],
  ["allowedSubjects.0", (name) => policies.disallowClusterAdminBindings({ allowedSubjects: [`Group/${name}`] })],
  ["allowedSubjects.0", (name) => policies.disallowClusterAdminBindings({ allowedSubjects: [`User/${name}`] })],
  ["verbs.0", (name) => policies.disallowSecretReadingRoles({ verbs: [name] })],
  ["localhostProfiles.0", (name) => policies.limitApparmorProfiles({ localhostProfiles: [name] })],
  ["localhostProfiles.0", (name) => policies.limitSeccompProfiles({ localhostProfiles: [name] })],
  ["types.0", (name) => policies.limitSelinux({ types: [name] })],
  ["topologyKeys.0", (name) => policies.requireTopologySpread({ topologyKeys: [name] })],
])("%s of a policy refuses a name with a * or outer blanks, as names are compared exactly: %o", (option, make) => {
  expect(() => make("team-*")).toThrow(`options.${option} `);
  expect(() => make("*-team")).toThrow(`options.${option} `);
  expect(() => make("team-a ")).toThrow(`options.${option} `);
  expect(() => make("\tteam-a")).toThrow(`options.${option} `);
  expect(() => make("team-a")).not.toThrow();
});

it.each<[option: string, make: (name: string) => unknown]>([
  ["denied.0", (name) => policies.limitBindingSubjects({ denied: [`User/${name}`] })],
  ["allowedBindings.0", (name) => policies.limitBindingSubjects({ allowedBindings: [name] })],
  ["allowedRoles.0", (name) => policies.disallowWildcardRoles({ allowedRoles: [name] })],
  ["allowedRoles.0", (name) => policies.disallowSecretReadingRoles({ allowedRoles: [name] })],
  ["allowedRoles.0", (name) => policies.disallowEscalatingRoles({ allowedRoles: [name] })],
])("%s of a policy refuses outer blanks: %o", (option, make) => {
  expect(() => make("team-a ")).toThrow(`options.${option} begins or ends with a blank`);
  expect(() => make("team-*")).not.toThrow();
});

it.each<[option: string, make: (image: string) => unknown]>([
  ["exemptImages.0", (image) => policies.disallowPrivileged({ exemptImages: [image] })],
  ["exemptImages.0", (image) => policies.disallowLatestTag({ exemptImages: [image] })],
  ["exemptImages.0", (image) => policies.requireResources({ exemptImages: [image] })],
  ["images.0", (image) => policies.setImagePullPolicy({ images: [image] })],
])("%s of a policy refuses what no image matches: %o", (option, make) => {
  for (const image of ["web ", "a.b/*\n", "web:?"])
    expect(() => make(image)).toThrow(`options.${option} is no image with * for any characters`);
  expect(() => make("a.b:5000/*@sha256:*")).not.toThrow();
});

it.each<[option: string, make: (name: string) => unknown]>([
  ["allowed", (name) => policies.requirePriorityClass({ allowed: [name] })],
  ["allowed", (name) => policies.limitServiceAccounts({ allowed: [name] })],
  ["localhostProfiles", (name) => policies.limitApparmorProfiles({ localhostProfiles: [name] })],
  ["localhostProfiles", (name) => policies.limitSeccompProfiles({ localhostProfiles: [name] })],
  ["levels", (name) => policies.limitSelinux({ levels: [name] })],
])("%s of a policy takes * for all: %o", (_option, make) => {
  expect(() => make("*")).not.toThrow();
  expect(() => make("")).toThrow();
  expect(() => make(" *")).toThrow();
});
