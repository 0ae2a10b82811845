import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ConfigSource } from '../config.ts'

/** When the certificate that this data plane shows its control plane ends, seconds since the epoch; read from its file, which may be renewed. */
export async function certificateExpiry(source: ConfigSource): Promise<number | undefined> {
  if (source.kind !== 'control_plane') return undefined
  try {
    const { validTo } = new X509Certificate(await readFile(source.certPath))
    return Math.floor(Date.parse(validTo) / 1000)
  } catch {
    // A file that is being replaced; the connection says so itself if it stays like that.
    return undefined
  }
}
