import { defineGate, deny, policy } from "../../../src/index.ts";
import { disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import { requireResources } from "../../../src/policies/resources/requireResources.ts";

/**
 * Policies that come into force in a cluster whose objects break them. Two of them have one general message for all of
 * their faults, as users write them.
 */
export default defineGate({
  name: "existing",
  policies: [
    denyLabels(),
    disallowLatestTag(),
    requireLabels(),
    requireResources(),
    requireLabels({ name: "ns-owner", labels: ["owner"], resources: ["namespaces"] }),
    policy({
      name: "no-host-access",
      match: { resources: ["pods"], podTemplates: true },
      validate: ({ object }) => {
        const { hostNetwork, hostPID, containers = [] } = object.spec ?? {};
        const isHost =
          hostNetwork || hostPID || containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort));
        return isHost ? deny("access to the host is forbidden") : undefined;
      },
    }),
    policy({
      name: "no-privileged",
      match: { resources: ["pods"], podTemplates: true },
      validate: ({ object }) =>
        (object.spec?.containers ?? []).some(({ securityContext }) => securityContext?.privileged)
          ? deny("privileged containers are forbidden")
          : undefined,
    }),
    policy({
      name: "fleet-images",
      match: { apiGroups: ["existing.postern.dev"], apiVersions: ["v1"], resources: ["fleets"] },
      validate: ({ object }) => {
        const images = imagesOf(object);
        return images.flatMap((image) => (image.endsWith(":latest") ? [deny(`the fleet runs ${image}`)] : []));
      },
    }),
  ],
  entries: { default: { namespaceSelector: { matchLabels: { existing: "on" } } } },
  clusters: { e2e: { identity: "none" } },
});

/** The images of a Fleet, a custom resource with a Pod template. */
function imagesOf(fleet: object): string[] {
  const containers: unknown = at(fleet, "spec", "template", "spec", "containers");
  return Array.isArray(containers) ? containers.map((container) => String(at(container, "image"))) : [];
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined),
    value,
  );
}
