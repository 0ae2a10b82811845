import { entities } from '@holdfast/entities'
import { Replica } from '../replica.ts'

const replica = await Replica.open({ path: process.argv[2]!, log: { info() {}, warn() {}, error() {} } })
const rows = entities.reduce((count, entity) => count + [...replica.reader.all(entity)].length, 0)
const { history, revision } = replica.standing
process.stdout.write(JSON.stringify({ history, revision, rows }))
await replica.close()
