/** What all control planes of the database know of the data planes, kept in the table `clustering_data_planes`. */
import { sql } from 'kysely'
import type { DataPlaneRecord, FleetStore } from '../hub/fleet-store.ts'
import type { Database } from './database.ts'

export function createFleetStore(db: Database): FleetStore {
  return {
    async save(batch) {
      // One statement may touch a row only once.
      const newest = new Map<string, DataPlaneRecord>()
      for (const record of batch) {
        if (record.lastSeen >= (newest.get(record.id)?.lastSeen ?? 0)) newest.set(record.id, record)
      }
      if (newest.size === 0) return
      const records = [...newest.values()].map((record) => ({ id: record.id, last_seen: record.lastSeen, record }))
      await sql`
        insert into clustering_data_planes as known (id, last_seen, record)
        select id, last_seen, record from json_to_recordset(${JSON.stringify(records)}::json)
          as given (id text, last_seen bigint, record json)
        order by id
        on conflict (id) do update set last_seen = excluded.last_seen, record = excluded.record
          where known.last_seen <= excluded.last_seen`.execute(db)
    },
    async load() {
      const found = await sql<{ record: DataPlaneRecord }>`
        select record from clustering_data_planes order by id`.execute(db)
      return found.rows.map((row) => row.record)
    },
    async purge(before) {
      const result = await sql`delete from clustering_data_planes where last_seen < ${before}`.execute(db)
      return Number(result.numAffectedRows ?? 0)
    },
  }
}
