/** How this machine reaches others, as its own settings say. Nobody outside of it is asked. */
export interface Network {
  /** The proxy variables that are set, in either spelling: `HTTPS_PROXY`, `no_proxy`. */
  readonly proxies: ReadonlyMap<string, string>
  /** What the system's resolver makes of a name; empty when it knows none. */
  addressesOf(name: string): Promise<readonly string[]>
}
