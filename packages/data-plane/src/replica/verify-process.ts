// Run as a process of its own (see verification.ts): reading a damaged file can end the process that does it.
import { verifyGeneration } from './verify-generation.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('the path of a replica is needed')
const fault = await verifyGeneration(path)
process.stdout.write(JSON.stringify({ fault: fault ?? null }))
