import { cloudflareFiles } from "./cloudflare/cloudflareFiles.ts";
import { gateFiles } from "./files/gateFiles.ts";
import { installText } from "./files/installText.ts";
import { packageFiles } from "./files/packageFiles.ts";
import { readmeText } from "./files/readmeText.ts";
import { syncText } from "./files/syncText.ts";
import { workflowText } from "./files/workflowText.ts";
import { lambdaFiles } from "./lambda/lambdaFiles.ts";
import { nodeFiles } from "./node/nodeFiles.ts";
import { ENVIRONMENTS, type Project, type ProjectFile, type Runtime, type Versions } from "./Project.ts";

/** What the files of a project are made of. */
export interface ProjectParts {
  readonly project: Project;
  readonly versions: Versions;
  /** Where the project has this package from, as package.json says it. */
  readonly spec: string;
  /** The signing key of each environment: a private JWK, and its public part. */
  readonly keys: Readonly<Record<string, { readonly privateJwk: string; readonly x: string }>>;
}

const OF_RUNTIME: Readonly<Record<Runtime, (project: Project) => readonly ProjectFile[]>> = {
  cloudflare: cloudflareFiles,
  lambda: lambdaFiles,
  node: nodeFiles,
};

/** All files of a project. Pure. */
export function projectFiles({ project, versions, spec, keys }: ProjectParts): ProjectFile[] {
  return [
    { path: "README.md", content: readmeText(project) },
    ...gateFiles(project),
    ...OF_RUNTIME[project.runtime](project),
    ...packageFiles(project, versions, spec),
    { path: ".github/workflows/gate.yml", content: workflowText(project) },
    { path: "postern.yaml", content: installText(project, keys.production?.x ?? "") },
    { path: "sync.yaml", content: syncText(project, keys.production?.x ?? "") },
    ...ENVIRONMENTS.flatMap((environment) => {
      const key = keys[environment];
      const path = `.secrets/signing-key.${environment}.json`;
      return key === undefined ? [] : [{ path, content: `${key.privateJwk}\n`, isSecret: true }];
    }),
  ];
}
