/** Listeners on this machine. */
export interface Sockets {
  /** True when a service could listen there on loopback now. */
  isPortFree(port: number): Promise<boolean>
  /** Who listens there, as far as this user may see. */
  portHolder(port: number): Promise<PortHolder | undefined>
}

export interface PortHolder {
  readonly pid?: number
  readonly command?: string
}
