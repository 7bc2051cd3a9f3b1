import type { Project } from "../Project.ts";
import { alarmsText } from "./alarmsText.ts";
import { domainText } from "./domainText.ts";
import { recordsText } from "./recordsText.ts";
import { secretNames } from "./secretNames.ts";

/** The stack of a gate on AWS Lambda, for osls: one for each stage. */
export function serverlessText(project: Project): string {
  const { name, region, endpoint, domains } = project;
  const isApi = endpoint === "api-gateway";
  return `# The gate on AWS Lambda. Deploy it with npm run deploy:staging and npm run deploy:production: each stage is a stack of its own.
# Lambda accepts calls of at most 6 MB. A larger call never reaches the gate.
service: "${name}"
frameworkVersion: "*"

params:
  staging:
    concurrency: 10
${isApi ? `    domain: "${domains.staging}"\n` : ""}  production:
    # How many calls run at one time, of all clusters together. It bounds the costs of a flood. A new account may have too few: ask AWS for
    # more, or lower it.
    concurrency: 50
${isApi ? `    domain: "${domains.production}"\n` : ""}
provider:
  name: aws
  runtime: nodejs22.x
  architecture: arm64
  region: ${region}
  stage: \${opt:stage, 'staging'}
  memorySize: 512
  # The longest timeoutSeconds that the API server accepts is 30.${isApi ? " An HTTP API waits no longer than 30 s itself." : ""}
  timeout: ${isApi ? 29 : 30}
  logRetentionInDays: 30
${isApi ? httpApiText(project) : ""}  environment:
    # Where the function reads its secrets when it starts: secrets.ts. This file and the template have none.
    POSTERN_SECRETS: /${name}/\${sls:stage}/
    # Each verdict is a line of the log, without the user.
    POSTERN_VERDICT_LINES: "1"
${recordsVariables(project)}  # What the function may do, beside writing its log.
  iam:
    role:
      statements:
        - Effect: Allow
          Action: [ssm:GetParameters]
          Resource:
${secretNames(project)
  .map(
    (secret) =>
      `            - !Sub "arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name}/\${sls:stage}/${secret}"`,
  )
  .join("\n")}
${recordsStatements(project)}
package:
  patterns:
    - "!**"
    - build/lambda.mjs

functions:
  gate:
    handler: build/lambda.handler
    reservedConcurrency: \${param:concurrency}
${isApi ? `    events:\n      - httpApi: "*"` : "    # A public URL with a certificate of AWS: an API server cannot sign requests for AWS.\n    url: true"}

resources:
  Resources:
${alarmsText(project)}${isApi ? domainText(project) : ""}${recordsText(project)}`;
}

function httpApiText({ mtls }: Project): string {
  return `  httpApi:
    # Only the custom domain is served${mtls ? ": the default endpoint asks for no client certificate" : ""}.
    disableDefaultEndpoint: true
`;
}

function recordsVariables({ records }: Project): string {
  return records === "compliance"
    ? `    POSTERN_RECORDS_TABLE: !Ref RecordsTable
    POSTERN_RECORDS_BUCKET: !Ref RecordsBucket
    POSTERN_RECORDS_KEEP_DAYS: "30"
`
    : "";
}

function recordsStatements({ records }: Project): string {
  return records === "compliance"
    ? `        # It may delete decisions that wait for their batch, and no records.
        - Effect: Allow
          Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem]
          Resource: !GetAtt RecordsTable.Arn
        - Effect: Allow
          Action: [dynamodb:DeleteItem]
          Resource: !GetAtt RecordsTable.Arn
          Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["wait#*"] } }
        - Effect: Allow
          Action: [s3:PutObject, s3:PutObjectRetention, s3:PutObjectTagging, s3:GetObject]
          Resource: !Sub "\${RecordsBucket.Arn}/*"
`
    : "";
}
