/**
 * Whether a row with a time to live has ended. Rows carry `expires_at` (Unix seconds, null or absent for never) beside their
 * fields; a data plane must not wait to be told, since its control plane may be away.
 */
export function isExpired(row: object, now: number): boolean {
  const { expires_at: end } = row as { readonly expires_at?: number | null }
  return typeof end === 'number' && end * 1000 <= now
}
