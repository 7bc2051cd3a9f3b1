import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { hosts } from "./hosts.ts";
import { images } from "./images.ts";
import { labels } from "./labels.ts";
import { mutators } from "./mutators.ts";
import { network } from "./network.ts";
import { objects } from "./objects.ts";
import { privileges } from "./privileges.ts";
import { profiles } from "./profiles.ts";
import { rbac } from "./rbac.ts";
import { resources } from "./resources.ts";
import { storage } from "./storage.ts";
import { workloads } from "./workloads.ts";

/** What the catalogue says of every built-in policy. No gate's bundle has it. */
export const catalogue: readonly CatalogueEntry[] = [
  ...profiles,
  ...privileges,
  ...hosts,
  ...workloads,
  ...images,
  ...resources,
  ...labels,
  ...network,
  ...objects,
  ...rbac,
  ...storage,
  ...mutators,
];
