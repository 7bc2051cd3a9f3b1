import { ENVIRONMENTS, type Environment, type Project } from "../Project.ts";

/** The config of wrangler, with an environment for staging and one for production. wrangler inherits no bindings, so each has its own. */
export function wranglerText(project: Project): string {
  return `# The gate on Cloudflare Workers. Deploy it with npm run deploy:staging and npm run deploy:production.
name = "${project.name}"
main = "worker.ts"
compatibility_date = "2026-07-01"
minify = true
# Only the custom domains below are served. Without --env, nothing is reachable.
workers_dev = false
preview_urls = false

[observability]
enabled = true
${ENVIRONMENTS.map((environment) => environmentText(project, environment)).join("")}`;
}

function environmentText(project: Project, environment: Environment): string {
  const { name, domains } = project;
  const table = `env.${environment}`;
  const first = environment === "staging" ? 1_001 : 2_001;
  return `
# ${environment.toUpperCase()}
[${table}]
name = "${name}-${environment}"
# The zone is in the same account. Cloudflare makes the DNS record and the certificate.
routes = [{ pattern = "${domains[environment]}", custom_domain = true }]

[${table}.vars]
# Each verdict is a line of the log, without the user.
POSTERN_VERDICT_LINES = "1"
${keepText(project)}
# Secrets, which are not in this file:
#   POSTERN_SIGNING_KEY      signs self-tests: npm run secrets:${environment}
#   POSTERN_CAPABILITY_KEYS  with the tier capability(): npx --no postern keys new --out capability-keys.json
#                            npx wrangler secret put POSTERN_CAPABILITY_KEYS --env ${environment} < capability-keys.json
${secretText(project, environment)}
[${table}.observability]
enabled = true

# The announcement of the next URL and roots, which postern announce publishes. The first deployment makes the namespace.
[[${table}.kv_namespaces]]
binding = "POSTERN_ANNOUNCEMENTS"

# Calls of each cluster, and refused calls of each address, at each location of Cloudflare. The ids are unique in the account.
[[${table}.ratelimits]]
name = "POSTERN_CLUSTER_RATE"
namespace_id = "${first}"
simple = { limit = 5000, period = 10 }

[[${table}.ratelimits]]
name = "POSTERN_REFUSED_RATE"
namespace_id = "${first + 1}"
simple = { limit = 100, period = 10 }
${recordsText(project, environment)}`;
}

function keepText({ records }: Project): string {
  return records === "compliance"
    ? `# Days that a record is kept: those of the lock of the bucket, in package.json.\nPOSTERN_RECORDS_KEEP_DAYS = "30"\n`
    : "";
}

function secretText({ records }: Project, environment: Environment): string {
  return records === "compliance"
    ? `#   POSTERN_RECORDS_KEY      signs records: npx --no postern records key .secrets/records-key.${environment}.json
#                            npx wrangler secret put POSTERN_RECORDS_KEY --env ${environment} < .secrets/records-key.${environment}.json
`
    : "";
}

/** The bindings of decision records. */
function recordsText({ name, records }: Project, environment: Environment): string {
  const table = `env.${environment}`;
  if (records === "log")
    return `
# Decision records are lines of the log. For stores of them, see the option --records of postern init.
`;
  if (records === "latency")
    return `
# Decision records go through a queue into a bucket: npm run setup:${environment} makes both.
[[${table}.queues.producers]]
binding = "POSTERN_RECORD_QUEUE"
queue = "${name}-${environment}-records"

[[${table}.queues.consumers]]
queue = "${name}-${environment}-records"
max_batch_size = 100
max_batch_timeout = 30
max_retries = 10

[[${table}.r2_buckets]]
binding = "POSTERN_LATENCY_BUCKET"
bucket_name = "${name}-${environment}-latency"
`;
  return `
# Decision records: each call is answered after the object and the bucket have its record. npm run setup:${environment} makes and locks the
# bucket.
[[${table}.durable_objects.bindings]]
name = "POSTERN_RECORDS"
class_name = "RecordsObject"

[[${table}.migrations]]
tag = "records-1"
new_sqlite_classes = ["RecordsObject"]

[[${table}.r2_buckets]]
binding = "POSTERN_RECORDS_BUCKET"
bucket_name = "${name}-${environment}-records"
`;
}
