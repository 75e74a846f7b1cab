/** Variables that say where mitra works or what a test wants, and nothing that the report needs. */
const ofThisRun = /^MITRA_(PLAN|YES|WORKSPACE|FAULT|TEST_\w+|CACHE_DIR)$/

/** What is set here and that neither cron nor launchd will see, though the report would use it. */
export function unseenByCron(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  return Object.keys(environment)
    .filter((name) => /^(MITRA|AWS)_|^(NODE_EXTRA_CA_CERTS|https?_proxy)$/i.test(name))
    .filter((name) => !ofThisRun.test(name) && environment[name] !== '')
    .toSorted()
}

/** The zone of the person who calls, TZ of the shell included. */
export function callersZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
