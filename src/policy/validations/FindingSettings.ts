import type { PolicyContext } from "../define/PolicyContext.ts";

/** What holds for all findings of a policy. */
export interface FindingSettings {
  /** What a fault of a Pod template does. Default: `deny`. */
  readonly onTemplates?: "deny" | "warn" | undefined;
  /** A URL at the end of each message, where people read what to do. */
  readonly help?: string | undefined;
}

type Context = Pick<PolicyContext<unknown, unknown, unknown>, "path">;

/** Checks settings of any type. Calls `fail` with the name of the setting and what is wrong with it. */
export function checkFindingSettings(settings: unknown, fail: (setting: string, fault: string) => never): void {
  const { onTemplates, help } = Object(settings);
  if (onTemplates !== undefined && onTemplates !== "deny" && onTemplates !== "warn")
    fail("onTemplates", `is ${JSON.stringify(onTemplates)}, not "deny" or "warn"`);
  if (help !== undefined && (typeof help !== "string" || !/^https?:\/\/[^\s<>"]{1,500}$/.test(help)))
    fail("help", "is not a URL that begins with https:// or http://");
}

/** The end of each message. */
export function messageEnding({ help }: FindingSettings): string {
  return help === undefined ? "" : `; see ${help}`;
}

/** Whether faults of the object in question are warnings: it is a Pod template, and templates are only warned about. */
export function warnsOnly({ onTemplates }: FindingSettings, { path }: Context): boolean {
  return onTemplates === "warn" && path("spec") !== "spec";
}
