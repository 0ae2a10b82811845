// Changes routes at a fixed rate, whatever the Admin API's answers take. The job comes as JSON in the argument, what was made goes to stdout.
import { setTimeout as delay } from 'node:timers/promises'
import { adminClient } from '../../support/admin.ts'
import { fillerName } from './filler-name.ts'
import type { ChangeJob, ChangesMade } from './steady-changes.ts'

const { admin: url, rate, seconds, routes } = JSON.parse(process.argv[2] ?? '') as ChangeJob
const admin = adminClient(url)
const total = Math.round(rate * seconds)
const startedAt = performance.now()
const answers: Promise<unknown>[] = []
while (answers.length < total) {
  const wait = startedAt + (answers.length / rate) * 1000 - performance.now()
  if (wait > 0) await delay(wait)
  answers.push(change(answers.length))
}
await Promise.all(answers)
const made: ChangesMade = { changes: answers.length, seconds: (performance.now() - startedAt) / 1000 }
process.stdout.write(JSON.stringify(made))

/** One route after the other gets another path, so that every change is one. */
function change(n: number): Promise<unknown> {
  const name = fillerName(n % routes)
  return admin.patch(`/routes/${name}`, { paths: [`/${name}/${process.pid}-${n}`] })
}
