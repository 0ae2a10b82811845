import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { startPostgres, type PostgresOptions, type RunningPostgres } from './launcher.ts'
import { choosePrivilege, type Privilege } from './privilege.ts'

const root = process.getuid?.() === 0
const privileges: readonly Privilege[] = root
  ? choosePrivilege() === 'namespace'
    ? ['namespace', 'nobody']
    : ['nobody']
  : ['direct']

const running: RunningPostgres[] = []
const folders: string[] = []

async function start(options: PostgresOptions): Promise<RunningPostgres> {
  const server = await startPostgres({ settings: { fsync: 'off' }, ...options })
  running.push(server)
  return server
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-launcher-'))
  folders.push(folder)
  return folder
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

describe.each(privileges)('as %s', (privilege) => {
  test('it initialises, serves over a socket of ours, stops, and starts again with the same password', async () => {
    const folder = newFolder()
    const first = await start({ folder, privilege })
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600)
    expect(statSync(first.host).mode & 0o777).toBe(0o700)
    expect(existsSync(join(first.host, `.s.PGSQL.${first.port}`))).toBe(true)
    await first.stop()
    expect(existsSync(`/proc/${first.pid}`)).toBe(false)

    const second = await start({ folder, privilege })
    expect(second.password).toBe(first.password)
  })

  test('it dies with the process that started it, even one that is killed', async () => {
    const folder = newFolder()
    const script = join(folder, 'start.ts')
    writeFileSync(
      script,
      `import { startPostgres } from ${JSON.stringify(new URL('launcher.ts', import.meta.url).href)}
       const server = await startPostgres({ folder: ${JSON.stringify(folder)}, privilege: ${JSON.stringify(privilege)}, settings: { fsync: 'off' } })
       console.log(server.pid)
       setInterval(() => {}, 1000)`,
    )
    const child = execFile(process.execPath, [script])
    const pid = await new Promise<number>((resolve) =>
      child.stdout!.once('data', (text: string) => resolve(Number(text))),
    )
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    await start({ folder, privilege })
  })
})

test('a folder that is being served is attached to when asked, waited for, or refused', async () => {
  const folder = newFolder()
  const first = await start({ folder })
  const attached = await startPostgres({ folder, attach: true })
  expect(attached.pid).toBe(first.pid)
  await attached.stop()
  expect(isAlive(first.pid)).toBe(true)

  await expect(startPostgres({ folder, patienceMs: 100 })).rejects.toThrow(
    `Another PostgreSQL (pid ${first.pid}) already serves ${join(folder, 'data')}`,
  )

  const second = startPostgres({ folder })
  await delay(300)
  await first.stop()
  const server = await second // It waits for a predecessor that is on its way out.
  running.push(server)
  expect(server.pid).not.toBe(first.pid)
})

test('a left-over pid file that names some other process does not stop it', async () => {
  const folder = newFolder()
  const first = await start({ folder })
  await first.stop()
  writeFileSync(join(folder, 'data/postmaster.pid'), `${process.pid}\n${join(folder, 'data')}\n`, { mode: 0o600 })
  expect((await start({ folder })).pid).not.toBe(process.pid)
})

test('an interrupted first start is begun anew', async () => {
  const folder = newFolder()
  const whole = await start({ folder })
  await whole.stop()
  renameSync(join(folder, 'data'), join(folder, 'data.new'))
  rmSync(join(folder, 'data.new/global'), { recursive: true })
  await start({ folder })
  expect(readFileSync(join(folder, 'data/PG_VERSION'), 'utf8').trim()).toBe('18')
})

test('a prefix too long for a socket gets one elsewhere', async () => {
  const server = await start({ folder: join(newFolder(), 'a'.repeat(60), 'b'.repeat(60)) })
  folders.push(server.host)
  expect(server.host.startsWith(tmpdir())).toBe(true)
})

test('a bad setting ends in one line that says what PostgreSQL said', async () => {
  await expect(startPostgres({ folder: newFolder(), settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /^PostgreSQL did not start: .*FATAL: .*shared_buffers.*plenty.*\(log: .*postgres\.log\)$/,
  )
})

/** Alive, and not merely a dead child that its parent has not reaped yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
