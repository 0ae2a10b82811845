/** The log of committed transactions: how one is added, and how it is read back. */
import { type Change, type LoggedChange, type Revision, type WireRow, formatDigest } from '@holdfast/sync'
import { sql, type Transaction } from 'kysely'
import type { Head } from './change-log.ts'
import { COMMIT_CHANNEL } from './change-notices.ts'
import type { Database, Tables } from './database.ts'
import type { Account } from './write-transaction.ts'

const MODULUS = 1n << 128n
/** Changes per statement: bounds the size of one parameter. */
const CHUNK = 1000

/**
 * Gives the transaction its revision and logs its changes. To be called last: from here to the commit no other transaction
 * can take a revision, and so none with a lower number commits later.
 */
export async function takeRevision(trx: Transaction<Tables>, account: Account): Promise<Revision> {
  const added = ((account.digestDelta % MODULUS) + MODULUS) % MODULUS
  const logged = account.changes.map((change, seq) => ({ seq, ...change }))
  const taken = await sql<{ revision: number }>`
    with head as (
      update config_head
      set revision = revision + 1, digest = mod(digest + ${added.toString()}::numeric, ${MODULUS.toString()}::numeric)
      returning revision, digest
    ), written as (
      insert into revisions (revision, digest) select revision, digest from head
    ), logged as (
      insert into changes (revision, seq, op, entity, id, row)
      select head.revision, c.* from head,
        json_to_recordset(${JSON.stringify(logged.slice(0, CHUNK))}::json)
        as c (seq int, op text, entity text, id uuid, row json)
    )
    select revision, pg_notify(${COMMIT_CHANNEL}, revision::text) from head`.execute(trx)
  const revision = taken.rows[0]?.revision
  if (revision === undefined) throw new Error('the database has no revision counter')
  for (let from = CHUNK; from < logged.length; from += CHUNK) {
    await sql`
      insert into changes (revision, seq, op, entity, id, row)
      select ${revision}, c.* from
        json_to_recordset(${JSON.stringify(logged.slice(from, from + CHUNK))}::json)
        as c (seq int, op text, entity text, id uuid, row json)`.execute(trx)
  }
  return revision as Revision
}

export async function readHead(db: Database): Promise<Head> {
  const found = await sql<{ revision: number; digest: string }>`select revision, digest from config_head`.execute(db)
  const head = found.rows[0]
  if (!head) throw new Error('the database has no revision counter')
  return { revision: head.revision as Revision, digest: formatDigest(BigInt(head.digest)) }
}

/** The revision from which the log can still lead on. */
export async function oldestRevision(db: Database): Promise<Revision> {
  const found = await sql<{ oldest: number }>`
    select coalesce((select min(revision) - 1 from revisions), revision) as oldest from config_head`.execute(db)
  return (found.rows[0]?.oldest ?? 0) as Revision
}

interface LoggedRecord {
  readonly revision: number
  readonly digest: string
  readonly op: Change['op'] | null
  readonly entity: string
  readonly id: string
  readonly row: WireRow
}

/** See `ChangeLog.changes`. One statement, so that trimming cannot take a part away meanwhile. */
export async function readChanges(
  db: Database,
  from: Revision,
  to: Revision,
): Promise<{ changes: LoggedChange[]; digest: string } | undefined> {
  if (from > to) return undefined
  // The revision `from` itself need not be in the log any more, but what follows it must be.
  const found = await sql<LoggedRecord>`
    select r.revision, r.digest, c.op, c.entity, c.id, c.row
    from revisions r left join changes c using (revision)
    where r.revision > ${from} and r.revision <= ${to} order by r.revision, c.seq`.execute(db)
  const records = found.rows
  if (from === to) {
    const head = await readHead(db)
    return head.revision === to ? { changes: [], digest: head.digest } : readDigest(db, to)
  }
  const last = records.at(-1)
  if (records[0]?.revision !== from + 1 || last?.revision !== to) return undefined
  const changes = records.flatMap(({ revision, op, entity, id, row }): LoggedChange[] => {
    if (op === null) return []
    const change: Change = op === 'put' ? { op, entity, id, row } : { op, entity, id }
    return [{ revision: revision as Revision, change }]
  })
  return { changes, digest: formatDigest(BigInt(last.digest)) }
}

async function readDigest(
  db: Database,
  revision: Revision,
): Promise<{ changes: LoggedChange[]; digest: string } | undefined> {
  const found = await sql<{ digest: string }>`select digest from revisions where revision = ${revision}`.execute(db)
  return found.rows[0] && { changes: [], digest: formatDigest(BigInt(found.rows[0].digest)) }
}

export interface LogLimits {
  /** Older revisions are removed. */
  readonly maxAgeMs: number
  /** The newest revisions that together have at most so many changes are kept. */
  readonly maxChanges: number
}

/** Changes that are deleted at a time: a statement must end in time, however much one transaction wrote. */
const TRIM_CHUNK = 20_000

/** Removes what is over the limits, always whole revisions from the old end. @returns how many revisions went */
export async function trimLog(db: Database, limits: LogLimits): Promise<number> {
  // From here on the log does not reach back to these revisions, even though some of their changes are still there.
  const removed = await sql`
    delete from revisions where revision <= greatest(
      (select max(revision) from revisions where created_at < now() - ${limits.maxAgeMs} * interval '1 millisecond'),
      (select revision from changes order by revision desc, seq desc offset ${limits.maxChanges} limit 1)
    )`.execute(db)
  for (;;) {
    const deleted = await sql`
      delete from changes where (revision, seq) in (
        select revision, seq from changes
        where revision < coalesce((select min(revision) from revisions), (select revision + 1 from config_head))
        order by revision, seq limit ${TRIM_CHUNK}
      )`.execute(db)
    if (Number(deleted.numAffectedRows ?? 0) < TRIM_CHUNK) break
  }
  return Number(removed.numAffectedRows ?? 0)
}
