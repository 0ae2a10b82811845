// `npm start`: a whole hybrid gateway on this machine, until Ctrl-C.
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { askedToEnd } from '../asked-to-end.ts'
import { CommandError } from '../command-error.ts'
import { prepareDatabase } from '../node/database.ts'
import { claimPrefix } from '../node/run-file.ts'
import { supervisePostgres } from '../postgres/index.ts'
import { loadSettings } from '../settings/load.ts'
import { demoCertificates } from './certificates.ts'
import { answersOk } from './child-node.ts'
import { loadDemoConfiguration } from './configuration.ts'
import { guide } from './guide.ts'
import type { DemoLayout } from './layout.ts'
import { readMarker, writeMarker } from './marker.ts'
import { controlPlaneNode, dataPlaneNode } from './nodes.ts'
import { checkPorts } from './ports.ts'
import { Stage } from './stage.ts'
import { startUpstream } from './upstream.ts'

const SERVING_TIMEOUT_MS = 30_000

type Stop = () => Promise<unknown>

/** Runs until it is told to end; whatever was started by then is stopped, the last first. */
export async function runDemo(layout: DemoLayout): Promise<void> {
  const stops: Stop[] = []
  const asked = askedToEnd().then(() => undefined)
  try {
    const stage = await Promise.race([startAll(layout, stops), asked])
    if (stage !== undefined) {
      say(guide(layout, stage.pids, stage.interactive))
      await Promise.race([asked, stage.quit])
    }
    say('\nStopping …')
  } finally {
    for (const stop of stops.splice(0).toReversed()) await stop()
  }
  say('Stopped. Your configuration is kept; "npm start" goes on from here.')
}

async function startAll(layout: DemoLayout, stops: Stop[]): Promise<Stage> {
  const release = claimPrefix(layout.folder, { pid: process.pid, role: 'traditional' })
  stops.push(async () => release())
  const marker = readMarker(layout.folder)
  const upstreamPort = marker?.upstreamPort ?? layout.ports.upstream
  await checkPorts({ ...layout.ports, upstream: upstreamPort })

  const certificates = await demoCertificates(layout.certs)
  report(
    certificates.made ? `made a development CA and certificates in ${layout.certs}` : `certificates in ${layout.certs}`,
  )

  const log = pino(
    { level: 'error' },
    pino.destination({ dest: join(layout.folder, 'demo.log'), mkdir: true, mode: 0o600, sync: true }),
  )
  const database = await supervisePostgres({ folder: join(layout.folder, 'postgres') }, log)
  stops.push(() => database.stop())
  const { settings } = loadSettings({ file: '/dev/null', env: {}, overrides: { database: 'embedded' } })
  await prepareDatabase(settings, database.server, log)
  report('PostgreSQL')

  const upstream = await startUpstream(upstreamPort)
  stops.push(async () => {
    upstream.close().closeAllConnections()
    await once(upstream, 'close')
  })
  report('demo upstream')

  const stage = new Stage(
    controlPlaneNode(layout, certificates, database.server),
    dataPlaneNode(layout, certificates),
    say,
  )
  stops.push(() => stage.stop())
  if (marker === undefined) {
    await stage.startControlPlane()
    report('control plane')
    // Before the data plane, which is ready once it has a configuration.
    await loadDemoConfiguration(`http://127.0.0.1:${layout.ports.admin}`, upstreamPort)
    report('demo configuration')
    await stage.startDataPlane()
    await untilServed(`http://127.0.0.1:${layout.ports.proxy}/open`)
    writeMarker(layout.folder, { upstreamPort })
    report('data plane')
  } else {
    await Promise.all([
      stage.startControlPlane().then(() => report('control plane')),
      stage.startDataPlane().then(() => report('data plane')),
    ])
  }
  stage.watch()
  return stage
}

async function untilServed(url: string): Promise<void> {
  for (const deadline = Date.now() + SERVING_TIMEOUT_MS; Date.now() < deadline; await delay(50)) {
    if (await answersOk(url)) return
  }
  throw new CommandError(`The data plane does not serve ${url} after ${SERVING_TIMEOUT_MS / 1000} seconds.`)
}

function report(what: string): void {
  say(`  ✓ ${what}`)
}

function say(text: string): void {
  console.log(text)
}
