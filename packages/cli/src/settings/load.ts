// Puts the settings together: defaults, then the file, then `KONG_*`, then what the command line says.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError } from '../command-error.ts'
import { findProblems, findWarnings, refusal } from './checks.ts'
import { parseConfFile } from './conf-file.ts'
import { defaultPrefix } from './default-prefix.ts'
import { nearestName } from './nearest-name.ts'
import { aliases, notBuilt, notBuiltFamilies } from './not-built.ts'
import { properties, type PropertyName, type Settings } from './properties.ts'
import { parseValue, type Property } from './property.ts'

/** Where a file is looked for when `-c` names none, as Kong does. */
const DEFAULT_FILES = ['/etc/kong/kong.conf', '/etc/kong.conf']

export interface LoadedSettings {
  readonly settings: Settings
  /** The file that was read, if any. */
  readonly file: string | undefined
  /** One line each. */
  readonly warnings: readonly string[]
}

export interface SettingsSource {
  /** `-c`. */
  readonly file?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** From the command line, such as `--prefix`; they win. */
  readonly overrides?: Readonly<Partial<Record<PropertyName, string>>>
}

/** @throws InvalidSettings with every problem, not only the first. */
export function loadSettings(source: SettingsSource): LoadedSettings {
  const file = source.file ?? DEFAULT_FILES.find((path) => existsSync(path))
  const given = [
    ...(file === undefined ? [] : readFile(file)),
    ...readEnvironment(source.env),
    ...readOverrides(source.overrides ?? {}),
  ]
  const values = new Map<PropertyName, unknown>()
  const warnings: string[] = []
  const problems: string[] = []
  for (const { name, raw, from } of given) {
    const known = isProperty(name) ? name : isAlias(name) ? (aliases[name] as PropertyName) : undefined
    if (known === undefined) {
      const warning = warnAboutName(name, raw, from)
      if (warning !== undefined) warnings.push(warning)
      continue
    }
    const property: Property = properties[known]
    const parsed = parseValue(property, raw)
    if (!parsed.ok) problems.push(`${refusal(known, property.secret ? '******' : raw, parsed.expected)} (${from})`)
    else if (parsed.value === undefined) values.delete(known)
    else values.set(known, property.type === 'path' ? resolvePath(String(parsed.value)) : parsed.value)
  }
  if (problems.length > 0) throw new InvalidSettings(problems)
  const settings = withDefaults(values)
  problems.push(...findProblems(settings))
  if (problems.length > 0) throw new InvalidSettings(problems)
  return { settings, file, warnings: [...warnings, ...findWarnings(settings)] }
}

export class InvalidSettings extends CommandError {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

interface Given {
  readonly name: string
  readonly raw: string
  /** For messages: where the value was found. */
  readonly from: string
}

function readFile(path: string): Given[] {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandError(
      code === 'ENOENT'
        ? `There is no configuration file at ${path}.`
        : `The configuration file ${path} cannot be read (${code}).`,
      { cause },
    )
  }
  const parsed = parseConfFile(content)
  if (!parsed.ok) throw new InvalidSettings(parsed.problems.map((problem) => `${path}, ${problem}`))
  return parsed.entries.map(({ name, value, line }) => ({ name, raw: value, from: `${path}, line ${line}` }))
}

function readEnvironment(env: SettingsSource['env']): Given[] {
  return Object.entries(env).flatMap(([variable, raw]) =>
    variable.startsWith('KONG_') && raw !== undefined && !isServiceLink(variable, raw)
      ? [{ name: variable.slice('KONG_'.length).toLowerCase(), raw, from: variable }]
      : [],
  )
}

/** Kubernetes puts the addresses of every service into the environment; one whose name begins with "kong" is not meant for us. */
function isServiceLink(variable: string, raw: string): boolean {
  const name = variable.slice('KONG_'.length).toLowerCase()
  return (
    !isProperty(name) &&
    (/(_SERVICE_HOST|_SERVICE_PORT(_\w+)?|_PORT_\d+_(TCP|UDP)(_\w+)?)$/.test(variable) || /^(tcp|udp):\/\//.test(raw))
  )
}

function readOverrides(overrides: Readonly<Partial<Record<PropertyName, string>>>): Given[] {
  return Object.entries(overrides).map(([name, raw]) => ({ name, raw, from: 'command line' }))
}

function warnAboutName(name: string, raw: string, from: string): string | undefined {
  if (Object.hasOwn(notBuilt, name)) {
    return raw.trim() === '' || notBuilt[name]!.includes(raw.trim().toLowerCase())
      ? undefined
      : `${name}: has no effect yet (${from})`
  }
  if (notBuiltFamilies.some((family) => name.startsWith(family))) return `${name}: has no effect yet (${from})`
  const nearest = nearestName(name, [...Object.keys(properties), ...Object.keys(notBuilt)])
  return `${name}: there is no such property${nearest === undefined ? '' : `; did you mean ${nearest}?`} (${from})`
}

/** Fills in what was not given; some defaults follow from other values. */
function withDefaults(values: ReadonlyMap<PropertyName, unknown>): Settings {
  const all = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, values.get(name as PropertyName) ?? property.default]),
  ) as Record<PropertyName, unknown>
  all.prefix = resolve(String(values.get('prefix') ?? defaultPrefix()))
  if (!values.has('database')) {
    const usesServer = [...values.keys()].some((name) => name.startsWith('pg_'))
    all.database = all.role === 'data_plane' ? 'off' : usesServer ? 'postgres' : 'embedded'
  }
  return all as unknown as Settings
}

/** Files may also be given by their content, as PEM or as base64 of it; that is no path. */
function resolvePath(value: string): string {
  return existsSync(value) ? resolve(value) : value
}

function isProperty(name: string): name is PropertyName {
  return Object.hasOwn(properties, name)
}

function isAlias(name: string): boolean {
  return Object.hasOwn(aliases, name)
}
