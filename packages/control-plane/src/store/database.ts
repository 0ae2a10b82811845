/** Connections to PostgreSQL: a pool that survives the server, and Kysely on top of it. */
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import { Pool, types, type ClientConfig, type CustomTypesConfig } from 'pg'
import type { Logger } from 'pino'
import type { DatabaseConfig } from '../config.ts'

/** Tables are derived from entity definitions at run time, so to the type system each is a bag of columns. */
export type Tables = Record<string, Record<string, unknown>>
export type Database = Kysely<Tables>

/** PostgreSQL's `int8`; every integer that we keep is within the safe range, which the schemas see to. */
const INT8 = 20

const typeParsers: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser,
}

/** What `pg` needs to reach the database, for the pool and for connections of their own (LISTEN). */
export function connectionOptions(config: DatabaseConfig): ClientConfig {
  return {
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    password: config.password,
    ssl: config.ssl ? { rejectUnauthorized: config.sslVerify } : false,
    connectionTimeoutMillis: config.timeoutMs,
    statement_timeout: config.timeoutMs,
    // A little later than the server's own limit: it only ends waits for a server that does not answer at all.
    query_timeout: config.timeoutMs + 500,
    idle_in_transaction_session_timeout: 4 * config.timeoutMs,
    keepAlive: true,
    application_name: 'holdfast',
    types: typeParsers,
    ...(config.schema !== undefined && { options: `-c search_path=${quoteOption(config.schema)}` }),
  }
}

/** Opens nothing yet: the first query connects, and each later one connects anew where it must. */
export function openDatabase(config: DatabaseConfig, log: Logger): Database {
  const pool = new Pool({ ...connectionOptions(config), max: config.poolSize, idleTimeoutMillis: 30_000 })
  pool.on('error', (error) => log.warn({ err: error }, 'lost an idle database connection'))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: discardingPool(pool) }) })
}

/**
 * A connection whose query got no answer in time still waits for it; given back to the pool it would delay the next
 * user too. So it is used no more, and the pool throws it away.
 */
function discardingPool(pool: Pool): PostgresPool {
  return {
    options: {},
    end: () => pool.end(),
    async connect(): Promise<PostgresPoolClient> {
      const client = await pool.connect()
      let lost: Error | undefined
      const markLost = (error: Error) => {
        lost = error
      }
      client.on('error', markLost)
      const query = (...args: unknown[]): unknown => {
        if (lost) return Promise.reject(lost)
        const running: unknown = Reflect.apply(client.query, client, args)
        if (!(running instanceof Promise)) return running
        return running.catch((error: unknown) => {
          if (error instanceof Error && error.message === 'Query read timeout') lost = error
          throw error
        })
      }
      const release = (destroy?: boolean) => {
        client.off('error', markLost)
        client.release(destroy === true || lost !== undefined)
      }
      return { query: query as PostgresPoolClient['query'], release }
    },
  }
}

function quoteOption(schema: string): string {
  const identifier = `"${schema.replaceAll('"', '""')}"`
  return identifier.replace(/[\\ ]/g, (c) => `\\${c}`)
}
