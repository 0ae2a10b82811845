// The way in, run as a newcomer's Node would: in copies of the checkout that have nothing installed.
import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkoutFolder } from './checkout.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A checkout with just the files that are needed before anything is installed. */
function freshCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-boot-'))
  folders.push(folder)
  mkdirSync(join(folder, 'packages/cli/src'), { recursive: true })
  for (const file of ['packages/cli/boot.mjs', 'package.json', 'pnpm-lock.yaml'])
    cpSync(join(checkoutFolder, file), join(folder, file))
  writeFileSync(
    join(folder, 'packages/cli/src/main.ts'),
    `const [...args]: string[] = process.argv.slice(2)\nconsole.log(JSON.stringify({ args, node: process.versions.node, cwd: process.cwd() }))\nprocess.exitCode = Number(process.env['EXIT'] ?? 0)\n`,
  )
  return folder
}

function markInstalled(folder: string): void {
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'pnpm-lock.yaml')))
    .digest('hex')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(folder, 'node_modules/.holdfast-installed'), hash)
  const runtime = `node-${process.platform}-${process.arch}`
  symlinkSync(join(checkoutFolder, 'node_modules', runtime), join(folder, 'node_modules', runtime))
}

/** A folder whose `npx` does what the script says, for failures that cannot be had otherwise. */
function npx(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-npx-'))
  folders.push(folder)
  writeFileSync(join(folder, 'npx'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'npx'), 0o755)
  return folder
}

interface Outcome {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

interface Given {
  readonly path?: string
  readonly env?: Readonly<Record<string, string>>
  readonly nodeOptions?: readonly string[]
  readonly cwd?: string
}

function boot(
  folder: string,
  args: readonly string[],
  { path = '/nowhere', env = {}, nodeOptions = [], cwd = folder }: Given = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env, PATH: path } }
    execFile(
      process.execPath,
      [...nodeOptions, join(folder, 'packages/cli/boot.mjs'), ...args],
      options,
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })
}

test('arguments, working folder and exit code pass through to the Node that was installed', async () => {
  const folder = freshCheckout()
  markInstalled(folder)
  const { code, stdout, stderr } = await boot(folder, ['check', '-c', 'a b'], { cwd: tmpdir(), env: { EXIT: '3' } })
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    args: ['check', '-c', 'a b'],
    node: expect.stringMatching(/^24\./) as string,
    cwd: tmpdir(),
  })
})

test.each([
  // what happens   what the installer does                                                         the last line
  [
    'no network',
    'echo "npm error code EAI_AGAIN" >&2; exit 1',
    /^The npm registry cannot be reached: check the network/,
  ],
  [
    'a full disk',
    'echo "ERR_PNPM_ENOSPC ENOSPC: no space left on device, write" >&2; exit 1',
    /^The disk is full: free about 500 MB/,
  ],
  [
    'no rights',
    'echo "EACCES: permission denied" >&2; exit 1',
    /^Something may not be written: the checkout \(.*\) and your home folder must be/,
  ],
  [
    'anything else',
    'echo "a new kind of trouble"; exit 7',
    /^The installation failed \(exit code 7\); the lines above say why\.$/,
  ],
])('%s ends in one clear line', async (_, script, line) => {
  const { code, stderr } = await boot(freshCheckout(), ['version'], {
    path: `${npx(script)}${delimiter}/usr/bin${delimiter}/bin`,
  })
  expect(code).toBe(1)
  expect(
    stderr
      .trim()
      .split('\n')
      .at(-1)!
      .replace(/^holdfast: /, ''),
  ).toMatch(line)
})

test('without npm it says what to install', async () => {
  const { code, stderr } = await boot(freshCheckout(), ['version'])
  expect(code).toBe(1)
  expect(stderr).toContain('holdfast: npm is missing (its command "npx" was not found): install npm next to Node.js.\n')
})

test('a Node that is too old is told so before anything else', async () => {
  const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.0'}})`
  const { code, stderr } = await boot(freshCheckout(), ['version'], { nodeOptions: ['--import', old] })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      'holdfast: Node.js 20 or newer is needed, this is 18.20.0: install a newer one from https://nodejs.org or with your package manager.\n',
  })
})

test('a checkout of somebody else that was never installed is told so', async () => {
  const folder = freshCheckout()
  // Root may write anywhere, so it looks as somebody else.
  const args = [join(folder, 'packages/cli/boot.mjs'), 'version']
  chmodSync(folder, 0o555)
  const [command, prefix] =
    process.getuid?.() === 0
      ? ['setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', '/usr/bin/env', 'node']]
      : [process.execPath, []]
  const { code, stderr } = await new Promise<Outcome>((resolve) => {
    execFile(command as string, [...(prefix as string[]), ...args], { cwd: '/' }, (error, stdout, text) =>
      resolve({ code: error?.code, stdout, stderr: text }),
    )
  })
  chmodSync(folder, 0o755)
  expect(code).toBe(1)
  expect(stderr).toContain(
    `${folder} is read-only for this user and its dependencies are not installed: run "npm start" there once as its owner.`,
  )
})

test('two starts at once install once', async () => {
  const folder = freshCheckout()
  const log = join(folder, 'installs')
  const path = npx(`echo run >> ${log}; sleep 0.5; mkdir -p node_modules`)
  const runtime = `node-${process.platform}-${process.arch}`
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(checkoutFolder, 'node_modules', runtime), join(folder, 'node_modules', runtime))
  const both = await Promise.all(
    [1, 2].map(() => boot(folder, ['version'], { path: `${path}${delimiter}/usr/bin${delimiter}/bin` })),
  )
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(readFileSync(log, 'utf8')).toBe('run\n')
  expect(existsSync(join(folder, 'node_modules/.holdfast-installing'))).toBe(false)
})

test('a changed lockfile installs again', async () => {
  const folder = freshCheckout()
  markInstalled(folder)
  writeFileSync(join(folder, 'pnpm-lock.yaml'), 'changed')
  const path = `${npx('exit 0')}${delimiter}/usr/bin${delimiter}/bin`
  expect((await boot(folder, ['version'], { path })).stderr).toContain('Installing what Holdfast needs')
  expect((await boot(folder, ['version'], { path })).stderr).toBe('')
})

test('an unknown task names those that there are', async () => {
  expect(await boot(checkoutFolder, ['run', 'tests'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'holdfast: There is no task "tests"; there are: test, lint, types, check, format, bench.\n',
  })
})

test('a termination reaches what was started', async () => {
  const folder = freshCheckout()
  markInstalled(folder)
  writeFileSync(
    join(folder, 'packages/cli/src/main.ts'),
    `process.on('SIGTERM', () => process.exit(42))\nconsole.log('up')\nsetInterval(() => {}, 1000)\n`,
  )
  const child = execFile(process.execPath, [join(folder, 'packages/cli/boot.mjs'), 'start'])
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout!.once('data', resolve))
  child.kill('SIGTERM')
  expect(await exited).toBe(42)
})

test('npm start, npm test and the others lead here, without a shell in between that would keep signals', () => {
  const { scripts, bin } = JSON.parse(readFileSync(join(checkoutFolder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
    bin: Record<string, string>
  }
  expect(bin).toEqual({ holdfast: 'packages/cli/boot.mjs' })
  expect(Object.values(scripts).every((script) => script.startsWith('exec node packages/cli/boot.mjs '))).toBe(true)
  expect(dirname(bin['holdfast']!)).toBe('packages/cli')
})
