// What mitra brought after its first version. Every new file that it brings is added here.
const checksums: ReadonlySet<string> = new Set([
  // shared/20261124010000_tenant_states.sql
  '6ed248e5a7155669952fe9f5997791c625d26d6da7af72e1265c37333a532e5a',
  // shared/20261124010100_tenant_state_since.sql
  '8906687577f7a24a204db0f6203c5aff415b4886e9c0142a24844181c7a12b10',
  // shared/20261124020000_audit_chain.sql
  '2aa400c00cf6a87f766b3cbc1ac7582c3a9d8edbb334e191093699f64338bcf0',
  // shared/20261124020100_partitions.sql
  '965749d384f5a9c9dcdf27b1d97293c9d2a5592ce70920a45fa5b2a7d84c24b4',
  // tenant/20261124020000_audit_chain.sql
  '4eaeb50847e03e951c8947a1b07dcf478d98f7b36f9011b6431490bff39162ce',
])

/** By its bytes: a file of that name with other bytes is the workspace's own. */
export function isBroughtFile(checksum: string): boolean {
  return checksums.has(checksum)
}
