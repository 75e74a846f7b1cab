/** This machine as others on its network see it. */
export interface Lan {
  /** Its IPv4 address there; undefined without a network. */
  address(): Promise<string | undefined>
  /**
   * Passes what comes to that address on to the same port on loopback, until `close`. Throws `notReady`
   * LAN_PORT_TAKEN.
   */
  open(address: string, port: number): Promise<{close(): Promise<void>}>
}
