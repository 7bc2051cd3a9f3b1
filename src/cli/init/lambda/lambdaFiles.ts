import type { Project, ProjectFile } from "../Project.ts";
import { secretNames } from "./secretNames.ts";
import { serverlessText } from "./serverlessText.ts";

/** What a gate on AWS Lambda has: its entry, its secrets and its stack. */
export function lambdaFiles(project: Project): ProjectFile[] {
  return [
    { path: "lambda.ts", content: LAMBDA },
    { path: "secrets.ts", content: secretsText(project) },
    { path: "serverless.yml", content: serverlessText(project) },
  ];
}

const LAMBDA = `import { createLambda } from "postern/lambda";
import gate from "./gate.ts";
import { readSecrets } from "./secrets.ts";

// A function whose secrets cannot be read does not start, and the call fails. failurePolicy decides then.
export const handler = createLambda(gate, { ...process.env, ...(await readSecrets(process.env.POSTERN_SECRETS)) });
`;

function secretsText(project: Project): string {
  return `import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";

// The role of the function may read these. One that is not there is not set.
const NAMES = [${secretNames(project)
    .map((name) => JSON.stringify(name))
    .join(", ")}];

/**
 * The secrets of the gate: SecureStrings of the Parameter Store, such as /${project.name}/staging/POSTERN_SIGNING_KEY. An instance reads them
 * once, when it starts. So they are neither in the template nor in the configuration of the function. \`folder\` is their path, with a
 * slash at both ends; without one, there are none.
 */
export async function readSecrets(folder: string | undefined): Promise<Record<string, string>> {
  if (folder === undefined || folder === "") return {};
  const names = NAMES.map((name) => \`\${folder}\${name}\`);
  const { Parameters = [] } = await new SSMClient().send(new GetParametersCommand({ Names: names, WithDecryption: true }));
  return Object.fromEntries(
    Parameters.flatMap(({ Name, Value }) =>
      Name === undefined || Value === undefined ? [] : [[Name.slice(folder.length), Value.trim()]],
    ),
  );
}
`;
}
