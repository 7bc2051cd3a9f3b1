import { POSTERN_VERSION } from "../../protocol/posternVersion.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { type Skew, skewOf } from "./skewOf.ts";

/** A part of an installation, the version that it states, and how it is updated. */
interface Part {
  readonly about: string;
  /** What its version is of: "was rendered by". */
  readonly verb: string;
  readonly version: string | undefined;
  readonly todo: string;
}

const TODO = {
  gate: "Deploy the gate again with this version.",
  registration: "Render and apply the registrations again. postern render --diff shows the changes.",
  sync: "Set the image of the sync to this version.",
};
const UNSTATED = "an early version, which does not state itself";

/**
 * Checks whether the gate, the registrations and the sync are of the version of this command. What is not known is no
 * finding: a gate whose self-test was not made or verified, or an image whose tag is no version.
 */
export function checkSkew(view: ClusterView, own = POSTERN_VERSION): DoctorFinding[] {
  return partsOf(view).flatMap((part) => {
    const { about, verb, version, todo } = part;
    const skew: Skew | undefined =
      version === undefined ? { direction: "behind", isCovered: true } : skewOf(version, own);
    if (skew === undefined || skew.direction === "same") return [];
    const distance = skew.isCovered ? "" : ", which is more than one minor version away";
    const isBehind = skew.direction === "behind";
    return [
      {
        code: isBehind ? "version-behind" : "version-ahead",
        severity: skew.isCovered ? "info" : "warning",
        about,
        message: `${verb} ${version ?? UNSTATED}; this command is ${own}${distance}`,
        todo: isBehind ? todo : "Run a newer postern: this one may not know what it reads.",
      },
    ];
  });
}

function partsOf({ registrations, selfTests, syncJob }: ClusterView): Part[] {
  const rendered = registrations.filter(({ hash }) => hash !== undefined);
  return [
    ...selfTests
      .filter(({ result }) => result === "signed")
      .map(({ gate, version }) => ({ about: `gate ${gate}`, verb: "runs", version, todo: TODO.gate })),
    ...rendered.map((it) => ({
      about: targetName(it),
      verb: "was rendered by",
      version: it.version,
      todo: TODO.registration,
    })),
    ...(syncJob === undefined || syncJob === "missing" || syncJob.version === undefined
      ? []
      : [
          {
            about: `${"ready" in syncJob ? "Deployment" : "CronJob"}/postern-sync`,
            verb: "runs",
            version: syncJob.version,
            todo: TODO.sync,
          },
        ]),
  ];
}
