import { spawnSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { isInstalled } from './cpus.ts'

/** One line that says what the figures were measured on. */
export function describeMachine(): string {
  const cores = cpus()
  return [
    `${cores.length} × ${cores[0]?.model.trim() ?? process.arch}`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `Linux ${release()}`,
    `Node.js ${process.versions.node}`,
    isInstalled('nginx') ? `nginx ${nginxVersion()}` : 'no nginx',
    isInstalled('wrk') ? `wrk ${wrkVersion()}` : 'no wrk',
    `load average ${loadavg()[0]?.toFixed(1)} before`,
  ].join(', ')
}

function nginxVersion(): string {
  const { stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  return /nginx\/(\S+)/.exec(stderr)?.[1] ?? '(version unknown)'
}

/** wrk has no way to tell its version without complaining, so the exit code is not looked at. */
function wrkVersion(): string {
  const { stdout, stderr } = spawnSync('wrk', ['-v'], { encoding: 'utf8' })
  return /^wrk (\S+)/m.exec(stdout + stderr)?.[1]?.replace(/^debian\//, '') ?? '(version unknown)'
}
