/**
 * Findings that are meant so in files that mitra brings. Applied files never change, not even by a
 * comment, so the reason stands here; by checksum, so that it holds for those bytes alone.
 */
const shipped: readonly {
  readonly file: string
  readonly checksum: string
  readonly allowed: Readonly<Record<string, string>>
}[] = [
  {
    file: 'tenant/20260101000200_users.sql',
    checksum: '8155d77fc8d61f10d4aa6b97e969d91b9710c0c428ce7ab7031d92800472cb3c',
    allowed: protectedLater(),
  },
  {
    file: 'tenant/20260101000300_insurance.sql',
    checksum: '7067565f771495a216b77d4f3b5da590802ccd04f2449ff8622b47c5fd4857ad',
    allowed: protectedLater(),
  },
  {
    file: 'tenant/20260101000400_content.sql',
    checksum: 'b0a4f58895dc25c1a394ffed0afa71fb093ab92b84948f2a4ddf2aa9d87b9ff5',
    allowed: protectedLater(),
  },
  {
    file: 'tenant/20260101000500_analytics.sql',
    checksum: 'd9a8f921783293a8e8f17f5c7f74a36cd18549f9df828252e4cf675cd79296ff',
    allowed: protectedLater(),
  },
  {
    file: 'tenant/20260101000600_audit.sql',
    checksum: 'aab5d757daeb340f738ab9322d1fa43de1a83cb5d78d544545d250440e2168e9',
    allowed: protectedLater(),
  },
]

function protectedLater(): Readonly<Record<string, string>> {
  return {'rls-missing': '20260101000700_isolation.sql protects it in the same transaction'}
}

/** The files that the list speaks of: name and checksum. */
export const shippedFiles = shipped.map(({file, checksum}) => ({file, checksum}))

export function shippedReason(checksum: string, rule: string): string | undefined {
  return shipped.find((one) => one.checksum === checksum)?.allowed[rule]
}
