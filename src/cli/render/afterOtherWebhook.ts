import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** The name of everything that the other webhook adds. */
const OTHER = "other-webhook";
const NAMED_LISTS = ["containers", "initContainers", "volumes"];

/**
 * An object after another mutating webhook, which adds to each Pod spec in it: an init container before the others, a
 * container, a volume, and a variable in each container.
 */
export function afterOtherWebhook(object: JsonObject): JsonObject {
  const changed: unknown = withOther(object);
  return isJsonObject(changed) ? changed : object;
}

function withOther(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) copy[key] = withOther(member);
  if (!Array.isArray(copy.containers)) return copy;
  const container = { name: OTHER, image: "registry.example.com/other:1" };
  copy.initContainers = [{ ...container, name: `${OTHER}-init` }, ...listOf(copy.initContainers)].map(withVariable);
  copy.containers = [...copy.containers, container].map(withVariable);
  copy.volumes = [...listOf(copy.volumes), { name: OTHER, emptyDir: {} }];
  return copy;
}

function withVariable(container: unknown): unknown {
  if (!isJsonObject(container)) return container;
  return { ...container, env: [...listOf(container.env), { name: "OTHER_WEBHOOK", value: "1" }] };
}

/**
 * What is wrong with an object after a mutator that was called after {@link afterOtherWebhook}: it removed what the other
 * webhook added, or added its own a second time. Undefined for nothing.
 */
export function faultAfterOther(object: JsonObject, path = ""): string | undefined {
  for (const [key, member] of Object.entries(object)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (isJsonObject(member)) {
      const fault = faultAfterOther(member, at);
      if (fault !== undefined) return fault;
    }
    if (!NAMED_LISTS.includes(key) || !Array.isArray(object.containers)) continue;
    const names = listOf(member).map((element) => (isJsonObject(element) ? element.name : undefined));
    const twice = names.find((name, index) => name !== undefined && names.indexOf(name) !== index);
    if (twice !== undefined) return `adds '${String(twice)}' to ${at} a second time`;
    if (!names.some((name) => String(name).startsWith(OTHER))) return `removes what the other one added to ${at}`;
  }
  return undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
