import { consumers, type Consumer } from '@holdfast/entities'
import type { Host } from '@holdfast/plugin-kit'

/** Finds the consumer that stands in for clients who are not known, by id or by username, as it is when it is asked for. */
export function anonymousConsumer(host: Host, idOrUsername: string): () => Consumer | undefined {
  const rows = host.rows(consumers)
  return () => rows.byId(idOrUsername) ?? rows.by('username', idOrUsername)
}
