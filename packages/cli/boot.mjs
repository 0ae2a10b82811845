#!/usr/bin/env node
// The way in, for `npm start`, `npm test` and `npx holdfast`: plain JavaScript for the Node that happens to be here. It installs
// what the lockfile names, then hands over to the Node 24 among it. It depends on nothing, since nothing may be installed yet.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20
const PNPM = 'pnpm@12.21.0'
const root = dirname(dirname(dirname(realpathSync(fileURLToPath(import.meta.url)))))

/** What `boot.mjs run <task>` does: programs of installed packages or our own files, in order, until one fails. Extra arguments go to the last. */
const tasks = {
  test: [['vitest', 'run', '--config', 'test/vitest.config.ts']],
  lint: [['prettier', '--check', '--log-level', 'warn', '.'], ['oxlint']],
  types: [['tsc', '-p', 'tsconfig.json']],
  check: [
    ['tsc', '-p', 'tsconfig.json'],
    ['vitest', 'run', '--config', 'test/vitest.config.ts', '.ci/'],
  ],
  format: [['prettier', '--write', '--log-level', 'warn', '.']],
  bench: [['./test/bench/main.ts']],
}

async function main(args) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    fail(
      `Node.js ${OLDEST_NODE} or newer is needed, this is ${process.versions.node}: install a newer one from https://nodejs.org or with your package manager.`,
    )
  }
  const task = args[0] === 'run' ? tasks[args[1]] : undefined
  if (args[0] === 'run' && task === undefined)
    fail(`There is no task "${args[1]}"; there are: ${Object.keys(tasks).join(', ')}.`)
  await install()
  const node = runtime()
  if (task === undefined)
    process.exit(await run(node, [join(root, 'packages/cli/src/main.ts'), ...args], process.cwd()))
  for (const [index, [program, ...words]] of task.entries()) {
    const extra = index === task.length - 1 ? args.slice(2) : []
    const code = await run(node, [script(program), ...words, ...extra], root)
    if (code !== 0) process.exit(code)
  }
}

/** Installs when the lockfile is not the one that was installed last. */
async function install() {
  const modules = join(root, 'node_modules')
  const stamp = join(modules, '.holdfast-installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (isInstalled(stamp, wanted)) return
  if (!isWritable(root))
    fail(
      `${root} is read-only for this user and its dependencies are not installed: run "npm start" there once as its owner.`,
    )
  mkdirSync(modules, { recursive: true })
  const unlock = await lock(join(modules, '.holdfast-installing'), () => isInstalled(stamp, wanted))
  if (unlock === undefined) return
  try {
    say('Installing what Holdfast needs (about 300 MB, once) …')
    const started = Date.now()
    const args = ['--yes', PNPM, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false']
    if (!process.stderr.isTTY) args.push('--reporter=append-only')
    const { code, output } = await runWatched('npx', args)
    if (code !== 0) fail(explain(output) || `The installation failed (exit code ${code}); the lines above say why.`)
    writeFileSync(stamp, wanted)
    say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
  } finally {
    unlock()
  }
}

function isInstalled(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
}

/** One installer at a time. Resolves to a function that unlocks, or to nothing when another one has done the work meanwhile. */
async function lock(path, isDone) {
  for (let told = false; ; told = true) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      const unlock = () => rmSync(path, { force: true })
      process.once('exit', unlock)
      return unlock
    } catch (error) {
      if (error.code !== 'EEXIST') failOn(error)
    }
    if (!holderIsAlive(path)) rmSync(path, { force: true })
    else {
      if (!told) say('Another installation is running in this folder; waiting for it …')
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    if (isDone()) return undefined
  }
}

function holderIsAlive(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    // A file without a number was made this instant, or by a process that died in that instant.
    if (pid === 0) return Date.now() - statSync(path).mtimeMs < 5000
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The Node 24 that was installed, or ours if it is new enough where npm has none for this platform. */
function runtime() {
  const installed = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
  if (existsSync(installed)) return installed
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  fail(
    `There is no Node.js 24 for ${process.platform} ${process.arch} among the installed packages: install Node.js 24 or newer and start again.`,
  )
}

/** The file behind the name of an installed program, or one of ours when it starts with a dot. */
function script(program) {
  if (program.startsWith('.')) return join(root, program)
  const folder = join(root, 'node_modules', program === 'tsc' ? 'typescript' : program)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[program])
}

/** Runs in our place: same terminal, same signals, same exit code. */
function run(command, args, cwd) {
  const child = spawn(command, args, { stdio: 'inherit', cwd })
  // Ctrl-C reaches the child from the terminal too; it takes both for one.
  const forward = (signal) => child.kill(signal)
  for (const signal of FORWARDED) process.on(signal, forward)
  return new Promise((resolve) => {
    child.on('error', failOn)
    child.on('exit', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward)
      resolve(code ?? 128 + SIGNAL_NUMBERS[signal])
    })
  })
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR2']
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/** Runs with its output shown as it comes, and kept so that a failure can be put into one line. */
function runWatched(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: installerEnvironment() })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
      process.stderr.write(chunk) // Standard output is for what the command itself prints.
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => {
      if (error.code === 'ENOENT')
        fail('npm is missing (its command "npx" was not found): install npm next to Node.js.')
      failOn(error)
    })
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** pnpm reads npm's variables, and takes what this npm was asked to do (such as `--yes`, or a workspace) for its own options. */
function installerEnvironment() {
  const env = { ...process.env, COREPACK_ENABLE_STRICT: '0' }
  for (const name of Object.keys(env))
    if (/^npm_(lifecycle|package|command|execpath|node_execpath)/.test(name)) delete env[name]
  return env
}

/** The one line for the troubles that somebody can mend. */
function explain(output) {
  if (/ENOSPC|no space left/i.test(output))
    return `The disk is full: free about 500 MB for ${root} and for the caches in your home folder, then start again.`
  if (/EACCES|EROFS|EPERM/.test(output))
    return `Something may not be written: the checkout (${root}) and your home folder must be writable for this user.`
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|dns error|error sending request/i.test(output)
  ) {
    return 'The npm registry cannot be reached: check the network (and the proxy settings of npm), then start again.'
  }
  return ''
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function failOn(error) {
  fail(explain(String(error.code)) || error.message)
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function fail(line) {
  say(`holdfast: ${line}`)
  process.exit(1)
}

main(process.argv.slice(2))
