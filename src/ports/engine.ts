/** What was found of a docker daemon: where it answers, or why there is none to use. */
export type FoundEngine = {readonly endpoint: string; readonly how: string} | {readonly why: string}
